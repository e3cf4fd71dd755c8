"""Explains one document: what each step found, why it was kept or removed, and where in the dataset it is."""
