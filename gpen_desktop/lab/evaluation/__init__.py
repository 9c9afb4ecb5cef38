"""How good the models are, measured and looked at."""
