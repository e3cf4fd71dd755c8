"""Trains the model by which the encodings of undeclared pages are found."""
