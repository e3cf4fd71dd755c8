"""From the bytes of a page to its blocks of text, their features and the text that is kept."""
