"""Training of the built-in models: one folder for each kind, and what they share."""
