"""fastText classifiers: reading the files that fastText writes, and classifying Arrow text with them."""
