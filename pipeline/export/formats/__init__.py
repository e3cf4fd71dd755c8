"""The formats of `export`: each file here is one, with a function `export(dataset, out, bar) -> names of its files`."""
