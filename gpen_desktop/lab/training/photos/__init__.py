"""Training of the networks for the whole photo."""
