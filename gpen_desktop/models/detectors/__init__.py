"""Networks that find faces, the points in them, and their parts."""
