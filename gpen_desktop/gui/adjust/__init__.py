"""The panel: options of the look, faces, presets, undo."""
