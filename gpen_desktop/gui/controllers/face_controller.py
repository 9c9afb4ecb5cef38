"""Everything about faces in the window: which is selected, turning on and off, adding, correcting, removing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QPoint, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gpen_desktop.core.compose.select import chosen_faces
from gpen_desktop.core.engine import edits as editing
from gpen_desktop.core.types import NO_FACE, Face, FaceId, frozen
from gpen_desktop.gui.adjust.adjust_panel import AdjustPanel
from gpen_desktop.gui.album.album_model import PhotoState
from gpen_desktop.gui.common import icons
from gpen_desktop.gui.common.notifications import Notification, NotificationButton, NotificationQueue
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.viewer.face_item import FaceMark
from gpen_desktop.gui.viewer.face_strip import FaceStrip
from gpen_desktop.gui.work.workspace import Workspace

_DRAW = "draw-face"
_POINTS = "face-points"
_POINTS_ZOOM = 6.0


class FaceController(QObject):
    """Ties the view, the strip of faces and the panel to the workspace. selection_changed: a FaceId, or NO_FACE."""

    selection_changed = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        view: CompareView,
        strip: FaceStrip,
        panel: AdjustPanel,
        notifications: NotificationQueue,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._view = view
        self._strip = strip
        self._panel = panel
        self._notifications = notifications
        self._selected = NO_FACE
        self._edited: Face | None = None
        workspace.faces_changed.connect(self.refresh)
        workspace.shown.connect(self._show_strip)
        workspace.failed.connect(self.refresh)
        workspace.current_changed.connect(self._on_current)
        workspace.refined.connect(self._on_refined)
        view.face_clicked.connect(self._on_clicked)
        view.face_toggled.connect(self._on_toggled)
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

    @property
    def selected(self) -> FaceId:
        """The face that the panel speaks of, or NO_FACE."""
        return self._selected

    def select(self, face: FaceId) -> None:
        """Make a face the one that the panel speaks of."""
        self._selected = face
        self.refresh()
        self.selection_changed.emit(face)

    @Slot(str)
    def jump_to(self, face: FaceId) -> None:
        """Select a face and bring it into the middle."""
        self.select(face)
        shown = self._workspace.face(face)
        if shown is not None:
            self._view.jump_to(QRectF(*shown.box))

    @Slot(int)
    def step(self, by: int) -> None:
        """To the next (1) or previous (-1) face, round and round."""
        faces = [face.id for face in self._workspace.faces]
        if faces:
            start = faces.index(self._selected) if self._selected in faces else (-1 if by > 0 else 0)
            self.jump_to(faces[(start + by) % len(faces)])

    def toggle(self, face: FaceId) -> None:
        """Turn a face on or off."""
        item = self._workspace.current
        if item is not None and self._workspace.face(face) is not None:
            changed = editing.toggled(item.edits, item.faces, face)
            self._workspace.change(changed, lambda: self.tr("Turn a face on or off"))

    @Slot()
    def toggle_selected(self) -> None:
        self.toggle(self._selected)

    @Slot()
    def draw(self) -> None:
        """Let the user draw a box around a missed face."""
        if self._workspace.photo_opened is not None:
            self._view.draw_box()
            cancel = NotificationButton("cancel", lambda: self.tr("Cancel"), self._view.end_tool)
            self._notifications.post(
                Notification(
                    _DRAW,
                    lambda: self.tr("Draw a box around the face, from forehead to chin."),
                    (cancel,),
                    needs_answer=True,
                )
            )

    @Slot()
    def correct(self) -> None:
        """Let the user drag the selected face's points."""
        face = self._workspace.face(self._selected)
        if face is not None:
            self._drag_points(face)

    @Slot()
    def remove(self) -> None:
        """Take the selected face away."""
        item = self._workspace.current
        if item is not None and self._selected != NO_FACE:
            changed = editing.with_face_removed(item.edits, item.faces, self._selected)
            self._selected = NO_FACE
            self._workspace.change(changed, lambda: self.tr("Remove a face"))

    @Slot()
    def refresh(self) -> None:
        """Show the faces as they are now."""
        if self._workspace.face(self._selected) is None:
            self._selected = NO_FACE
        marks = self._workspace.marks()
        self._view.set_marks(marks, self._selected)
        self._show_in_strip(marks)
        states = self._workspace.face_states()
        faces, are_known, are_expected = self._workspace.faces, self._are_known, self._are_expected
        self._panel.faces.show_face(faces, self._selected, states, are_known=are_known, are_expected=are_expected)

    @Slot()
    def _show_strip(self) -> None:
        """As the picture on screen is another, of the same faces."""
        self._show_in_strip(self._workspace.marks())

    def _show_in_strip(self, marks: tuple[FaceMark, ...]) -> None:
        self._strip.show_faces(self._view.pair, marks, self._selected, are_expected=self._are_expected)

    @property
    def _are_known(self) -> bool:
        """Whether somebody has looked for the faces of the photo on screen."""
        item = self._workspace.current
        return item is not None and item.faces_or_unknown is not None

    @property
    def _are_expected(self) -> bool:
        """Whether somebody will."""
        item = self._workspace.current
        return item is not None and not self._are_known and item.state is not PhotoState.FAILED

    def _drag_points(self, face: Face) -> None:
        """Let the points of a face be dragged: one of the photo's, or a new one."""
        self._edited = face
        self._view.jump_to(QRectF(*face.box), _POINTS_ZOOM)
        self._view.drag_points(face.landmarks)
        buttons = (
            NotificationButton("cancel", lambda: self.tr("Cancel"), partial(self._end_points, False)),
            NotificationButton("done", lambda: self.tr("Done"), partial(self._end_points, True), is_main=True),
        )
        self._notifications.post(
            Notification(
                _POINTS,
                lambda: self.tr(
                    "Drag the five points onto the eyes, the tip of the nose and the corners of the mouth."
                ),
                buttons,
                needs_answer=True,
            )
        )

    @Slot(object)
    def _on_current(self, _item: object) -> None:
        self._selected = NO_FACE
        self._notifications.withdraw(_DRAW, _POINTS)
        self.refresh()

    @Slot(str)
    def _on_clicked(self, face: FaceId) -> None:
        """A face: show its strength and state. Beside every face: no face is selected any more."""
        self.select(face)
        if face != NO_FACE:
            self._panel.unfold_faces()

    @Slot(str)
    def _on_toggled(self, face: FaceId) -> None:
        self.select(face)
        self.toggle(face)

    @Slot(QRectF)
    def _on_box(self, box: QRectF) -> None:
        self._notifications.withdraw(_DRAW)
        self._workspace.refine((box.x(), box.y(), box.width(), box.height()))

    @Slot()
    def _on_drawing_ended(self) -> None:
        self._notifications.withdraw(_DRAW)

    @Slot(object)
    def _on_refined(self, face: Face) -> None:
        self._drag_points(face)

    @Slot(bool)
    def _end_points(self, is_confirmed: bool) -> None:
        points, item = self._view.points, self._workspace.current
        self._view.end_tool()
        self._notifications.withdraw(_POINTS)
        if not is_confirmed or points is None or item is None or self._edited is None:
            return
        face = replace(self._edited, landmarks=frozen(points.copy()), score=float("inf"))
        if self._workspace.face(face.id) is not None:
            changed = editing.with_face_replaced(item.edits, item.faces, face)
            self._workspace.change(changed, lambda: self.tr("Correct a face"))
        else:
            changed = editing.with_face_added(item.edits, item.faces, face)
            self._workspace.change(changed, lambda: self.tr("Add a face"))
            self.select(face.id)

    @Slot(str, object)
    def _on_menu(self, face: FaceId, where: QPoint) -> None:
        """The menu of a face, or of the photo."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        item = self._workspace.current
        if face != NO_FACE and item is not None:
            self.select(face)
            is_on = face in chosen_faces(item.faces, item.edits.options)
            text = self.tr("Leave this face as it is") if is_on else self.tr("Restore this face")
            menu.addAction(_action(menu, "eye-off" if is_on else "eye", text, self.toggle_selected))
            menu.addAction(_action(menu, "scan-face", self.tr("Correct the points"), self.correct))
            menu.addAction(_action(menu, "trash-2", self.tr("Not a face: remove"), self.remove))
            menu.addSeparator()
        menu.addAction(_action(menu, "user-plus", self.tr("Add a missed face"), self.draw))
        menu.popup(where)


def _action(menu: QMenu, icon: str, text: str, slot: Callable[[], object]) -> QAction:
    action = QAction(icons.icon(icon), text, menu)
    action.triggered.connect(slot)
    return action
