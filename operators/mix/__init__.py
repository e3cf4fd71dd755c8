"""From an inventory of tokens to a plan, and from a plan to a selection."""
