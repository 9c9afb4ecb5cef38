"""Chips of what was seen: a click switches, a press that lasts only looks."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gpen_desktop.core.engine.edits import Edits
from gpen_desktop.core.stages import automatic, registry
from gpen_desktop.core.types import Seen
from gpen_desktop.gui.adjust.seen_chips import Chip, SeenChips, chips_of, switched
from gpen_desktop.gui.album.album_model import AlbumItem
from gpen_desktop.messages import say
from tests.narrowing import the

GRAIN = Chip("clean", "Grain", is_on=True, help="Grain cleaned away")
FADED = Chip("tone", "Faded", is_on=True)
SMALL = Chip("enlarge", "Small: enlarge 2×?", is_on=False)


def _shown(qtbot: QtBot, *chips: Chip, width: int = 248) -> SeenChips:
    widget = SeenChips()
    qtbot.addWidget(widget)
    widget.setFixedWidth(width)
    widget.show_chips(chips, is_known=True)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_an_offer_that_was_taken_up_asks_no_more() -> None:
    seen = (
        automatic.DAMAGE,
        Seen("enlarge", say("seen-small", "Small: enlarge 2×?")),
        Seen("clean", say("seen-grain", "Grainy")),
    )
    off = registry.stage_values({})
    asked = [chip.text for chip in chips_of(seen, None, off)]
    assert [text for text in asked if text.endswith("?")] == ["Scratches: repair?", "Small: enlarge 2×?"]
    on = registry.stage_values({"repair": "on", "scale": 2.5})
    texts = [chip.text for chip in chips_of(seen, None, on)]
    assert texts == ["Scratches", "Grainy", "Small: enlarged 2.5×"]


def test_a_click_on_an_offer_takes_it_and_another_asks_again() -> None:
    values = registry.stage_values({})
    for seen, offered in ((automatic.DAMAGE, "on"), (automatic.DUSTY, "dust")):
        (chip,) = chips_of((seen,), None, values)
        assert (chip.is_on, switched(chip, is_on=True, values=values)) == (False, ("repair", offered))
        (chip,) = chips_of((seen,), None, registry.stage_values({"repair": offered}))
        assert (chip.is_on, switched(chip, is_on=False, values=values)) == (True, ("repair", "auto"))
        assert not chip.text.endswith("?")
    assert switched(GRAIN, is_on=False, values=values) == ("clean", 0)  # what nobody was asked about


def test_what_is_seen_anew_takes_the_place_of_what_was_seen_for_that_stage() -> None:
    """A dusty photo whose scratches were filled as well had a chip 'Dust · Scratches'."""
    item = AlbumItem(1, Path("a.png"), Edits())
    grain = Seen("clean", say("seen-grain", "Grainy"))
    item.take_seen((automatic.DUSTY, grain))
    item.take_seen((automatic.DAMAGE,))
    assert [chip.text for chip in chips_of(the(item.seen), None, registry.stage_values({"repair": "on"}))] == [
        "Scratches",
        "Grainy",
    ]


def test_an_offer_to_enlarge_says_why() -> None:
    (chip,) = chips_of(
        (Seen("enlarge", say("seen-small", "Small: enlarge 2×?"), offered=2),), None, registry.stage_values({})
    )
    assert "fewer pixels" in chip.help


def test_a_click_switches_a_stage(qtbot: QtBot) -> None:
    widget = _shown(qtbot, GRAIN, SMALL)
    told: list[tuple[str, bool]] = []
    widget.switched.connect(lambda stage, is_on: told.append((stage, is_on)))
    for button in widget.buttons:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told == [("clean", False), ("enlarge", True)]


def test_a_tip_says_what_is_done_and_how_to_see_the_photo_without(qtbot: QtBot) -> None:
    offer = Chip("enlarge", "Small: enlarge 2×?", is_on=False, help="Small")
    (asks,) = chips_of((automatic.DUSTY,), None, registry.stage_values({}))
    widget = _shown(qtbot, offer, asks, GRAIN, FADED)
    hold = "Press and hold to see the photo without it."
    tips = [button.toolTip().replace("\n", " ") for button in widget.buttons]
    assert tips == ["Small", "Press and hold to see where.", f"Grain cleaned away. {hold}", hold]


def test_a_click_leaves_the_keyboard_where_it_is(qtbot: QtBot) -> None:
    page, chips = QWidget(), SeenChips()
    photo = QLineEdit()  # anything that has the keyboard
    _stack(page, photo, chips)
    qtbot.addWidget(page)
    chips.show_chips((GRAIN,), is_known=True)
    with qtbot.waitExposed(page):
        page.show()
    photo.setFocus()
    qtbot.mouseClick(chips.buttons[0], Qt.MouseButton.LeftButton)
    assert page.focusWidget() is photo


def test_what_lies_below_stays_where_it_is_when_a_chip_comes(qtbot: QtBot) -> None:
    """It moved by 13 px under the mouse of one who had marked damage, and by 28 with a second row of chips; of a photo
    that could not be read there are none."""
    page, chips, below = QWidget(), SeenChips(), QLabel("Strength")
    _stack(page, chips, below)
    page.setFixedWidth(248)
    qtbot.addWidget(page)
    places = set[int]()
    with qtbot.waitExposed(page):
        page.show()
    for shown in ((), (GRAIN,), (), (GRAIN, SMALL, FADED)):
        chips.show_chips(shown, is_known=True)
        places.add(below.y())
        page.adjustSize()
        places.add(below.y())
    assert chips.buttons[-1].y() > chips.buttons[0].y()
    chips.hide()
    page.adjustSize()
    assert places == {below.y()}


def _stack(page: QWidget, *widgets: QWidget) -> None:
    column = QVBoxLayout(page)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch(1)


def test_holding_looks_and_switches_nothing(qtbot: QtBot) -> None:
    widget = _shown(qtbot, GRAIN)
    (button,) = widget.buttons
    switched: list[str] = []
    widget.switched.connect(lambda stage, _: switched.append(stage))
    with qtbot.waitSignal(widget.held, check_params_cb=lambda stage: stage == "clean"):
        qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(widget.held, check_params_cb=lambda stage: stage == ""):
        qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert (switched, button.isChecked()) == ([], True)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # the next click counts again
    assert (switched, button.isChecked()) == (["clean"], False)


def test_a_look_ends_with_the_chip_that_is_held(qtbot: QtBot) -> None:
    widget = _shown(qtbot, GRAIN)
    with qtbot.waitSignal(widget.held, check_params_cb=lambda stage: stage == "clean"):
        qtbot.mousePress(widget.buttons[0], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(widget.held, check_params_cb=lambda stage: stage == ""):
        widget.show_chips((GRAIN, SMALL), is_known=True)  # more was seen meanwhile


def test_chips_break_into_rows_and_none_is_cut(qtbot: QtBot) -> None:
    chips = [Chip(stage, f"Something seen {stage}", is_on=True) for stage in ("repair", "clean", "tone")]
    widget = _shown(qtbot, *chips, width=200)
    places = [button.mapTo(widget, QPoint(0, 0)) for button in widget.buttons]
    assert len({place.y() for place in places}) == 3
    assert widget.height() >= places[-1].y() + widget.buttons[-1].height()
    assert all(button.width() >= button.sizeHint().width() for button in widget.buttons)


def test_words_stand_where_no_chip_does(qtbot: QtBot) -> None:
    widget = _shown(qtbot)
    assert widget.grab().toImage().size().height() > 0
    labels = [child.text() for child in widget.children() if hasattr(child, "text")]
    assert labels == ["Nothing to repair"]
    widget.show_chips((), is_known=False)
    assert [child.text() for child in widget.children() if hasattr(child, "text")] == ["Looking at the photo…"]
