"""Networks that find faces and the points in them."""
