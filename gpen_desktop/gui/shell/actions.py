"""The window's actions: each declared once, with its words, icon and keys; menus, toolbar and the list of shortcuts
read them here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from gpen_desktop.gui.common import icons
from gpen_desktop.gui.common.i18n import marked
from gpen_desktop.gui.common.tips import set_tip
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
    _Spec("open", marked("Actions", "Open photos…"), "image-plus", (_KEY.Open,)),
    _Spec("open_folder", marked("Actions", "Open a folder…"), "folder-open", ("Ctrl+Shift+O",)),
    _Spec("paste", marked("Actions", "Paste"), "clipboard-paste", (_KEY.Paste,)),
    _Spec("export", marked("Actions", "Export…"), "download", ("Ctrl+E", _KEY.Save)),
    _Spec("export_all", marked("Actions", "Export all…"), "images", ("Ctrl+Shift+E",)),
    _Spec("copy", marked("Actions", "Copy the result"), "copy", (_KEY.Copy,)),
    _Spec("reveal", marked("Actions", "Show in the file manager"), "folder", ("Ctrl+Shift+R",)),
    _Spec("remove", marked("Actions", "Remove from the album"), "x", (_KEY.Delete,)),
    _Spec("restore_waiting", marked("Actions", "Continue restoring"), "refresh-cw", ("Ctrl+R",)),
    _Spec("quit", marked("Actions", "Quit"), "", (_KEY.Quit, "Ctrl+Q", "Ctrl+W")),
)
_LOOK = (
    _Spec("before", marked("Actions", "Before"), "contrast", ("W",), checkable=True, tip=marked(
        "Actions", "Only the photo as it was; hold the space bar to see it for a moment")),
    _Spec("split", marked("Actions", "Split"), "square-split-horizontal", ("S",), checkable=True),
    _Spec("side", marked("Actions", "Side by side"), "columns-2", ("D",), checkable=True),
    _Spec("after", marked("Actions", "After"), "image", ("A",), checkable=True, tip=marked(
        "Actions", "Only the restored photo")),
    _Spec("compare_models", marked("Actions", "Compare models"), "layers", ("M",), checkable=True, tip=marked(
        "Actions", "What two models make of the faces, at the sides of the line")),
    _Spec("zoom_out", marked("Actions", "Zoom out"), "minus", (_KEY.ZoomOut, "-")),
    _Spec("zoom_in", marked("Actions", "Zoom in"), "plus", (_KEY.ZoomIn, "+", "=")),
    _Spec("fit", marked("Actions", "Fit"), "maximize", ("0", "Ctrl+0")),
    _Spec("actual", marked("Actions", "100 %"), "", ("1", "Ctrl+1"), tip=marked(
        "Actions", "One pixel of the photo on one of the screen")),
    _Spec("next_photo", marked("Actions", "Next photo"), "", ("Ctrl+PgDown",)),
    _Spec("previous_photo", marked("Actions", "Previous photo"), "", ("Ctrl+PgUp",)),
)  # fmt: skip
_EDIT = (
    _Spec("undo", marked("Actions", "Undo"), "undo-2", (_KEY.Undo,)),
    _Spec("redo", marked("Actions", "Redo"), "redo-2", (_KEY.Redo, "Ctrl+Y")),
    _Spec("turn_left", marked("Actions", "Turn left"), "rotate-ccw", ("L",)),
    _Spec("turn_right", marked("Actions", "Turn right"), "rotate-cw", ("R",)),
    _Spec("crop", marked("Actions", "Crop and straighten"), "crop", ("C",)),
    _Spec("copy_look", marked("Actions", "Copy adjustments"), "clipboard-copy", ("Ctrl+Shift+C",)),
    _Spec("paste_look", marked("Actions", "Paste adjustments"), "clipboard-paste", ("Ctrl+Shift+V",)),
    _Spec("apply_to_all", marked("Actions", "Apply to all photos"), "layers", ("Ctrl+Shift+A",)),
    _Spec("select_all", marked("Actions", "Select all photos"), "list-checks", ("Ctrl+A",)),
)
_FACES = (
    _Spec("next_face", marked("Actions", "Next face"), "", ("]", "N")),
    _Spec("previous_face", marked("Actions", "Previous face"), "", ("[", "P")),
    _Spec("toggle_face", marked("Actions", "Turn the face on or off"), "", ("T",)),
    _Spec("add_face", marked("Actions", "Add a missed face"), "user-plus", ("F",)),
    _Spec("correct_face", marked("Actions", "Correct the points"), "scan-face", ("E",)),
    _Spec("remove_face", marked("Actions", "Not a face: remove"), "trash-2", ("Backspace",)),
)
_PROGRAM = (
    _Spec("settings", marked("Actions", "Settings…"), "settings", ("Ctrl+,",)),
    _Spec("models", marked("Actions", "Models…"), "hard-drive", ("Ctrl+M",)),
    _Spec("panel", marked("Actions", "Adjustments"), "panel-right", ("F9",), checkable=True),
    _Spec("shortcuts", marked("Actions", "Keyboard shortcuts"), "keyboard", ("F1", "?")),
    _Spec("about", marked("Actions", "About GPEN Desktop"), "info"),
)
_GROUPS = (
    (marked("Actions", "Files"), _FILES),
    (marked("Actions", "View"), _LOOK),
    (marked("Actions", "Changes"), _EDIT),
    (marked("Actions", "Faces"), _FACES),
    (marked("Actions", "Program"), _PROGRAM),
)


class Actions(QObject):
    """All actions by name. `parent` is the window, in which the keys hold."""

    def __init__(self, parent: QWidget) -> None:
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
        for name in ("before", "split", "side", "after"):
            self.modes.addAction(self[name])
        parent.addActions(list(self._by_name.values()))
        self.say()

    def __getitem__(self, name: str) -> QAction:
        return self._by_name[name]

    def let_do(self, slots: dict[str, Callable[..., object]]) -> None:
        """Let actions do something; by name."""
        for name, slot in slots.items():
            self[name].triggered.connect(slot)

    def enable(self, names: tuple[str, ...], enabled: bool) -> None:
        for name in names:
            self[name].setEnabled(enabled)

    def menu(self, names: Sequence[str], parent: QWidget) -> QMenu:
        """A menu of actions; '' parts groups of them."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        for name in names:
            if name:
                menu.addAction(self[name])
            else:
                menu.addSeparator()
        return menu

    def say(self) -> None:
        """Put the words in the present language on the actions; tooltips name the first key."""
        for spec in self._specs:
            action = self[spec.name]
            text = _tr(spec.text)
            action.setText(text)
            action.setIconText(f" {text.rstrip('…')}")  # Qt puts an icon and its text very close together
            self.set_tip(spec.name, _tr(spec.tip) if spec.tip else text.rstrip("…"))

    def set_tip(self, name: str, tip: str) -> None:
        """Say more of an action than its text does, with its first key."""
        keys = self[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        set_tip(self[name], f"{tip} ({keys})" if keys else tip)

    def shortcut_groups(self) -> dict[str, tuple[Shortcut, ...]]:
        """For the list of shortcuts, those of the view that are no actions included."""
        groups = {_tr(name): of_actions([self[spec.name] for spec in specs]) for name, specs in _GROUPS}
        view = _tr("View")
        groups[view] = (
            *groups[view],
            of_keys(_tr(marked("Actions", "Hold to see before")), "Space", "B"),
            of_keys(_tr(marked("Actions", "Move the divider")), "Left", "Right"),
            of_keys(_tr(marked("Actions", "Move the photo")), "Ctrl+Left", "Ctrl+Right"),
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
