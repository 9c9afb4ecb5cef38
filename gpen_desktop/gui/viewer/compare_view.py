"""The photo in the middle of the window, and what mouse and keys do to it."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from gpen_desktop.core.types import NO_FACE, FaceId, Frame
from gpen_desktop.gui.common import i18n, theme
from gpen_desktop.gui.viewer import arrow_keys, divider
from gpen_desktop.gui.viewer.brush_tool import BrushTool
from gpen_desktop.gui.viewer.crop_tool import CropTool
from gpen_desktop.gui.viewer.face_item import chip_at, face_at
from gpen_desktop.gui.viewer.face_tools import BoxTool, PointsTool
from gpen_desktop.gui.viewer.panes import ViewMode
from gpen_desktop.gui.viewer.photo_view import PhotoView, ViewTool
from gpen_desktop.gui.viewer.preview import Opened
from gpen_desktop.gui.viewer.view_geometry import Placement

_WHEEL_STEP: Final = 1.2
"""Zoom per notch of the wheel."""
_SLACK: Final = 3.0
"""How far a hand trembles in a click on the divider, px."""
_KEY_STEP: Final = 0.02
"""What an arrow key moves the divider by, in parts of the visible photo."""
_PAN_STEP: Final = 64.0
_HELD_FOR_BEFORE: Final = (Qt.Key.Key_Space, Qt.Key.Key_B)


class _Drag(Enum):
    """What a held mouse button moves."""

    NOTHING = 0
    UNDECIDED = 1
    PHOTO = 2
    DIVIDER = 3
    TOOL = 4
    LINE = 5
    """The divider, once the mouse moves; a click on it means what lies under it."""


class CompareView(PhotoView):
    """A PhotoView to be worked with.

    face_clicked, face_hovered, face_menu: a FaceId, NO_FACE for none. face_toggled: whose checkbox was clicked.
    box_drawn: a box around a face, photo pixels. points_ended: whether the points were confirmed. drawing_ended: a box
    was begun and given up. stroked: a Stroke over damage. brush_adjusted: its size or kind, by a key. brushing_ended:
    by a key, or as another photo or tool came. crop_moved: the Frame that was chosen. crop_ended: by a key, whether it
    is to hold. cropping_ended: as brushing_ended. tool_began: one of all these.
    """

    face_clicked = Signal(str)
    face_toggled = Signal(str)
    face_hovered = Signal(str)
    face_menu = Signal(str, object)
    box_drawn = Signal(QRectF)
    points_ended = Signal(bool)
    drawing_ended = Signal()
    tool_began = Signal()
    stroked = Signal(object)
    brush_adjusted = Signal()
    brushing_ended = Signal()
    crop_moved = Signal(object)
    crop_ended = Signal(bool)
    cropping_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._pressed = self._last = QPointF()
        self._drag, self._is_framed = _Drag.NOTHING, False
        self._say()
        i18n.follow(self._say)

    def _say(self) -> None:
        self.setAccessibleName(self.tr("Photo, before and after"))
        self.setAccessibleDescription(
            self.tr("Left and right arrow keys move the divider; with Ctrl held, arrow keys move the photo.")
        )

    def show_photo(self, opened: Opened) -> None:
        """Show another photo, fitted."""
        self.end_tool()
        super().show_photo(opened)

    def clear(self) -> None:
        """Show nothing."""
        self.end_tool()
        super().clear()

    # Marking faces by hand

    @property
    def points(self) -> NDArray[np.float64] | None:
        """The points being dragged, (5, 2) photo pixels; None while nothing is."""
        return self._tool.points if isinstance(self._tool, PointsTool) else None

    def draw_box(self) -> None:
        """Let a box be drawn around a face."""
        if self._pair is not None:
            tool = BoxTool(self._pair.size, self)
            tool.finished.connect(self._on_box)
            tool.abandoned.connect(self._on_box_abandoned)
            self._use(tool)

    def drag_points(self, points: NDArray[np.float64]) -> None:
        """Let five points be dragged, until end_tool, Enter or Escape."""
        if self._pair is not None:
            tool = PointsTool(points, self._pair.size, self)
            tool.confirmed.connect(partial(self.points_ended.emit, True))
            tool.abandoned.connect(partial(self.points_ended.emit, False))
            self._use(tool)

    @property
    def second_corner(self) -> QPointF:
        """Of the pane at the right, or below; the view's own where there is one pane."""
        return self._panes_in(QSizeF(self.size())).corners[-1]

    @property
    def brush(self) -> BrushTool | None:
        """The brush over damage, while it is in use."""
        return self._tool if isinstance(self._tool, BrushTool) else None

    def begin_brushing(self, radius: float) -> None:
        """Show damage and let it be brushed over, with `radius` photo pixels."""
        if self._pair is not None:
            tool = BrushTool(radius, self)
            tool.stroked.connect(self.stroked)
            tool.adjusted.connect(self.brush_adjusted)
            tool.abandoned.connect(self.end_tool)
            self._use(tool)

    @property
    def cropping(self) -> CropTool | None:
        """What chooses the part to keep, while it is in use."""
        return self._tool if isinstance(self._tool, CropTool) else None

    def begin_cropping(self, frame: Frame) -> None:
        """Let the part of the photo that is kept be chosen."""
        if self._pair is not None:
            tool = CropTool(self._pair.size, frame, self)
            tool.moved.connect(self.crop_moved)
            tool.ended.connect(self.crop_ended)
            self._use(tool)

    @Slot()
    def end_tool(self) -> None:
        """Back to looking."""
        if self._tool is not None:
            is_brush, is_crop = self.brush is not None, self.cropping is not None
            self._tool.deleteLater()
            self._tool = None
            self.unsetCursor()
            self._see_otherwise()
            self.update()
            if is_brush:
                self.brushing_ended.emit()
            elif is_crop:
                self.cropping_ended.emit()

    def _use(self, tool: ViewTool) -> None:
        self.end_tool()
        self._tool = tool
        tool.changed.connect(self.update)
        self.tool_began.emit()
        self.setCursor(tool.cursor)
        self._see_otherwise()
        self.setFocus()
        self.update()

    @Slot(QRectF)
    def _on_box(self, box: QRectF) -> None:
        self.end_tool()
        self.box_drawn.emit(box)

    @Slot()
    def _on_box_abandoned(self) -> None:
        self.end_tool()
        self.drawing_ended.emit()

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._placement is None or event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        point = event.position()
        self._pressed = self._last = point
        at = self._placement.to_photo(self._in_pane(point))
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self._tool is not None and self._tool.press(at, self._placement.scale):
            self._drag = _Drag.TOOL
        elif is_left and self._tool is None and self._is_on_divider(point):
            self._drag = _Drag.LINE
            self._grip = self._handle_y()
        else:
            self._drag = _Drag.UNDECIDED if is_left else _Drag.PHOTO

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._placement is None:
            return
        point = event.position()
        if self._drag is _Drag.NOTHING:
            self._hover(point)
            return
        moved = (point - self._pressed).manhattanLength()
        if self._drag is _Drag.UNDECIDED and moved >= QApplication.startDragDistance():
            self._drag = _Drag.PHOTO
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._drag is _Drag.LINE and moved > _SLACK:
            self._drag = _Drag.DIVIDER
        if self._drag is _Drag.PHOTO:
            self._pan(point - self._last)
            self._last = point
        elif self._drag is _Drag.DIVIDER:
            seen = self._seen()
            self.set_divider((point.x() - seen.left()) / seen.width())
        elif self._drag is _Drag.TOOL and self._tool is not None:
            self._tool.move(self._placement.to_photo(self._in_pane(point)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, _Drag.NOTHING
        if drag in (_Drag.DIVIDER, _Drag.LINE):
            self._grip = None
            self._on_changed()  # the handle may step aside now
        if self._placement is None:
            return
        here = self._in_pane(event.position())
        if drag is _Drag.TOOL and self._tool is not None:
            self._tool.release(self._placement.to_photo(here))
        elif drag in (_Drag.UNDECIDED, _Drag.LINE) and self._tool is None:
            chip = self._chip_at(self._placement, here)
            face = face_at(self._marks, self._placement, here)
            if chip != NO_FACE:
                self.face_toggled.emit(chip)
            elif face != NO_FACE or drag is _Drag.UNDECIDED:
                self.face_clicked.emit(face)
        self._hover(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Between the whole photo and its own pixels; on the divider, back to the middle."""
        if self._placement is None or self._tool is not None:
            return
        here = self._in_pane(event.position())
        if self._is_on_divider(event.position()):
            self.set_divider(0.5)
        elif self._chip_at(self._placement, here) != NO_FACE:
            self.mousePressEvent(event)  # two quick clicks on a checkbox are two clicks
        elif self._placement.is_fit:
            self._zoom_to(1.0 / self._ratio(), here)
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the mouse; two fingers on a touchpad pan, with Ctrl zoom."""
        is_touchpad = event.deviceType() == QPointingDevice.DeviceType.TouchPad
        if is_touchpad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            by = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
            self._pan(QPointF(by))
        else:
            self._zoom_by(_WHEEL_STEP ** (event.angleDelta().y() / 120), self._in_pane(event.position()))
        self._fade.wake()
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_by(1 + event.value(), self._in_pane(event.position()))
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if self.brush is not None and self.brush.wants(event):
                event.accept()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._is_for_tool(event):
            return True  # before Qt takes Tab for moving the focus
        return super().event(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._fade.hide()
        self._mouse = None
        self._set_hovered_here(NO_FACE)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._placement is None or self._tool is not None:
            return
        at_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        here = self._in_pane(QPointF(event.pos()))
        self.face_menu.emit(
            face_at(self._marks, self._placement, here) if at_mouse else self._selected, event.globalPos()
        )

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Arrows move the divider, with Ctrl the photo; with Shift in larger steps. Space, or B, shows the photo as it
        was for as long as it is held. Escape gives up what a tool does. False for any other key."""
        if event.key() == Qt.Key.Key_Escape and self._is_for_tool(event):
            return True
        if event.key() in _HELD_FOR_BEFORE and not event.modifiers():
            self.hold_before(True)
            return True
        times = 5 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        way = arrow_keys.WAYS.get(Qt.Key(event.key()))
        if way is not None and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._pan(way * (-_PAN_STEP * times))
        elif way is not None and way.x() and self._mode is ViewMode.SPLIT:
            self.set_divider(self._divider + way.x() * _KEY_STEP * times)
        else:
            return False
        self._fade.wake()
        return True

    def _is_for_tool(self, event: QKeyEvent) -> bool:
        return self._tool is not None and self._tool.key(event)

    def let_go_of_key(self, event: QKeyEvent) -> None:
        """The other end of take_key."""
        if event.key() in _HELD_FOR_BEFORE and not event.isAutoRepeat():
            self.hold_before(False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A frame says so to one who comes by Tab; to all others the photo is simply what they work on."""
        self._is_framed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._fade.wake()
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._is_framed = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_framed:
            painter = QPainter(self)
            painter.setPen(QPen(QColor(theme.tokens().accent), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _is_on_divider(self, point: QPointF) -> bool:
        if self._mode is not ViewMode.SPLIT or self._holds_before:
            return False
        return divider.is_hit(point, self._divider_x(), self._handle_y(), self._seen())

    def _hover(self, point: QPointF) -> None:
        self._fade.wake()
        if self.brush is not None and self._placement is not None:
            self.brush.hover(self._placement.to_photo(self._in_pane(point)))
        if self.cropping is not None and self._placement is not None:
            at = self._placement.to_photo(self._in_pane(point))
            self.setCursor(self.cropping.cursor_at(at, self._placement.scale))
        if self._tool is not None or self._placement is None:
            return
        here = self._in_pane(point)
        if self._is_on_divider(point):
            self.setCursor(Qt.CursorShape.SplitHCursor)
            self._set_hovered_here(NO_FACE)
            return
        wide = self._wide_chips(self._placement)
        self._mouse = here
        if self._wide_chips(self._placement) != wide:
            self.update()
        chip = self._chip_at(self._placement, here)
        face = chip if chip != NO_FACE else face_at(self._marks, self._placement, here)
        self.setCursor(Qt.CursorShape.PointingHandCursor if face != NO_FACE else Qt.CursorShape.ArrowCursor)
        self._set_hovered_here(face)

    def _chip_at(self, placement: Placement, here: QPointF) -> FaceId:
        return chip_at(self._marks, placement, here, self._wide_chips(placement), self.font())

    def _set_hovered_here(self, face: FaceId) -> None:
        if face != self._hovered:
            self._hovered = face
            self.face_hovered.emit(face)
            self._on_changed()
