"""Windows of their own: export, models, settings, shortcuts, about."""
