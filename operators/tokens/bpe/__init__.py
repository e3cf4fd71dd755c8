"""Byte-level BPE over Arrow buffers, with the ids of `tokenizers`."""
