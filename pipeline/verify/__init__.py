"""Whether a published dataset is what it says it is, worked out from the dataset alone."""
