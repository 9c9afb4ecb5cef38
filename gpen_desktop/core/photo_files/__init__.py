"""Photo files: read, written whole or not at all, with what they say about themselves."""
