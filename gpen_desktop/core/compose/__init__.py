"""Photo, restored crops and options to the composed picture: fast, and pure."""
