"""What all wings share: theme, icons, words, settings, notifications."""
