"""Other tools, run by scripts that import nothing of ours, with the Python that holds them."""
