"""Plans how many tokens each group gives and selects the documents."""
