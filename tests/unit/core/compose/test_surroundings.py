"""How much texture is pasted around a face."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from gpen_desktop.core.compose.surroundings import without_crumbs
from gpen_desktop.core.engine.restored import restored_face
from gpen_desktop.core.faces.alignment import template_points
from gpen_desktop.core.faces.masks import masks_by_points
from gpen_desktop.core.grain import fine_band, luma
from gpen_desktop.core.types import Crop, Face, FloatImage, RestoredFace, frozen

CORNER = np.s_[200:240, 10:50]
ABOVE = np.s_[14:40, 100:156]
FACE = np.s_[110:150, 100:156]


def blurred(image: FloatImage, sigma: float) -> FloatImage:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def texture(seed: int, softness: float, deviation: float) -> FloatImage:
    noise = np.random.default_rng(seed).standard_normal((256, 256)).astype(np.float32)
    noise = fine_band(blurred(noise, softness), 2 * softness)
    return np.repeat((noise * (deviation / noise.std()))[..., None], 3, axis=2)


def answered(crop: FloatImage, answer: FloatImage) -> RestoredFace:
    seen = Crop(Face(template_points("ffhq", 256), 10.0), frozen(crop), frozen(np.eye(2, 3)))
    return restored_face(seen, answer, masks_by_points(seen))


EVEN = np.full((256, 256, 3), 0.5, np.float32)
CRUMBS = texture(1, 1.0, 0.03)


def test_texture_that_the_photo_does_not_show_stays_off_what_is_behind_a_head() -> None:
    held = without_crumbs(answered(EVEN, EVEN + CRUMBS)).restored - EVEN
    assert held[CORNER].std() < 0.15 * CRUMBS[CORNER].std()
    assert np.allclose(held[FACE], CRUMBS[FACE], atol=1e-6)


def test_hair_that_a_soft_photo_shows_becomes_sharp() -> None:
    hair = texture(2, 1.5, 0.06) + texture(3, 4.0, 0.15)
    soft = EVEN + blurred(hair, 3.0)
    held = without_crumbs(answered(soft, EVEN + hair)).restored
    fine = [fine_band(luma(picture), 2.0)[ABOVE].std() for picture in (soft, held, EVEN + hair)]
    assert fine[0] < 0.3 * fine[2]
    assert fine[1] > 0.5 * fine[2]


def test_grain_may_be_taken_out() -> None:
    grainy = EVEN + texture(4, 0.6, 0.02)
    assert np.allclose(without_crumbs(answered(grainy, EVEN)).restored, EVEN, atol=1e-6)


def test_what_is_invented_is_held_alike() -> None:
    face = dataclasses.replace(answered(EVEN, EVEN), vivid=frozen(EVEN + CRUMBS))
    held = without_crumbs(face)
    assert held.vivid is not None
    assert (held.vivid - EVEN)[CORNER].std() < 0.15 * CRUMBS[CORNER].std()


def test_a_lone_edge_beside_the_head_gets_no_beads() -> None:
    rows = np.arange(256, dtype=np.float32)[:, None, None]
    joint = np.broadcast_to(0.5 + 0.3 * (rows > 150), (256, 256, 3)).astype(np.float32)
    beads = (np.sin(np.arange(256) / 2)[None, :, None] * 0.1 * np.exp(-((rows - 150) ** 2) / 8)).astype(np.float32)
    soft = blurred(joint, 3.0)
    held = without_crumbs(answered(soft, soft + beads)).restored - soft
    beside = np.s_[140:160, 4:24]
    assert held[beside].std() < 0.45 * beads[beside].std()


def test_above_the_face_a_hat_s_brim_gets_sharp() -> None:
    rows = np.arange(256, dtype=np.float32)[:, None, None]
    brim = np.broadcast_to(0.5 + 0.3 * (rows > 24), (256, 256, 3)).astype(np.float32)
    soft = blurred(brim, 3.0)
    held = without_crumbs(answered(soft, brim)).restored
    above = np.s_[18:30, 118:138]
    assert np.abs(held - brim)[above].mean() < 0.7 * np.abs(soft - brim)[above].mean()


def test_faint_structure_brings_hardly_more_than_itself() -> None:
    ground = EVEN + texture(5, 4.0, 0.03)
    held = without_crumbs(answered(ground, ground + CRUMBS)).restored - ground
    assert held[CORNER].std() < 0.23 * CRUMBS[CORNER].std()


def test_grain_is_no_structure() -> None:
    ground = EVEN + texture(6, 4.0, 0.008)
    held = without_crumbs(answered(ground, ground + CRUMBS)).restored - ground
    assert held[CORNER].std() < 0.07 * CRUMBS[CORNER].std()
