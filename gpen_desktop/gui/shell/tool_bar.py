"""The bar at the top."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from gpen_desktop.gui.common import i18n, icons, theme
from gpen_desktop.gui.shell.actions import Actions

_WORDS: Final = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


class MainToolBar(QToolBar):
    """recent_chosen: Path. recent_forgotten: empty the list."""

    recent_chosen = Signal(object)
    recent_forgotten = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(theme.ICON, theme.ICON))
        self.setFixedHeight(theme.TOOLBAR_HEIGHT)
        self._recent = QMenu(self)
        opening = actions.menu(("open", "open_folder", "paste", ""), self)
        opening.addMenu(self._recent)
        self._open = self._menu_button("folder-open", opening)
        exporting = actions.menu(("export", "export_all", "", "copy", "reveal"), self)
        self._export = self._menu_button("download", exporting)
        actions["export_all"].enabledChanged.connect(self._export.setEnabled)
        self.addSeparator()
        self._add("undo")
        self._add("redo")
        turning = [self._add("turn_left"), self._add("turn_right")]
        spare = [self._add("crop")]
        self._stretch()
        self._modes = [self._add(name, text=True) for name in ("before", "split", "side", "after")]
        self._stretch()
        folding: list[QWidget] = [*turning, self._add("zoom_out")]
        self._zoom = QLabel()
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setFixedWidth(52)
        self._zoom.setFont(theme.tabular(self._zoom.font()))
        self.addWidget(self._zoom)
        folding += [self._add("zoom_in"), self._zoom]
        self._fit = self._add("fit", text=True)
        spare.append(self._add("actual", text=True))
        self._folding = [action for action in self.actions() if self.widgetForAction(action) in folding]
        self._spare = [action for action in self.actions() if self.widgetForAction(action) in spare]
        self.addSeparator()
        self._add("panel")
        zoom = ("zoom_in", "zoom_out", "fit", "actual", "", "turn_left", "turn_right", "crop")
        self._view = actions.menu(
            ("before", "split", "side", "after", "compare_models", "", *zoom, "", "next_photo", "previous_photo"), self
        )
        looks = ("copy_look", "paste_look", "apply_to_all", "select_all")
        work = ("restore_waiting", *looks, "", "settings", "models", "", "shortcuts", "about")
        more = actions.menu(work, self)
        more.insertMenu(actions["restore_waiting"], self._view)
        self._more = self._menu_button("settings", more, text=False)
        self._say()
        i18n.follow(self._say)

    def show_zoom(self, zoom: float) -> None:
        """Device pixels per photo pixel; 0: no photo."""
        self._zoom.setText(f"{100 * zoom:.0f} %" if zoom else "")

    def show_recent(self, recent: list[Path]) -> None:
        """Fill the menu of recent photos."""
        self._recent.clear()
        self._recent.setEnabled(bool(recent))
        for path in recent:
            action = QAction(path.name.replace("&", "&&"), self._recent)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self.recent_chosen.emit, path))
            self._recent.addAction(action)
        if recent:
            self._recent.addSeparator()
            forget = QAction(self.tr("Clear this list"), self._recent)
            forget.triggered.connect(self.recent_forgotten)
            self._recent.addAction(forget)

    def _say(self) -> None:
        self.setWindowTitle(self.tr("Tools"))
        self._recent.setTitle(self.tr("Recent photos"))
        self._recent.setIcon(icons.icon("clock"))
        self._view.setTitle(self.tr("View"))
        self._view.setIcon(icons.icon("scan"))
        for button, text in ((self._open, self.tr("Open")), (self._export, self.tr("Export"))):
            button.setText(f" {text}")
            button.setAccessibleName(text)
        self._more.setToolTip(self.tr("Settings and more"))
        self._more.setAccessibleName(self.tr("Settings and more"))
        self._fold(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold(event.size().width())

    def _fold(self, width: int) -> None:
        """Where there is no room leave out what is done elsewhere too, then words, then zoom and turning: the last menu
        has all of it in words."""
        for has_spare, has_words, has_zoom in (
            (True, True, True),
            (False, True, True),
            (False, False, True),
            (False, False, False),
        ):
            _show_words(self._fit, has_spare)
            for button in self._modes:
                _show_words(button, has_words)
            for action in self._spare:
                action.setVisible(has_spare)
            for action in self._folding:
                action.setVisible(has_zoom)
            if self.sizeHint().width() <= width:
                return

    def _menu_button(self, icon: str, menu: QMenu, text: bool = True) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        if text:
            _show_words(button, True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setMenu(menu)
        self.addWidget(button)
        return button

    def _add(self, name: str, text: bool = False) -> QToolButton:
        """A button of its own, not the action itself: one that is folded away must leave its keys alive."""
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        if text:
            _show_words(button, True)
        place = self.addWidget(button)  # which enables the button whenever it is shown again
        place.setEnabled(self._actions[name].isEnabled())
        self._actions[name].enabledChanged.connect(place.setEnabled)
        return button

    def _stretch(self) -> None:
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(space)


def _show_words(button: QToolButton, has_words: bool) -> None:
    """Words beside the icon, or the icon alone. Qt leaves room behind such words, which their role takes back."""
    style = _WORDS if has_words else Qt.ToolButtonStyle.ToolButtonIconOnly
    if button.toolButtonStyle() != style:
        button.setToolButtonStyle(style)
        theme.set_role(button, "worded" if has_words and not button.icon().isNull() else "")
