"""The window. Imports Qt; nothing outside imports it but __main__."""

import os

# OpenCV, when imported, points Qt at plugins of its own on Linux, which this Qt cannot use. Importing it here, before
# any part of the window, lets that be undone before Qt looks.
import cv2  # noqa: F401

for _name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(_name, ""):
        del os.environ[_name]
