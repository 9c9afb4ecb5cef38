"""The main window around everything: toolbar, actions, status bar, start and crash."""
