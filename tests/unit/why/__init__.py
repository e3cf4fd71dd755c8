"""One document, explained."""
