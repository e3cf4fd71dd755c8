"""How operators/text/languages.json was made."""
