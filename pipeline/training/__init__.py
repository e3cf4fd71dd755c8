"""How the small models that ship with the program were made."""
