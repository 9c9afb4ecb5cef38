"""Faces that are found once in a photo."""

from __future__ import annotations

import weakref

from gpen_desktop.core.engine.remembered_faces import RememberedFaces
from tests.unit.core.drawn_faces import KnownFaces, photo_with_faces


def test_a_photo_is_looked_at_once_and_held_no_longer_than_anybody_holds_it() -> None:
    photo, faces = photo_with_faces((40, 60))
    other, _ = photo_with_faces((40, 60))
    finder = KnownFaces(*faces)
    remembered = RememberedFaces(finder)
    assert remembered.detect(photo) == remembered.detect(photo) == faces
    assert finder.runs == 1
    remembered.detect(other)
    assert finder.runs == 2
    gone = weakref.ref(photo)
    del photo
    assert gone() is None
