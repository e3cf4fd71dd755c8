"""The craft: pure functions over Arrow batches. No files, no network, no Ray."""
