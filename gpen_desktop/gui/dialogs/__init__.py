"""Windows of their own: export, models, settings, about."""
