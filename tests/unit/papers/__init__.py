"""Papers of a dataset, and how two datasets are compared."""
