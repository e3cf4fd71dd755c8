"""Speed and answers beside the tools people use today."""
