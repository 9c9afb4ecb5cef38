"""The photos that are open: list, thumbnails, what is dropped or pasted."""
