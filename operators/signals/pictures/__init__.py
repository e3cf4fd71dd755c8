"""Opens pictures whose bytes are in a column, and says why one cannot be opened."""
