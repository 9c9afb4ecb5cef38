"""What opens, restores, caches, composes and exports photos, for window and command line alike."""
