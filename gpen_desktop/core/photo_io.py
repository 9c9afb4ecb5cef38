"""Reading and saving photos, for other programs: this name stays when the house behind it is rebuilt."""

from gpen_desktop.core.photo_files.load_save import load_photo, save_photo

__all__ = ["load_photo", "save_photo"]
