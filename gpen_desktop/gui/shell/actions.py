"""The window's actions: each declared once, with its words, icon and keys; menus, toolbar and the list of shortcuts
read them here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence

from gpen_desktop.gui.common import icons
from gpen_desktop.gui.dialogs.shortcuts import Shortcut, of_actions, of_keys

_Keys = tuple[str | QKeySequence.StandardKey, ...]


@dataclass(frozen=True)
class _Spec:
    name: str
    text: str
    icon: str = ""
    keys: _Keys = ()
    checkable: bool = False
    tip: str = ""


_KEY = QKeySequence.StandardKey

_FILES = (
    _Spec("open", QT_TRANSLATE_NOOP("Actions", "Open photos…"), "image", (_KEY.Open,)),
    _Spec("open_folder", QT_TRANSLATE_NOOP("Actions", "Open a folder…"), "folder-open", ("Ctrl+Shift+O",)),
    _Spec("paste", QT_TRANSLATE_NOOP("Actions", "Paste"), "clipboard-paste", (_KEY.Paste,)),
    _Spec("export", QT_TRANSLATE_NOOP("Actions", "Export…"), "download", ("Ctrl+E", _KEY.Save)),
    _Spec("export_all", QT_TRANSLATE_NOOP("Actions", "Export all…"), "images", ("Ctrl+Shift+E",)),
    _Spec("copy", QT_TRANSLATE_NOOP("Actions", "Copy the result"), "copy", (_KEY.Copy,)),
    _Spec("reveal", QT_TRANSLATE_NOOP("Actions", "Show in the file manager"), "folder", ("Ctrl+Shift+R",)),
    _Spec("remove", QT_TRANSLATE_NOOP("Actions", "Remove from the album"), "x", ("Ctrl+W",)),
    _Spec("restore_waiting", QT_TRANSLATE_NOOP("Actions", "Go on restoring"), "refresh-cw", ("Ctrl+R",)),
    _Spec("quit", QT_TRANSLATE_NOOP("Actions", "Quit"), "", (_KEY.Quit, "Ctrl+Q")),
)
_LOOK = (
    _Spec("split", QT_TRANSLATE_NOOP("Actions", "Split"), "square-split-horizontal", ("S",), checkable=True),
    _Spec("side", QT_TRANSLATE_NOOP("Actions", "Side by side"), "columns-2", ("D",), checkable=True),
    _Spec("after", QT_TRANSLATE_NOOP("Actions", "After only"), "image", ("A",), checkable=True),
    _Spec("before", QT_TRANSLATE_NOOP("Actions", "Before"), "contrast", (), tip=QT_TRANSLATE_NOOP(
        "Actions", "The photo as it was, while held (B)")),
    _Spec("zoom_out", QT_TRANSLATE_NOOP("Actions", "Zoom out"), "minus", (_KEY.ZoomOut, "-")),
    _Spec("zoom_in", QT_TRANSLATE_NOOP("Actions", "Zoom in"), "plus", (_KEY.ZoomIn, "+", "=")),
    _Spec("fit", QT_TRANSLATE_NOOP("Actions", "Fit"), "maximize", ("0", "Ctrl+0")),
    _Spec("actual", QT_TRANSLATE_NOOP("Actions", "Actual size"), "scan", ("1", "Ctrl+1")),
    _Spec("next_photo", QT_TRANSLATE_NOOP("Actions", "Next photo"), "", ("Ctrl+PgDown",)),
    _Spec("previous_photo", QT_TRANSLATE_NOOP("Actions", "Previous photo"), "", ("Ctrl+PgUp",)),
)  # fmt: skip
_EDIT = (
    _Spec("undo", QT_TRANSLATE_NOOP("Actions", "Undo"), "undo-2", (_KEY.Undo,)),
    _Spec("redo", QT_TRANSLATE_NOOP("Actions", "Redo"), "redo-2", (_KEY.Redo, "Ctrl+Y")),
    _Spec("apply_to_all", QT_TRANSLATE_NOOP("Actions", "Apply to all photos"), "layers", ("Ctrl+Shift+A",)),
)
_FACES = (
    _Spec("next_face", QT_TRANSLATE_NOOP("Actions", "Next face"), "", ("]", "N")),
    _Spec("previous_face", QT_TRANSLATE_NOOP("Actions", "Previous face"), "", ("[", "P")),
    _Spec("toggle_face", QT_TRANSLATE_NOOP("Actions", "Turn the face on or off"), "", ("T",)),
    _Spec("add_face", QT_TRANSLATE_NOOP("Actions", "Add a missed face"), "user-plus", ("F",)),
    _Spec("correct_face", QT_TRANSLATE_NOOP("Actions", "Correct the points"), "scan-face", ("E",)),
    _Spec("remove_face", QT_TRANSLATE_NOOP("Actions", "Not a face: remove"), "trash-2", ("Backspace",)),
)
_PROGRAM = (
    _Spec("settings", QT_TRANSLATE_NOOP("Actions", "Settings…"), "settings", ("Ctrl+,",)),
    _Spec("models", QT_TRANSLATE_NOOP("Actions", "Models…"), "hard-drive", ("Ctrl+M",)),
    _Spec("panel", QT_TRANSLATE_NOOP("Actions", "Adjustments"), "panel-right", ("F9",), checkable=True),
    _Spec("shortcuts", QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts"), "keyboard", ("F1", "?")),
    _Spec("about", QT_TRANSLATE_NOOP("Actions", "About GPEN Desktop"), "info"),
)
_GROUPS = (
    (QT_TRANSLATE_NOOP("Actions", "Files"), _FILES),
    (QT_TRANSLATE_NOOP("Actions", "View"), _LOOK),
    (QT_TRANSLATE_NOOP("Actions", "Changes"), _EDIT),
    (QT_TRANSLATE_NOOP("Actions", "Faces"), _FACES),
    (QT_TRANSLATE_NOOP("Actions", "Program"), _PROGRAM),
)


class Actions(QObject):
    """All actions by name. `parent` is the window, in which the keys hold."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._by_name: dict[str, QAction] = {}
        self._specs = [spec for _, specs in _GROUPS for spec in specs]
        for spec in self._specs:
            action = QAction(parent)
            if spec.icon:
                action.setIcon(icons.icon(spec.icon))
            action.setCheckable(spec.checkable)
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            action.setShortcuts(_sequences(spec.keys))
            self._by_name[spec.name] = action
        self.modes = QActionGroup(self)
        for name in ("split", "side", "after"):
            self.modes.addAction(self[name])
        parent.addActions(list(self._by_name.values()))
        self.say()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def connect(self, slots: dict[str, Callable[..., object]]) -> None:
        """Let actions do something; by name."""
        for name, slot in slots.items():
            self[name].triggered.connect(slot)

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:
        for name in names:
            self[name].setEnabled(enabled)

    def say(self) -> None:
        """Put the words in the present language on the actions; tooltips name the first key."""
        for spec in self._specs:
            action = self[spec.name]
            text = _tr(spec.text)
            action.setText(text)
            action.setIconText(f" {text.rstrip('…')}")  # Qt puts an icon and its text very close together
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            tip = _tr(spec.tip) if spec.tip else text.rstrip("…")
            action.setToolTip(f"{tip} ({keys})" if keys else tip)

    def shortcut_groups(self) -> dict[str, tuple[Shortcut, ...]]:
        """For the list of shortcuts, those of the view that are no actions included."""
        groups = {_tr(name): of_actions([self[spec.name] for spec in specs]) for name, specs in _GROUPS}
        view = _tr("View")
        groups[view] = (
            *groups[view],
            of_keys(_tr(QT_TRANSLATE_NOOP("Actions", "Hold to see before")), "B"),
            of_keys(_tr(QT_TRANSLATE_NOOP("Actions", "Move the divider")), "Left", "Right"),
            of_keys(_tr(QT_TRANSLATE_NOOP("Actions", "Move the photo")), "Ctrl+Left", "Ctrl+Right"),
        )
        return groups


def _sequences(keys: _Keys) -> list[QKeySequence]:
    """Native keys; a standard key may stand for none on this system, and some stand for one that is listed too."""
    found: list[QKeySequence] = []
    for key in keys:
        sequences = QKeySequence.keyBindings(key)[:1] if isinstance(key, _KEY) else [QKeySequence(key)]
        found += [sequence for sequence in sequences if sequence not in found]
    return found


def _tr(text: str) -> str:
    return QCoreApplication.translate("Actions", text)
