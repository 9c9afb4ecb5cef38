"""Pairs of each face, before and after, below the photo; a click goes there."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSignalBlocker, QSize, QSizeF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem, QWidget

from gpen_desktop.core.types import NO_FACE, FaceId
from gpen_desktop.gui.common import focus, i18n, theme
from gpen_desktop.gui.viewer.face_item import FaceMark, MarkState
from gpen_desktop.gui.viewer.picture_pair import PicturePair, Version

_SIDE: Final = 72
_NUMBER: Final = 22
"""Width of the number's column, before the pair."""
_PAIR: Final = QSize(_NUMBER + 2 * _SIDE, _SIDE)
_REST_MS: Final = 120
"""The pairs follow the picture once it has rested this long: they are not what is being looked at."""


class FaceStrip(QListWidget):
    """picked: the face clicked. hovered: the face under the mouse, NO_FACE for none."""

    picked = Signal(str)
    hovered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pair: PicturePair | None = None
        self._marks: tuple[FaceMark, ...] = ()
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setViewMode(QListView.ViewMode.ListMode)
        self.setIconSize(_PAIR)
        self.setFixedHeight(_SIDE + 25)
        theme.set_role(self, "face-strip")
        self.hide()
        self.setSpacing(3)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        focus.frame_for_keys(self)
        self.itemClicked.connect(self._on_item)
        self.itemActivated.connect(self._on_item)
        self.itemEntered.connect(self._on_entered)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._begin)
        self._drawn = 0
        self._next = QTimer(self)
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._draw_next)
        self._say()
        i18n.follow(self._say)

    def show_faces(
        self, pair: PicturePair | None, marks: tuple[FaceMark, ...], selected: FaceId, *, are_expected: bool
    ) -> None:
        """Show the faces of the photo on screen; the pictures follow in a moment. are_expected: where there are none
        yet, their room is kept, or the photo would move as they come."""
        faces = [mark.face for mark in marks]
        is_other = [(mark.face, mark.text) for mark in marks] != [(mark.face, mark.text) for mark in self._marks]
        self._pair, self._marks = pair, marks
        if is_other:
            self.clear()
            for mark in marks:
                item = QListWidgetItem()
                item.setData(Qt.ItemDataRole.UserRole, mark.face)
                words = self._words(mark)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
                item.setToolTip(words if mark.state is MarkState.CHANGED else "")
                self.addItem(item)
        with QSignalBlocker(self):
            self.setCurrentRow(faces.index(selected) if selected in faces else -1)
        self.setFocusPolicy(Qt.FocusPolicy.WheelFocus if marks else Qt.FocusPolicy.NoFocus)  # empty, it takes no keys
        self.setVisible(bool(marks) or are_expected)
        self._rest.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text():
            event.ignore()  # a list would look for names that begin so; the window has better uses for letters
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(NO_FACE)

    def _say(self) -> None:
        self.setAccessibleName(self.tr("Faces, before and after"))

    def _words(self, mark: FaceMark) -> str:
        if mark.state is MarkState.CHANGED:
            return self.tr("Face {number} changed too much").format(number=mark.number)
        return self.tr("Face {number}").format(number=mark.number)

    @Slot()
    def _begin(self) -> None:
        self._drawn = 0
        self._next.start()

    @Slot()
    def _draw_next(self) -> None:
        """One pair a turn of the event loop: thirty at once would be felt."""
        if self._pair is None or self._drawn >= min(self.count(), len(self._marks)):
            return
        picture = self._picture(self._pair, self._marks[self._drawn])
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # or Qt tints a selected one, colours and all
        self.item(self._drawn).setIcon(icon)
        self._drawn += 1
        self._next.start()

    def _picture(self, pair: PicturePair, mark: FaceMark) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(_PAIR * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, y, w, h = mark.box
        side = 1.15 * max(w, h)
        around = QRectF(x + w / 2 - side / 2, y + h / 2 - side / 2, side, side)
        frame = QRectF(_NUMBER, 0, 2 * _SIDE, _SIDE)
        outline = QPainterPath()
        outline.addRoundedRect(frame, theme.RADIUS, theme.RADIUS)
        painter.setClipPath(outline)
        for number, which in enumerate(Version):
            image = pair.thumbnail(which, around, QSizeF(_SIDE * ratio, _SIDE * ratio))
            painter.setOpacity(0.45 if mark.state is MarkState.OFF and which is Version.AFTER else 1.0)
            _paint_cover(painter, image, QRectF(_NUMBER + number * _SIDE, 0, _SIDE, _SIDE))
        painter.setOpacity(1.0)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(theme.tokens().edge), 1))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), theme.RADIUS, theme.RADIUS)
        is_warned = mark.state is MarkState.CHANGED
        painter.setPen(QColor(theme.tokens().warning if is_warned else theme.tokens().text))
        painter.setFont(theme.tabular(theme.small(self.font())))
        painter.drawText(QRectF(0, 0, _NUMBER - 4, _SIDE), Qt.AlignmentFlag.AlignCenter, mark.text.replace(" ", "\n"))
        painter.end()
        return picture

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        self.picked.emit(item.data(Qt.ItemDataRole.UserRole))

    @Slot(QListWidgetItem)
    def _on_entered(self, item: QListWidgetItem) -> None:
        self.hovered.emit(item.data(Qt.ItemDataRole.UserRole))


def _paint_cover(painter: QPainter, image: QImage, place: QRectF) -> None:
    """Fill a square with the middle of an image."""
    if image.isNull():
        return
    side = min(image.width(), image.height())
    painter.drawImage(place, image, QRectF((image.width() - side) / 2, (image.height() - side) / 2, side, side))
