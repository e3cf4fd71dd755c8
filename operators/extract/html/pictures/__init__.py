"""Finds pictures in HTML with what a page says of them: address, alternative text, caption, text around, size."""
