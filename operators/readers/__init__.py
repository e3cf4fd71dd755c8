"""An open binary file in, record batches out. One file a format."""
