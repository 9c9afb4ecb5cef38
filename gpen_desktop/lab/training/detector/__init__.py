"""Training of the face detector and the landmark network."""
