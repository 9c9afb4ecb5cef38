"""Speed, as ratios measured in one run: engine, photo, window."""
