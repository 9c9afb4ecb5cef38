"""Composed scenes to train the face detector and the landmark network on."""
