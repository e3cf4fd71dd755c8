"""Trains the model of `extract.main_text` from pages with gold text: see `python -m training.extract --help`."""
