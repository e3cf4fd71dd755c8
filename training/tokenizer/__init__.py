"""How operators/tokens/models/default.json was made."""
