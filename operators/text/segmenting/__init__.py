"""Cuts text of scripts that are written without spaces into words: the rule of each script, dictionaries, kernels."""
