"""extract.main_text."""
