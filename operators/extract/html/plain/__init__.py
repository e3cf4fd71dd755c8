"""The features of a block in plain Python: the specification that the kernels are tested against. No job runs it."""
