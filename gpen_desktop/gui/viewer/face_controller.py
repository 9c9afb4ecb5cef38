"""Everything about faces in the window: which is selected, turning on and off, adding, correcting, removing."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gpen_desktop.core.engine import edits as editing
from gpen_desktop.core.types import Face, frozen
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.common import icons
from gpen_desktop.gui.common.message_strip import Answer, MessageStrip
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.viewer.face_strip import FaceStrip
from gpen_desktop.gui.work.workspace import Workspace

_DRAW = "draw-face"
_POINTS = "face-points"
_POINTS_ZOOM = 6.0


class FaceDesk(QObject):
    """Ties the view, the strip of faces and the panel to the workspace. selection_changed: number, 0 for none."""

    selection_changed = Signal(int)

    def __init__(
        self,
        workspace: Workspace,
        view: CompareView,
        strip: FaceStrip,
        panel: AdjustPanel,
        messages: MessageStrip,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._strip = strip
        self._panel = panel
        self._messages = messages
        self._selected = 0
        self._corrected = 0
        workspace.faces_changed.connect(self.refresh)
        workspace.edits_changed.connect(self.refresh)
        workspace.shown.connect(self._on_shown)
        workspace.current_changed.connect(self._on_current)
        workspace.refined.connect(self._on_refined)
        view.face_clicked.connect(self._on_clicked)
        view.face_menu.connect(self._on_menu)
        view.box_drawn.connect(self._on_box)
        view.drawing_ended.connect(self._on_drawing_ended)
        view.points_ended.connect(self._end_points)
        strip.picked.connect(self.jump_to)
        strip.hovered.connect(view.set_hovered)
        panel.faces.add_wanted.connect(self.draw)
        panel.faces.points_wanted.connect(self.correct)
        panel.faces.remove_wanted.connect(self.remove)
        panel.faces.step_wanted.connect(self.step)
        messages.answered.connect(self._on_answered)

    @property
    def selected(self) -> int:
        """Number of the face that the panel speaks of; 0: none."""
        return self._selected

    def select(self, number: int) -> None:
        """Make a face the one that the panel speaks of."""
        self._selected = number
        self.refresh()
        self.selection_changed.emit(number)

    @Slot(int)
    def jump_to(self, number: int) -> None:
        """Select a face and bring it into the middle."""
        self.select(number)
        self._view.jump_to(QRectF(*self._workspace.faces[number - 1].box))

    @Slot(int)
    def step(self, by: int) -> None:
        """To the next (1) or previous (-1) face, round and round."""
        count = len(self._workspace.faces)
        if count:
            start = self._selected - 1 if self._selected else (-1 if by > 0 else 0)
            self.jump_to((start + by) % count + 1)

    def toggle(self, number: int) -> None:
        """Turn a face on or off."""
        entry = self._workspace.current
        if entry is not None and 0 < number <= len(entry.faces):
            changed = editing.toggled(entry.edits, entry.faces, number)
            self._workspace.change(changed, self.tr("Turn a face on or off"))

    @Slot()
    def toggle_selected(self) -> None:
        self.toggle(self._selected)

    @Slot()
    def draw(self) -> None:
        """Let the user draw a box around a missed face."""
        if self._workspace.photo_opened is not None:
            self._view.draw_box()
            self._messages.show_message(
                _DRAW,
                self.tr("Draw a box around the face, from forehead to chin."),
                [Answer("cancel", self.tr("Cancel"))],
                closable=False,
            )

    @Slot()
    def correct(self) -> None:
        """Let the user drag the selected face's points."""
        if self._selected:
            face = self._workspace.faces[self._selected - 1]
            self._view.jump_to(QRectF(*face.box), _POINTS_ZOOM)
            self._drag_points(face.landmarks, self._selected)

    @Slot()
    def remove(self) -> None:
        """Take the selected face away."""
        entry = self._workspace.current
        if entry is not None and self._selected:
            changed = editing.with_face_removed(entry.edits, entry.faces, self._selected)
            self._selected = 0
            self._workspace.change(changed, self.tr("Remove a face"))

    @Slot()
    def refresh(self) -> None:
        """Show the faces as they are now."""
        faces = self._workspace.faces
        if self._selected > len(faces):
            self._selected = 0
        marks = self._workspace.marks()
        self._view.set_marks(marks, self._selected)
        self._strip.show_faces(self._view.pair, marks, self._selected)
        self._panel.show_face(faces, self._selected, self._workspace.state_of(self._selected))

    def _drag_points(self, points: np.ndarray, number: int) -> None:
        """number: of the face that is corrected; 0 for a new one."""
        self._corrected = number
        self._view.drag_points(points)
        self._messages.show_message(
            _POINTS,
            self.tr("Drag the five points onto the eyes, the tip of the nose and the corners of the mouth."),
            [Answer("cancel", self.tr("Cancel")), Answer("done", self.tr("Done"), is_main=True)],
            closable=False,
        )

    @Slot(object)
    def _on_current(self, _entry: object) -> None:
        self._selected = 0
        self._messages.dismiss(_DRAW)
        self._messages.dismiss(_POINTS)
        self.refresh()

    @Slot(object)
    def _on_shown(self, _shown: object) -> None:
        self._strip.show_faces(self._view.pair, self._workspace.marks(), self._selected)

    @Slot(int)
    def _on_clicked(self, number: int) -> None:
        self.select(number)
        self.toggle(number)

    @Slot(QRectF)
    def _on_box(self, box: QRectF) -> None:
        self._messages.dismiss(_DRAW)
        self._workspace.refine((box.x(), box.y(), box.width(), box.height()))

    @Slot()
    def _on_drawing_ended(self) -> None:
        self._messages.dismiss(_DRAW)

    @Slot(object)
    def _on_refined(self, face: Face) -> None:
        self._view.jump_to(QRectF(*face.box), _POINTS_ZOOM)
        self._drag_points(face.landmarks, 0)

    @Slot(bool)
    def _end_points(self, is_confirmed: bool) -> None:
        points, entry = self._view.points, self._workspace.current
        self._view.end_tool()
        self._messages.dismiss(_POINTS)
        if not is_confirmed or points is None or entry is None:
            return
        face = Face(frozen(points.copy()), float("inf"))
        if self._corrected:
            changed = editing.with_face_replaced(entry.edits, entry.faces, self._corrected, face)
            self._workspace.change(changed, self.tr("Correct a face"))
        else:
            changed = editing.with_face_added(entry.edits, entry.faces, face)
            self._workspace.change(changed, self.tr("Add a face"))
            self.select(len(entry.faces))

    @Slot(str, str)
    def _on_answered(self, subject: str, key: str) -> None:
        if subject == _DRAW:
            self._view.end_tool()
        elif subject == _POINTS:
            self._end_points(key == "done")

    @Slot(int, object)
    def _on_menu(self, number: int, where: QPoint) -> None:
        """The menu of a face, or of the photo."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if number:
            self.select(number)
            is_on = number in editing.selected(self._workspace.current.edits, self._workspace.faces)
            text = self.tr("Leave this face as it is") if is_on else self.tr("Restore this face")
            menu.addAction(_action(menu, "eye-off" if is_on else "eye", text, self.toggle_selected))
            menu.addAction(_action(menu, "scan-face", self.tr("Correct the points"), self.correct))
            menu.addAction(_action(menu, "trash-2", self.tr("Not a face: remove"), self.remove))
            menu.addSeparator()
        menu.addAction(_action(menu, "user-plus", self.tr("Add a missed face"), self.draw))
        menu.popup(where)


def _action(menu: QMenu, icon: str, text: str, slot: object) -> QAction:
    action = QAction(icons.icon(icon), text, menu)
    action.triggered.connect(slot)
    return action
