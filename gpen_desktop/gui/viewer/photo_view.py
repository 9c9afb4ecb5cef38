"""The photo, before and after: where it lies, how it is zoomed, and how it is painted."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gpen_desktop.core.types import NO_FACE, FaceId, Frame
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer import divider, face_item, panes, view_geometry
from gpen_desktop.gui.viewer.brush_tool import BrushTool
from gpen_desktop.gui.viewer.crop_tool import CropTool
from gpen_desktop.gui.viewer.damage_overlay import ASKED, DamageOverlay, overlay_of
from gpen_desktop.gui.viewer.divider import SideChips
from gpen_desktop.gui.viewer.face_item import FaceMark, MarkLook, paint_marks
from gpen_desktop.gui.viewer.face_tools import BoxTool, PointsTool
from gpen_desktop.gui.viewer.overlay_fade import OverlayFade
from gpen_desktop.gui.viewer.panes import Panes, ViewMode
from gpen_desktop.gui.viewer.picture_pair import PicturePair, Version, drawn, paint_thumbnail
from gpen_desktop.gui.viewer.preview import Opened, Shown
from gpen_desktop.gui.viewer.view_geometry import Placement, Sight

ViewTool = BoxTool | PointsTool | BrushTool | CropTool
"""What the view hands its mouse and keys to while it is in use."""

_ZOOM_STEP: Final = 1.4
_BESIDE: Final = 16.0
"""From the divider to what it has stepped aside for, px."""


class PhotoView(QWidget):
    """Shows one photo before and after, with marks on its faces; compare_view adds mouse and keys.

    detail_wanted: (pyramid level, part of it) or None, when the overview is no longer sharp enough or is again.
    zoom_changed: device pixels per photo pixel.
    """

    detail_wanted = Signal(object)
    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._mode = ViewMode.SPLIT
        self._pair: PicturePair | None = None
        self._placement: Placement | None = None
        self._left: Placement | None = None
        self._divider, self._stepped_to = 0.5, -1.0
        self._grip: float | None = None  # height of the divider's handle, while it is held
        self._sides: dict[Version, QImage] = {}  # both sides of it, meanwhile
        self._holds_before, self._frame = False, Frame()
        self._all_marks: tuple[FaceMark, ...] = ()
        self._marks: tuple[FaceMark, ...] = ()
        self._hovered = self._selected = NO_FACE
        self._mouse: QPointF | None = None
        self._tool: ViewTool | None = None
        self._detail: tuple[int, QRect] | None = None
        self._thumbnail: QImage | None = None
        self._damage: DamageOverlay | None = None
        self.chips = SideChips(self)
        self._fade = OverlayFade(self)
        self._fade.changed.connect(self._on_changed)

    # What is shown

    @property
    def pair(self) -> PicturePair | None:
        """The pictures on screen."""
        return self._pair

    @property
    def placement(self) -> Placement | None:
        return self._placement

    @property
    def mode(self) -> ViewMode:
        return self._mode

    @property
    def divider_at(self) -> float:
        """Place of the divider in the visible photo, 0 to 1."""
        return self._divider

    def show_photo(self, opened: Opened) -> None:
        """Show another photo: fitted, or as closely and at the same place as the last one if that had its size."""
        self._pair, self._thumbnail = PicturePair(opened), None
        self._all_marks = self._marks = ()
        self._hovered = self._selected = NO_FACE
        self._detail = self._damage = None
        if self._divider == self._stepped_to:  # for a face of the last photo
            self._divider = 0.5
        left, pane, sight = self._left, self._pane_size(), self._sight(self._pair)
        if left is not None and left.sight.size == sight.size and not left.is_fit:
            self._place(view_geometry.panned(replace(left, sight=sight), QPointF(0, 0), pane))
        else:
            self._place(view_geometry.fitted(sight, pane, self._ratio()))

    def take(self, shown: Shown) -> None:
        """Take over pictures made anew for the photo on screen."""
        if self._pair is not None:
            self._pair.take(shown)
            self._on_changed()

    def clear(self) -> None:
        """Show nothing."""
        self._left = self._placement or self._left
        self._pair = self._placement = self._thumbnail = None
        self._all_marks = self._marks = ()
        self._on_changed()

    def show_loading(self, thumbnail: QImage | None) -> None:
        """Show a small picture of a photo that is still being read, enlarged, instead of an empty canvas."""
        if self._pair is None:
            self._thumbnail = thumbnail
            self.update()

    def set_marks(self, marks: tuple[FaceMark, ...], selected: FaceId) -> None:
        """Faces to mark, and which of them is the one that the panel speaks of."""
        if (marks, selected) != (self._all_marks, self._selected):
            self._all_marks, self._selected = marks, selected
            self._leave_marks_out()
            self._on_changed()

    def mark_damage(self, mask: NDArray[np.bool_] | None) -> None:
        """Mark what is asked about, (H, W) of the photo, until None comes."""
        self._damage = overlay_of(mask, ASKED, self._damage)
        self._on_changed()

    def set_frame(self, frame: Frame) -> None:
        """Show what a frame keeps of the photo; all of it, while something is marked on the photo."""
        if frame != self._frame:
            self._frame = frame
            if isinstance(self._tool, CropTool):
                self._tool.show_frame(frame)
            self._see_otherwise()

    def _sight(self, pair: PicturePair) -> Sight:
        if isinstance(self._tool, CropTool):
            return Sight(pair.size, view_geometry.straightened(pair.size, self._frame.degrees))
        return Sight(pair.size) if self._tool is not None else view_geometry.sight_of(pair.size, self._frame)

    def _see_otherwise(self) -> None:
        """After the frame changed, or a tool began or ended."""
        if self._pair is not None and self._placement is not None:
            sight = self._sight(self._pair)
            if sight != self._placement.sight:
                self._place(view_geometry.seen_otherwise(self._placement, sight, self._pane_size(), self._ratio()))

    def _leave_marks_out(self) -> None:
        self._marks = face_item.in_sight(self._all_marks, self._placement)

    def set_hovered(self, face: FaceId) -> None:
        """Light a face, as from the strip of face pairs."""
        if face != self._hovered:
            self._hovered = face
            self._on_changed()

    @Slot(bool)
    def hide_overlays(self, hidden: bool) -> None:
        """Hide all marks while a slider is held."""
        self._fade.suppress(hidden)

    def set_mode(self, mode: ViewMode) -> None:
        old = self._pane_size()
        self._mode = mode
        self._replace_in_pane(old)
        self._on_changed()

    @Slot(bool)
    def hold_before(self, held: bool) -> None:
        """Show the photo as it was, while held."""
        self._holds_before = held
        self._on_changed()

    def set_divider(self, at: float) -> None:
        """Move the divider; 0 shows all of after, 1 all of before."""
        before = self._divider_x()
        self._divider = max(0.0, min(1.0, at))
        if self._mode is ViewMode.SPLIT:
            self.update(divider.swept(before, self._divider_x(), self._seen(), self.chips.covered))

    # Zoom

    @Slot()
    def fit(self) -> None:
        """The whole photo."""
        if self._pair is not None:
            self._place(view_geometry.fitted(self._sight(self._pair), self._pane_size(), self._ratio()))

    @Slot()
    def actual_size(self) -> None:
        """One photo pixel on one device pixel."""
        self._zoom_to(1.0 / self._ratio(), self._anchor())

    @Slot()
    def zoom_in(self) -> None:
        self._zoom_by(_ZOOM_STEP, self._anchor())

    @Slot()
    def zoom_out(self) -> None:
        self._zoom_by(1 / _ZOOM_STEP, self._anchor())

    def jump_to(self, rect: QRectF, most: float = 2.0) -> None:
        """Show a part of the photo, such as a face, in the middle, at `most` device pixels per photo pixel, the divider
        beside it."""
        if self._placement is None:
            return
        placement = view_geometry.showing(self._placement, rect, self._pane_size(), self._ratio(), most)
        self._place(placement)
        placed, seen = placement.placed(rect), self._seen()
        if placed.left() < self._divider_x() < placed.right() and seen.width():
            self.set_divider((placed.left() - _BESIDE - seen.left()) / seen.width())
            self._stepped_to = self._divider

    # Where things are

    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _pane_size(self) -> QSizeF:
        return self._panes_in(QSizeF(self.size())).size

    def _panes_in(self, size: QSizeF) -> Panes:
        if self._mode is not ViewMode.SIDE_BY_SIDE:
            return panes.one(size)
        return panes.two(size, self._sight(self._pair).size if self._pair is not None else None)

    def _in_pane(self, point: QPointF) -> QPointF:
        """A point of the widget, seen from the corner of the pane that it is in."""
        return point - self._panes_in(QSizeF(self.size())).corner_of(point)

    def _seen(self) -> QRectF:
        """The part of a pane that the photo covers."""
        if self._placement is None:
            return QRectF()
        return self._placement.rect.intersected(QRectF(QPointF(0, 0), self._pane_size()))

    def _divider_x(self) -> float:
        seen = self._seen()
        return seen.left() + self._divider * seen.width()

    def _handle_y(self) -> float:
        """Of the divider: beside faces and the chips that stand there without the mouse; while held, where it was."""
        if self._placement is None or self._grip is not None:
            return self._grip or 0.0
        chips = face_item.chips(self._marks, self._placement, {self._selected}, self.font())
        faces = [self._placement.placed(mark.rect) for mark in self._marks]
        return divider.handle_y(self._seen(), self._divider_x(), chips, faces)

    def _place(self, placement: Placement) -> None:
        is_zoomed = self._placement is None or placement.scale != self._placement.scale
        self._placement = placement
        self._leave_marks_out()
        if self._pair is not None:
            self._want_detail(self._pair, placement)
        if is_zoomed:
            self.zoom_changed.emit(placement.scale * self._ratio())
        self._on_changed()

    def _replace_in_pane(self, old: QSizeF) -> None:
        """After the pane's size was changed from `old`: fitted anew, or with the same point in the middle."""
        if self._placement is None:
            return
        if self._placement.is_fit:
            self.fit()
        else:
            grown = (self._pane_size() - old) / 2
            self._pan(QPointF(grown.width(), grown.height()))

    def _zoom_to(self, scale: float, anchor: QPointF) -> None:
        if self._placement is not None:
            self._place(view_geometry.zoomed(self._placement, scale, anchor, self._pane_size(), self._ratio()))

    def _zoom_by(self, factor: float, anchor: QPointF) -> None:
        if self._placement is not None:
            self._zoom_to(self._placement.scale * factor, anchor)

    def _pan(self, by: QPointF) -> None:
        if self._placement is not None:
            self._place(view_geometry.panned(self._placement, by, self._pane_size()))

    def _want_detail(self, pair: PicturePair, placement: Placement) -> None:
        wanted = view_geometry.detail_of(placement, pair.size, self._pane_size(), self._ratio(), pair.overview_level)
        if wanted is None:
            if self._detail is not None:
                self._detail = None
                self.detail_wanted.emit(None)
            return
        level, part = wanted
        if self._detail is None or self._detail[0] != level or not self._detail[1].contains(part):
            self._detail = (level, view_geometry.with_margin(part, pair.level_size(level)))
            self.detail_wanted.emit(self._detail)

    def _anchor(self) -> QPointF:
        """Where buttons and keys zoom."""
        return QRectF(QPointF(0, 0), self._pane_size()).center()

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._replace_in_pane(self._panes_in(QSizeF(event.oldSize())).size)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.tokens().canvas)
        if self._placement is None:
            paint_thumbnail(painter, self._thumbnail, QSizeF(self.size()), self._ratio())
            return
        if self._mode is ViewMode.SIDE_BY_SIDE:
            self._paint_side_by_side(painter)
        elif self._tool is not None:
            # faces and damage are marked on the photo itself
            version = Version.AFTER if isinstance(self._tool, CropTool) else Version.BEFORE
            self._paint_pane(painter, version, QPointF(0, 0))
        elif self._mode is ViewMode.SPLIT and not self._holds_before:
            self._paint_split(painter)
        else:
            version = Version.BEFORE if self._holds_before or self._mode is ViewMode.BEFORE else Version.AFTER
            self._paint_pane(painter, version, QPointF(0, 0))
            self._paint_chip(painter, version, version is Version.AFTER)

    def _paint_split(self, painter: QPainter) -> None:
        pane, seen, x = QRectF(QPointF(0, 0), self._pane_size()), self._seen(), self._divider_x()
        left, right = QRectF(0, 0, x, pane.height()), QRectF(x, 0, pane.width() - x, pane.height())
        for version, clip in ((Version.BEFORE, left), (Version.AFTER, right)):
            if self._grip is None:
                self._paint_picture(painter, version, clip)
            else:  # nothing but the line moves: each side is drawn once, marks and all, and then only copied
                painter.setClipRect(clip)
                painter.drawImage(QPointF(0, 0), self._side(version))
                painter.setClipping(False)
        if self._grip is None:
            self._paint_overlays(painter)
        divider.paint(painter, x, self._handle_y(), seen)
        for version in Version:
            self._paint_chip(painter, version, version is Version.AFTER, x)

    def _paint_side_by_side(self, painter: QPainter) -> None:
        for version, corner in zip(Version, self._panes_in(QSizeF(self.size())).corners, strict=True):
            shown = Version.BEFORE if self._holds_before else version
            self._paint_pane(painter, shown, corner)
            painter.save()
            painter.translate(corner)
            self._paint_chip(painter, shown, False)
            painter.restore()

    def _paint_pane(self, painter: QPainter, version: Version, corner: QPointF) -> None:
        pane = QRectF(QPointF(0, 0), self._pane_size())
        painter.save()
        painter.translate(corner)
        painter.setClipRect(pane)
        self._paint_picture(painter, version, pane)
        self._paint_overlays(painter)
        painter.restore()

    def _paint_picture(self, painter: QPainter, version: Version, clip: QRectF) -> None:
        if self._pair is not None and self._placement is not None:
            self._pair.paint(painter, version, self._placement, clip, self._ratio())

    def _paint_overlays(self, painter: QPainter) -> None:
        if self._placement is None:
            return
        if self._tool is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._tool.paint(painter, self._placement)
            painter.restore()
        elif not self._holds_before and not (self._fade.is_suppressed and not self._fade.opacity):
            lit = frozenset({self._hovered, self._selected}) - {NO_FACE}
            look = MarkLook(lit, self._wide_chips(self._placement), self._fade.opacity)
            paint_marks(painter, self._marks, self._placement, look, self.font())
        if self._damage is not None:
            self._damage.paint(painter, self._placement)

    def _wide_chips(self, placement: Placement) -> frozenset[FaceId]:
        return face_item.wide(self._marks, placement, self._mouse, {self._hovered, self._selected}, self.font())

    def _paint_chip(self, painter: QPainter, version: Version, at_right: bool, line: float | None = None) -> None:
        self.chips.paint(painter, self._seen(), is_after=version is Version.AFTER, at_right=at_right, line=line)

    def _side(self, version: Version) -> QImage:
        """One picture drawn over the whole pane with all marks, kept until anything but the divider moves."""
        if version not in self._sides:

            def paint(painter: QPainter) -> None:
                self._paint_picture(painter, version, QRectF(QPointF(0, 0), self._pane_size()))
                self._paint_overlays(painter)

            self._sides[version] = drawn(self._pane_size(), self._ratio(), paint)
        return self._sides[version]

    @Slot()
    def _on_changed(self) -> None:
        """Something else is to be seen: all is painted anew."""
        self._sides.clear()
        self.update()
