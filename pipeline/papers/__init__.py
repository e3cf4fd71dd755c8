"""Describes a dataset for hubs, readers and authorities, from the facts of its run and what its job says of it."""
