"""Training of the network that restores faces."""
