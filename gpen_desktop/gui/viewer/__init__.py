"""The picture: before and after, faces over it, zoom."""
