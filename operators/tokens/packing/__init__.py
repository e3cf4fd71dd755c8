"""Documents of tokens to sequences for training: how they are laid out, and the tables that come of it."""
