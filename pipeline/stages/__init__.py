"""The stages, one file each: the only place that imports ray.data."""
