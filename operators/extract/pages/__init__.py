"""What every extractor does before it extracts: say what a page is, and turn its bytes into characters."""
