"""Damage as old and bad photos have it, for training."""
