"""What the window shows before there is a photo: what to do, one button, and photos to try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import QDate, QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPainterPath, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gpen_desktop.gui.album.thumbnails import ThumbnailLoader
from gpen_desktop.gui.common import i18n, icons, theme

_SAMPLE: Final = QSize(132, 132)
_DROP_WIDTH: Final = 520


class EmptyState(QScrollArea):
    """open_wanted, folder_wanted: choose files, or a folder. last_wanted: the photos of the last time. sample_wanted:
    Path of a sample photo."""

    open_wanted = Signal()
    folder_wanted = Signal()
    last_wanted = Signal()
    sample_wanted = Signal(object)

    def __init__(self, samples: Sequence[Path], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._thumbnails = ThumbnailLoader(2 * _SAMPLE.width(), self)
        self._drop = QFrame()
        theme.set_role(self._drop, "drop")
        self._drop.setMaximumWidth(_DROP_WIDTH)
        self._drop.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = QLabel()
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self._words.font()
        font.setPointSizeF(font.pointSizeF() * 1.35)
        self._words.setFont(font)
        self._open = QPushButton()
        theme.set_role(self._open, "primary")
        self._folder, self._last = QPushButton(), QPushButton()
        theme.set_role(self._last, "quiet")
        self._last_count, self._last_day = 0, date.today()
        self.setFocusProxy(self._open)
        self._privacy = QLabel()
        self._privacy.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_role(self._privacy, "canvas-muted")
        self._try = QLabel()
        self._try.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.set_role(self._try, "canvas-muted")
        self._samples = {path: _sample_button() for path in samples}
        self._lay_out()
        self._open.clicked.connect(self.open_wanted)
        self._folder.clicked.connect(self.folder_wanted)
        self._last.clicked.connect(self.last_wanted)
        self._thumbnails.ready.connect(self._on_ready)
        for path, button in self._samples.items():
            button.setObjectName(str(path))
            button.clicked.connect(self._on_sample)
            self._thumbnails.get(path)
        self._say()
        i18n.follow(self._say)
        theme.follow(self._show_picture)
        theme.set_role(self, "canvas")  # last: it sends events to this very object

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        holder = self.window().focusWidget()
        if not event.spontaneous() and not (holder is not None and self.isAncestorOf(holder)):
            self.setFocus()  # else the toolbar has the keyboard at the start

    def _lay_out(self) -> None:
        inside = QVBoxLayout(self._drop)
        inside.setContentsMargins(*[4 * theme.GRID] * 4)
        inside.setSpacing(2 * theme.GRID)
        inside.addWidget(self._picture)
        inside.addWidget(self._words)
        ways = QHBoxLayout()
        ways.setSpacing(theme.GRID)
        ways.addStretch(1)
        ways.addWidget(self._open)
        ways.addWidget(self._folder)
        ways.addStretch(1)
        inside.addLayout(ways)
        inside.addWidget(self._last, 0, Qt.AlignmentFlag.AlignHCenter)
        inside.addWidget(self._privacy)
        row = QHBoxLayout()
        row.setSpacing(2 * theme.GRID)
        row.addStretch(1)
        for button in self._samples.values():
            row.addWidget(button)
        row.addStretch(1)
        body = QWidget()
        theme.set_role(body, "canvas")
        self.setWidget(body)
        column = QVBoxLayout(body)
        column.setSpacing(2 * theme.GRID)
        column.addStretch(3)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._drop, 100)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addSpacing(2 * theme.GRID)
        column.addWidget(self._try)
        column.addLayout(row)
        column.addStretch(4)
        self._try.setVisible(bool(self._samples))

    def shut_down(self) -> None:
        """End the thread that makes thumbnails."""
        self._thumbnails.shut_down()

    def offer_last(self, count: int, day: date) -> None:
        """Offer so many photos that were open on that day; 0: none."""
        self._last_count, self._last_day = count, day
        self._say()

    @property
    def last_button(self) -> QPushButton:
        return self._last

    def set_drop_active(self, is_active: bool) -> None:
        """Light up while something that can be dropped is over the window."""
        theme.set_role(self._drop, "drop-active" if is_active else "drop")

    def _say(self) -> None:
        self._words.setText(self.tr("Drop photos or a folder here"))
        self._open.setText(self.tr("Open photos…"))
        self._folder.setText(self.tr("Open a folder…"))
        self._last.setText(self._last_text())
        self._last.setVisible(bool(self._last_count))
        self._privacy.setText(self.tr("Everything stays on this computer."))
        self._try.setText(self.tr("Or try one of these"))
        for number, button in enumerate(self._samples.values(), 1):
            button.setAccessibleName(self.tr("Sample photo {number}").format(number=number))
        self._show_picture()

    def _last_text(self) -> str:
        age = (date.today() - self._last_day).days
        if age == 0:
            return self.tr("Open the photos of before ({count})").format(count=self._last_count)
        if age == 1:
            return self.tr("Open the photos of yesterday ({count})").format(count=self._last_count)
        day = QLocale().toString(
            QDate(self._last_day.year, self._last_day.month, self._last_day.day), QLocale.FormatType.ShortFormat
        )
        return self.tr("Open the photos of {day} ({count})").format(day=day, count=self._last_count)

    def _show_picture(self) -> None:
        self._picture.setPixmap(icons.pixmap("images", 40, self.devicePixelRatioF(), "canvas_muted"))

    @Slot(object)
    def _on_ready(self, path: Path) -> None:
        image = self._thumbnails.get(path)
        if image is None or image.isNull():
            return
        ratio = self.devicePixelRatioF()
        side = min(image.width(), image.height())
        square = image.copy((image.width() - side) // 2, (image.height() - side) // 4, side, side)
        square = square.scaled(
            _SAMPLE * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        rounded = QPixmap(square.size())
        rounded.fill(Qt.GlobalColor.transparent)
        outline = QPainterPath()
        outline.addRoundedRect(rounded.rect(), theme.RADIUS * ratio, theme.RADIUS * ratio)
        painter = QPainter(rounded)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipPath(outline)
        painter.drawImage(0, 0, square)
        painter.end()
        rounded.setDevicePixelRatio(ratio)
        self._samples[path].setIcon(QIcon(rounded))

    @Slot()
    def _on_sample(self) -> None:
        self.sample_wanted.emit(Path(self.sender().objectName()))


def _sample_button() -> QToolButton:
    button = QToolButton()
    button.setIconSize(_SAMPLE)
    button.setFixedSize(_SAMPLE + QSize(14, 14))
    return button
