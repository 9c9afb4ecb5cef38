"""An album: which photos, one after the other or side by side, and what became of them."""
