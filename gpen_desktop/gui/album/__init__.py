"""The photos that are open: list, thumbnails, files in and out."""
