"""Where the photo lies in the view, as it is reckoned; without a window."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF

from gpen_desktop.gui.viewer import divider, view_geometry
from gpen_desktop.gui.viewer.view_geometry import Sight

PANE = QSizeF(800, 600)


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (300, 4000), (60, 50), (9000, 20)])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_fitted_photo_is_whole_and_in_the_middle(width: int, height: int, ratio: float) -> None:
    placed = view_geometry.fitted(Sight(QSizeF(width, height)), PANE, ratio)
    assert QRectF(QPointF(0, 0), PANE).contains(placed.rect)
    middle = placed.rect.center() - QPointF(400, 300)
    assert abs(middle.x()) <= 1
    assert abs(middle.y()) <= 1


def test_zooming_keeps_the_point_under_the_mouse() -> None:
    anchor = QPointF(500, 320)
    fitted = view_geometry.fitted(Sight(QSizeF(4000, 3000)), PANE, 1.0)
    placed = view_geometry.zoomed(fitted, 0.5, anchor, PANE, 1.0)
    at = placed.to_photo(anchor)
    for factor in (1.5, 3.0, 2.0, 0.7):
        placed = view_geometry.zoomed(placed, placed.scale * factor, anchor, PANE, 1.0)
        there = placed.to_pane(at)
        assert abs(there.x() - anchor.x()) <= 1
        assert abs(there.y() - anchor.y()) <= 1


def test_panning_never_leaves_a_gap() -> None:
    placed = view_geometry.zoomed(
        view_geometry.fitted(Sight(QSizeF(4000, 3000)), PANE, 1.0), 1.0, QPointF(400, 300), PANE, 1.0
    )
    placed = view_geometry.panned(placed, QPointF(10_000, -10_000), PANE)
    assert placed.rect.contains(QRectF(QPointF(0, 0), PANE))


@pytest.mark.parametrize("zoom", [0.05, 0.3, 0.51, 1.0, 4.0])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_detail_is_as_sharp_as_the_screen_and_covers_what_is_seen(zoom: float, ratio: float) -> None:
    placed = view_geometry.fitted(Sight(QSizeF(8000, 6000)), PANE, ratio)
    placed = view_geometry.zoomed(placed, zoom / ratio, QPointF(400, 300), PANE, ratio)
    shown = placed.scale * ratio
    wanted = view_geometry.detail_of(placed, QSizeF(8000, 6000), PANE, ratio, coarsest=2)
    if wanted is None:
        assert shown <= 0.25 + 1e-6
        return
    level, part = wanted
    assert level == max(0, math.floor(-math.log2(shown) + 1e-6))
    corner = placed.to_photo(QPointF(400, 300)) / 2**level
    assert part.contains(corner.toPoint())


def test_the_dividers_handle_leaves_a_face_uncovered_where_there_is_room() -> None:
    area, face, chip = QRectF(0, 0, 800, 600), QRectF(350, 200, 150, 180), QRectF(400, 384, 50, 20)
    aside = divider.handle_y(area, 420, [chip], [face])
    assert aside <= face.top() - 14 or aside >= chip.bottom() + 14
    assert abs(aside - 300) < 130
    beside = divider.handle_y(area, 200, [chip], [face])
    assert beside == 300
    fills = QRectF(0, -50, 800, 700)
    assert divider.handle_y(area, 420, [QRectF(400, 290, 50, 20)], [fills]) == pytest.approx(272, abs=1)
    assert divider.handle_y(area, 420, [fills]) == 300
