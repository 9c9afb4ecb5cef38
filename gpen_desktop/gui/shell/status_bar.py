"""The bar at the bottom: what is being done and how long it takes, what it runs on."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QStatusBar, QWidget

from gpen_desktop.core.engine.compute import ModelStatus
from gpen_desktop.gui.album import status
from gpen_desktop.gui.album.album_model import AlbumModel
from gpen_desktop.gui.album.status import Status
from gpen_desktop.gui.common import i18n, process, theme
from gpen_desktop.gui.common.focus import leave_to_tab
from gpen_desktop.gui.common.i18n import catalog_text, message_text
from gpen_desktop.gui.work.jobs import JobController
from gpen_desktop.gui.work.round import Round
from gpen_desktop.models import catalog
from gpen_desktop.models.choice import choice_of

_REFRESH_MS: Final = 1000


class StatusBar(QStatusBar):
    """cancel_wanted: cancel all work. pause_wanted: pause it. continue_wanted: go on after a pause, or take up what a
    cancel left behind. can_continue: whether there is something to go on with."""

    can_continue = Signal(bool)
    cancel_wanted = Signal()
    pause_wanted = Signal()
    continue_wanted = Signal()

    def __init__(self, jobs: JobController, album: AlbumModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._album = album
        self._status: ModelStatus | None = None
        self._seconds = 0.0
        self.setSizeGripEnabled(False)
        self._doing = QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self._bar.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._pause, self._continue, self._cancel = QPushButton(), QPushButton(), QPushButton()
        self._facts = _ElidedLabel()
        for label in (self._doing, self._facts):
            label.setFont(theme.tabular(theme.small(label.font())))
        for button in (self._pause, self._continue, self._cancel):
            theme.set_role(button, "quiet")
            button.setFixedHeight(22)
            button.setFont(theme.small(button.font()))
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(2 * theme.GRID, 0, 0, 0)
        row.setSpacing(theme.GRID)
        for widget in (self._doing, self._bar, self._pause, self._continue, self._cancel):
            row.addWidget(widget)
        leave_to_tab(work)
        self.addWidget(work)
        right = QWidget()
        facts = QHBoxLayout(right)
        facts.setContentsMargins(0, 0, 2 * theme.GRID, 0)
        facts.addWidget(self._facts)
        self.addPermanentWidget(right)
        self.setFixedHeight(30)
        self._facts.installEventFilter(self)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._pause.clicked.connect(self.pause_wanted)
        self._continue.clicked.connect(self.continue_wanted)
        self._tick = QTimer(self)
        self._tick.setInterval(_REFRESH_MS)
        self._tick.timeout.connect(self.refresh)
        for changed in (jobs.queue_changed, jobs.started, jobs.progressed):
            changed.connect(self.refresh)
        for changed in (album.dataChanged, album.rowsInserted, album.rowsRemoved):
            changed.connect(self._show_doing)
        jobs.model_changed.connect(self._on_model)
        self._say()
        i18n.follow(self._say)

    @property
    def doing(self) -> str:
        """What the bar says is being done."""
        return self._doing.text()

    @property
    def rate(self) -> str:
        """How fast it is done, in words; '' before that is known."""
        return self._bar.toolTip()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and watched is self._facts:
            self._facts.setToolTip(self._facts_tip())  # finding its words takes longer than a frame
        return super().eventFilter(watched, event)

    def show_seconds(self, seconds: float) -> None:
        """What the last photo took."""
        self._seconds = seconds or self._seconds
        self.refresh()

    def _say(self) -> None:
        self._cancel.setText(self.tr("Cancel"))
        self._pause.setText(self.tr("Pause"))
        self._continue.setText(self.tr("Continue"))
        self._bar.setAccessibleName(self.tr("Progress"))
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Say what holds now."""
        is_busy = any(each.is_under_way for each in (self._jobs.restoring, self._jobs.exporting))
        if is_busy and not self._tick.isActive():
            self._tick.start()
        elif not is_busy:
            self._tick.stop()
        self._bar.setValue(round(1000 * self._told.share))
        self._bar.setToolTip(self._rate_text(self._told.a_minute()))
        for widget in (self._bar, self._cancel):
            widget.setVisible(is_busy)
        # one photo is over before it could be paused
        several = any(each.total > 1 for each in (self._jobs.restoring, self._jobs.exporting) if each.is_under_way)
        has_keyboard = self._pause.hasFocus() or self._continue.hasFocus()
        self._pause.setVisible(several and not self._jobs.is_paused)
        self._facts.setText(self._facts_text())
        self._show_doing()
        shown = [button for button in (self._pause, self._continue) if button.isVisible()]
        if has_keyboard and shown:  # one takes the other's place; Qt would go on to 'Cancel'
            shown[0].setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def _show_doing(self) -> None:
        """What is being done; else how the photos stand."""
        rounds = (self._jobs.exporting, self._jobs.restoring)
        texts = [self._doing_text(each) for each in rounds if each.is_under_way]
        if texts and self._jobs.disk.error is not None:
            texts.insert(0, self.tr("Waiting for room on the disk"))
        if texts and self._jobs.is_paused:
            texts.insert(0, self.tr("Paused"))
        statuses = [] if texts else [item.status for item in self._album]
        self._doing.setText(" · ".join(texts) or status.counted(statuses))
        is_held = self._jobs.is_paused and self._jobs.is_busy
        can_continue = is_held or (not self._jobs.is_busy and Status.WAITING in statuses)
        self._continue.setVisible(can_continue)
        self.can_continue.emit(can_continue)

    @property
    def pause_button(self) -> QPushButton:
        """Shown while several photos are worked on."""
        return self._pause

    @property
    def continue_button(self) -> QPushButton:
        """Shown in a pause, and while photos wait and nothing is done."""
        return self._continue

    @property
    def _told(self) -> Round:
        """Whose bar is shown: exports were asked for last, and are waited for."""
        return self._jobs.exporting if self._jobs.exporting.is_under_way else self._jobs.restoring

    def _doing_text(self, work: Round) -> str:
        is_export = work is self._jobs.exporting
        if work.total == 1:
            text = self.tr("Exporting") if is_export else self.tr("Restoring")
        else:
            text = self.tr("Exporting {number} of {all}") if is_export else self.tr("Restoring {number} of {all}")
            text = text.format(number=min(work.done + 1, work.total), all=work.total)
        is_held = self._jobs.is_paused or (is_export and self._jobs.disk.error is not None)
        left = None if is_held else work.seconds_left()
        return f"{text} · {self._time_text(left)}" if left is not None else text

    def _rate_text(self, rate: float | None) -> str:
        return "" if rate is None else self.tr("{count} photos a minute").format(count=f"{rate:.3g}")

    def _time_text(self, seconds: float) -> str:
        if seconds < 60:
            return self.tr("less than a minute left")
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.tr("{minutes} min left").format(minutes=minutes)
        return self.tr("{hours} h left").format(hours=round(minutes / 60))

    def _facts_text(self) -> str:
        parts = []
        if self._status is not None:
            info = catalog.by_name(choice_of(self._status.model).name)
            parts += [catalog_text(info.title) if info else self._status.model, self._status.device]
        if self._seconds:
            parts.append(self.tr("{seconds} s").format(seconds=f"{self._seconds:.1f}"))
        held = process.resident_bytes()
        if held and parts:  # before anything is done it would be a number without a meaning
            parts.append(self.tr("{size} GB").format(size=f"{held / 1e9:.1f}"))
        return " · ".join(parts)

    def _facts_tip(self) -> str:
        if self._status is None:
            return self.tr("Memory in use. The model is loaded with the first photo.")
        lines = [message_text(self._status.reason), *(message_text(note) for note in self._status.notes)]
        if (finder := catalog.by_name(self._status.detector)) is not None:
            lines.append(self.tr("Faces are found by: {detector}").format(detector=catalog_text(finder.title)))
        if (parser := catalog.by_name(self._status.parser)) is not None:
            lines.append(self.tr("Their parts are told apart by: {parser}").format(parser=catalog_text(parser.title)))
        return "\n".join(lines)

    @Slot(object)
    def _on_model(self, status: ModelStatus | None) -> None:
        self._status = status
        self.refresh()


class _ElidedLabel(QLabel):
    """Ends in '…' where there is no room for all of it; its tooltip is for its owner to say."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
