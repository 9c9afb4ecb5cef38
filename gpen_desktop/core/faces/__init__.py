"""Faces in a photo: finding them, cutting them out upright, masks over them."""
