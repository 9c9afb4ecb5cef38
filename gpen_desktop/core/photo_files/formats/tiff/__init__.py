"""TIFF files: what the directories say, the pixels out and in."""
