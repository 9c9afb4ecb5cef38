"""The view: what it shows of the photo, and what mouse and keys do to it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from gpen_desktop.core.compose.preview import pyramid
from gpen_desktop.core.source_file import SourceFormat
from gpen_desktop.core.types import NO_FACE, FaceId, Photo, frozen
from gpen_desktop.gui.common import theme
from gpen_desktop.gui.viewer import face_item, panes, qimage
from gpen_desktop.gui.viewer.compare_view import CompareView
from gpen_desktop.gui.viewer.face_item import FaceMark, MarkState, face_at
from gpen_desktop.gui.viewer.panes import ViewMode
from gpen_desktop.gui.viewer.preview import Opened, Shown, Wanted
from tests.gui.pixels import to_pixels
from tests.narrowing import octets, the


def opened(width: int = 4000, height: int = 3000, grey: int = 40) -> Opened:
    pixels = np.full((height, width, 3), grey, np.uint8)
    levels = pyramid(frozen(pixels))
    level = next(k for k, each in enumerate(levels) if max(each.shape[:2]) <= 2048)
    return Opened(1, 1, Photo(pixels, SourceFormat("PNG")), qimage.from_pixels(octets(levels[level])), level)


def bright_after(view: CompareView) -> None:
    """Make the picture after white, so that the sides can be told apart."""
    image = QImage(2000, 1500, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    view.take(Shown(Wanted(), after_overview=qimage.of_level(image, 1)))


@pytest.fixture
def view(qtbot: QtBot) -> CompareView:
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    view.show_photo(opened())
    bright_after(view)
    return view


def test_a_jump_to_a_face_leaves_the_divider_beside_it(view: CompareView) -> None:
    face = QRectF(1800, 1400, 300, 360)
    view.set_divider(0.5)
    view.jump_to(face)
    left, right = (the(view.placement).to_pane(corner).x() for corner in (face.topLeft(), face.bottomRight()))
    assert not left < view._divider_x() < right
    assert 0 <= view.divider_at <= 1
    view.show_photo(opened(3000, 3000))  # another photo, another face
    assert view.divider_at == 0.5
    view.set_divider(0.3)
    view.show_photo(opened())
    assert view.divider_at == 0.3  # by hand, to stay


def test_before_is_chosen_as_the_others_are_and_a_key_held_shows_it_in_all(view: CompareView) -> None:
    view.set_mode(ViewMode.BEFORE)
    before = view.grab().toImage()
    assert before.pixelColor(600, 200).red() == 40
    for mode, where in ((ViewMode.AFTER, QPoint(600, 200)), (ViewMode.SIDE_BY_SIDE, QPoint(600, 300))):
        view.set_mode(mode)
        assert view.grab().toImage().pixelColor(where).red() == 255
        view.hold_before(True)
        assert view.grab().toImage().pixelColor(where).red() == 40
        view.hold_before(False)


def test_zoom_and_place_are_kept_from_one_photo_to_the_next_of_its_size(view: CompareView) -> None:
    view.jump_to(QRectF(900, 700, 300, 300))
    place = view.placement
    view.clear()
    view.show_photo(opened())
    assert view.placement == place
    view.clear()
    view.show_photo(opened(3000, 4000))
    assert the(view.placement).is_fit
    view.clear()
    view.show_photo(opened())
    assert the(view.placement).is_fit  # that was another photo's place in between


def test_a_wide_photo_is_compared_stacked(view: CompareView) -> None:
    view.set_mode(ViewMode.SIDE_BY_SIDE)
    assert panes.two(QSizeF(800, 600), QSizeF(300, 400)).corners[1].y() == 0
    wide = panes.two(QSizeF(800, 600), QSizeF(4000, 1000))
    assert (wide.corners[1].x(), wide.size) == (0, QSizeF(800, 296))
    assert wide.corner_of(QPointF(400, 500)) == wide.corners[1]
    assert wide.corner_of(QPointF(400, 100)) == wide.corners[0]


def test_in_a_crowd_only_the_chips_near_the_mouse_are_whole(view: CompareView) -> None:
    marks = tuple(FaceMark(FaceId(str(n)), n, (200.0 * n, 1000, 90, 110), MarkState.ON) for n in range(1, 19))
    place, font = the(view.placement), view.font()
    assert face_item.wide(marks, place, None, (), font) == frozenset()
    here = place.to_pane(QPointF(1045, 1130))
    assert "5" in face_item.wide(marks, place, here, (), font)
    assert len(face_item.wide(marks, place, here, (), font)) < 6
    assert face_item.wide(marks, place, None, {FaceId("9")}, font) == {"9"}
    alone = (FaceMark(FaceId("1"), 1, (500, 500, 900, 1000), MarkState.ON),)
    assert face_item.wide(alone, place, None, (), font) == {"1"}


def test_the_divider_is_dragged(view: CompareView, qtbot: QtBot) -> None:
    assert view.grab().toImage().pixelColor(300, 200).lightness() < 100
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    qtbot.mouseMove(view, QPoint(300, 100))
    qtbot.mouseMove(view, QPoint(200, 100))
    assert view.grab().toImage().pixelColor(300, 200).lightness() > 200
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    assert view.divider_at == pytest.approx((200 - 16) / 768, abs=0.01)
    assert view.grab().toImage().pixelColor(300, 200).lightness() > 200  # the same as while it was held


def a_mark_at(view: CompareView, middle: QPointF, width: float) -> FaceMark:
    """A face whose chip stands with its middle at a place of the view."""
    assert view.placement is not None
    size = width / view.placement.scale
    chin = view.placement.to_photo(middle - QPointF(0, 14))
    return FaceMark(FaceId("one"), 1, (chin.x() - size / 2, chin.y() - size, size, size), MarkState.ON)


def chip_rect(view: CompareView, mark: FaceMark) -> QRectF:
    assert view.placement is not None
    (chip,) = face_item.chips([mark], view.placement, set(), view.font())
    return chip


@pytest.mark.parametrize("height", [286, 300, 310])
def test_the_dividers_handle_leaves_a_faces_chip_uncovered(view: CompareView, qtbot: QtBot, height: int) -> None:
    mark = a_mark_at(view, QPointF(395, height), 120)
    view.set_marks((mark,), NO_FACE)
    chip = chip_rect(view, mark)
    assert chip.contains(QPointF(395, height))
    toggled: list[str] = []
    view.face_toggled.connect(toggled.append)
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(round(chip.left()) + 2, height))
    assert toggled == ["one"]
    picture = view.grab(chip.toAlignedRect()).toImage()
    white = sum(
        picture.pixelColor(x, y).lightness() > 240 for x in range(picture.width()) for y in range(picture.height())
    )
    assert white < picture.width() * picture.height() / 5  # the checkbox, the number and the line, no handle


def test_a_click_on_the_divider_means_the_face_that_it_crosses(view: CompareView, qtbot: QtBot) -> None:
    view.set_marks((a_mark_at(view, QPointF(400, 250), 120),), NO_FACE)
    clicked: list[str] = []
    view.face_clicked.connect(clicked.append)
    at = view.divider_at
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(401, 200))
    qtbot.mouseMove(view, QPoint(402, 201))  # as hands do
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(402, 201))
    assert clicked == ["one"]
    assert view.divider_at == at
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 500))  # no face there: all stays selected
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    qtbot.mouseMove(view, QPoint(390, 200))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(390, 200))
    assert clicked == ["one"]
    assert view.divider_at < at


def test_the_dividers_handle_stays_where_it_is_taken_hold_of_until_it_is_let_go(
    view: CompareView, qtbot: QtBot
) -> None:
    mark = a_mark_at(view, QPointF(300, 300), 120)
    view.set_marks((mark,), NO_FACE)
    handle = QPoint(400, 300)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=handle)
    qtbot.mouseMove(view, QPoint(350, 300))
    qtbot.mouseMove(view, QPoint(300, 300))
    assert view.grab().toImage().pixelColor(300 - 10, 300 + 2).lightness() > 240
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(300, 300))
    assert view.grab().toImage().pixelColor(300 - 10, 300 + 2).lightness() < 240


def test_moving_the_divider_paints_what_it_passes_over_and_no_more(view: CompareView, qtbot: QtBot) -> None:
    """The view as it was painted bit by bit is the view as it would be painted at once."""
    view.set_marks((a_mark_at(view, QPointF(300, 350), 120),), NO_FACE)
    qtbot.wait(50)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(400, 100))
    for x in (390, 330, 120, 660, 400, 500):
        qtbot.mouseMove(view, QPoint(x, 100))
        qtbot.wait(20)
    painted = view.window().backingStore().paintDevice()
    assert isinstance(painted, QImage)
    bit_by_bit = painted.copy()
    view.repaint()
    assert painted == bit_by_bit


def test_the_divider_is_moved_by_keys(view: CompareView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert view.divider_at == pytest.approx(0.52)
    qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.divider_at == pytest.approx(0.42)


def test_side_by_side_shows_the_same_part_twice(view: CompareView) -> None:
    view.set_mode(ViewMode.SIDE_BY_SIDE)
    picture = view.grab().toImage()
    assert picture.pixelColor(200, 250).lightness() < 100
    assert picture.pixelColor(604, 250).lightness() > 200
    view.actual_size()
    assert the(view.placement).scale == 1.0


def test_a_detail_is_asked_for_when_the_overview_is_not_sharp_enough(view: CompareView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.detail_wanted) as asked:
        view.actual_size()
    level, part = asked.args[0]
    assert level == 0
    assert part.width() >= 800
    assert part.height() >= 600
    with qtbot.waitSignal(view.detail_wanted) as asked:
        view.fit()
    assert asked.args[0] is None


def test_a_detail_lies_just_over_the_overview(view: CompareView) -> None:
    view.actual_size()
    view.set_divider(0.0)
    corner = the(view.placement).to_photo(QPointF(100, 100)).toPoint()
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    rect = (corner.x(), corner.y(), corner.x() + 64, corner.y() + 64)
    view.take(Shown(Wanted(level=0, part=rect), after_detail=qimage.of_level(image, 0, rect[:2])))
    picture = view.grab().toImage()
    assert picture.pixelColor(101, 101).red() > 200
    assert picture.pixelColor(101, 101).green() < 60
    assert picture.pixelColor(162, 162).green() < 60
    assert picture.pixelColor(98, 98).green() > 200
    assert picture.pixelColor(166, 166).green() > 200


def test_overlapping_faces_the_smaller_is_hit(view: CompareView) -> None:
    large = FaceMark(FaceId("large"), 1, (100, 100, 800, 900), MarkState.ON)
    small = FaceMark(FaceId("small"), 2, (300, 300, 100, 120), MarkState.ON)
    marks = (large, small)
    at = the(view.placement).to_pane(QPointF(340, 350))
    assert face_at(marks, the(view.placement), at) == "small"
    assert face_at(marks, the(view.placement), the(view.placement).to_pane(QPointF(800, 900))) == "large"
    assert face_at(marks, the(view.placement), the(view.placement).to_pane(QPointF(3000, 2000))) == NO_FACE


def test_hovering_lights_a_face(view: CompareView, qtbot: QtBot) -> None:
    view.set_marks((FaceMark(FaceId("one"), 1, (500, 500, 300, 360), MarkState.ON),), NO_FACE)
    at = the(view.placement).to_pane(QPointF(650, 650)).toPoint()
    with qtbot.waitSignal(view.face_hovered) as hovered:
        qtbot.mouseMove(view, at)
    assert hovered.args == ["one"]


def test_points_are_moved_by_keys(view: CompareView, qtbot: QtBot) -> None:
    start = np.array([[1000, 1000], [1100, 1000], [1050, 1060], [1010, 1110], [1090, 1110]], np.float64)
    view.drag_points(start)
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert the(view.points)[1].tolist() == [1110, 999]
    assert the(view.points)[0].tolist() == [1000, 1000]
    with qtbot.waitSignal(view.points_ended) as ended:
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert ended.args == [False]


def test_a_photo_being_read_is_stood_for_by_its_thumbnail(qtbot: QtBot) -> None:
    view = CompareView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    thumbnail = QImage(80, 60, QImage.Format.Format_RGB32)
    thumbnail.fill(0x204060)
    view.show_loading(thumbnail)
    assert view.grab().toImage().pixelColor(200, 150).rgb() & 0xFFFFFF == 0x204060
    view.show_photo(opened())
    assert view.grab().toImage().pixelColor(200, 150).rgb() & 0xFFFFFF != 0x204060
    view.clear()
    assert view.grab().toImage().pixelColor(200, 150) == QColor(theme.tokens().canvas)


def test_the_chips_stand_below_what_is_told_over_the_photo(view: CompareView) -> None:
    def is_chip_at(top: int) -> bool:
        """Whether white letters stand in these rows of the picture before, which is dark."""
        rows = view.grab(QRect(30, top, 100, 36)).toImage()
        return bool(to_pixels(rows).max() > 200)

    view.set_divider(1.0)
    assert is_chip_at(20)
    view.chips.leave_free(100)
    assert not is_chip_at(20)
    assert is_chip_at(105)
    view.chips.leave_free(0)
    assert is_chip_at(20)
