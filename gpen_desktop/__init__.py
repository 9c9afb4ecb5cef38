"""GPEN Desktop: restores old and blurry photos of people, entirely on the user's own computer."""

__version__ = "0.1.0"
