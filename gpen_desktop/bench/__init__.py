"""Speed, as ratios measured in one run: engine, photo, enlarging, finding faces, window, album."""
