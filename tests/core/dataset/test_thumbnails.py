"""Thumbnails: what they show, and when the cache is trusted."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.dataset.model import Sample
from core.dataset.thumbnails import ThumbnailStore, blend

COLORS = np.zeros((256, 4), np.uint8)
COLORS[1] = (230, 160, 0, 255)
COLORS[2] = (0, 110, 180, 255)


def write_photo(path: Path, height: int, width: int, *, quality: int = 95) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(0).integers(90, 110, (height, width, 3), np.uint8)
    Image.fromarray(noise).save(path, quality=quality)
    return path


def write_mask(path: Path, mask: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask).save(path)
    return path


def square_mask(side: int, value: int = 1) -> np.ndarray:
    mask = np.zeros((side, side), np.uint8)
    mask[side // 4 : side * 3 // 4, side // 4 : side * 3 // 4] = value
    return mask


@pytest.fixture
def store(tmp_path: Path) -> ThumbnailStore:
    return ThumbnailStore(tmp_path / "thumbnails")


def test_that_a_thumbnail_keeps_the_photos_proportions(store, tmp_path):
    wide = write_photo(tmp_path / "wide.png", 100, 400)
    assert store.photo(wide, 128).shape == (32, 128, 3)


def test_that_a_small_photo_is_not_blown_up(store, tmp_path):
    small = write_photo(tmp_path / "small.png", 20, 30)
    assert store.photo(small, 128).shape == (20, 30, 3)


def test_that_regions_are_tinted_their_borders_full_and_the_rest_untouched():
    photo = np.full((40, 40, 3), 100, np.uint8)
    shown = blend(photo, square_mask(40), COLORS)
    assert (shown[0, 0] == 100).all()
    assert tuple(shown[10, 20]) == (230, 160, 0)
    assert tuple(shown[20, 20]) == tuple(np.rint(0.55 * 100 + 0.45 * COLORS[1, :3]).astype(int))


def test_that_a_mask_of_another_size_is_laid_over_the_whole_photo():
    photo = np.full((40, 40, 3), 100, np.uint8)
    shown = blend(photo, np.ones((10, 10), np.uint8), COLORS)
    assert (shown != 100).any(axis=2).all()


def test_that_a_damaged_photo_gives_its_reason_and_no_picture(store, tmp_path):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8 not a photo")
    mask = write_mask(tmp_path / "broken.png", square_mask(64))
    thumbnail = store.render(Sample("", "broken", broken, {"labels": mask}), "labels", 64, COLORS)
    assert thumbnail.pixels is None
    assert "broken.jpg" in thumbnail.photo_problem


def test_that_a_damaged_mask_still_shows_the_photo(store, tmp_path):
    photo = write_photo(tmp_path / "a.png", 64, 64)
    mask = tmp_path / "a_mask.png"
    mask.write_bytes(b"")
    thumbnail = store.render(Sample("", "a", photo, {"labels": mask}), "labels", 64, COLORS)
    assert thumbnail.pixels is not None
    assert "a_mask.png" in thumbnail.mask_problem


def test_that_a_mask_without_photo_is_shown_on_grey(store, tmp_path):
    mask = write_mask(tmp_path / "a.png", square_mask(64))
    thumbnail = store.render(Sample("", "a", None, {"labels": mask}), "labels", 64, COLORS)
    assert tuple(thumbnail.pixels[16, 32]) == (230, 160, 0)
    assert len(np.unique(thumbnail.pixels[0])) == 1


def test_that_a_sample_without_mask_says_so(store, tmp_path):
    photo = write_photo(tmp_path / "a.png", 64, 64)
    thumbnail = store.render(Sample("", "a", photo, {}), "labels", 64, COLORS)
    assert thumbnail.pixels is not None
    assert not thumbnail.has_mask
    assert thumbnail.mask_problem == ""


def test_that_masks_can_be_left_off(store, tmp_path):
    photo = write_photo(tmp_path / "a.png", 64, 64)
    mask = write_mask(tmp_path / "a_mask.png", square_mask(64))
    sample = Sample("", "a", photo, {"labels": mask})
    plain = store.render(sample, "labels", 64, COLORS, with_mask=False)
    assert (plain.pixels == store.photo(photo, 64)).all()


def test_that_a_large_photo_is_read_from_the_cache_until_it_changes(store, tmp_path):
    photo = write_photo(tmp_path / "large.jpg", 1200, 1600)
    first = store.photo(photo, 128)
    status = photo.stat()
    photo.write_bytes(b"x" * status.st_size)
    os.utime(photo, ns=(status.st_atime_ns, status.st_mtime_ns))
    # Nobody can tell that it changed; the cached copy is a JPEG, hence not the same to the bit.
    assert np.abs(store.photo(photo, 128).astype(int) - first).max() < 10
    write_photo(photo, 1600, 1200)
    assert store.photo(photo, 128).shape == (128, 96, 3)


def test_that_a_saved_large_mask_is_seen_at_once(store, tmp_path):
    path = write_mask(tmp_path / "large.png", square_mask(1500, 1))
    assert store.mask(path, 100)[50, 50] == 1
    write_mask(path, square_mask(1500, 2))
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert store.mask(path, 100)[50, 50] == 2


def test_that_small_files_are_not_cached(store, tmp_path):
    store.photo(write_photo(tmp_path / "small.jpg", 256, 256), 128)
    assert not (tmp_path / "thumbnails").exists()


def test_that_a_damaged_cache_is_no_harm(store, tmp_path):
    photo = write_photo(tmp_path / "large.jpg", 1200, 1600)
    first = store.photo(photo, 128)
    (cached,) = (tmp_path / "thumbnails").rglob("*.thumb")
    cached.write_bytes(cached.read_bytes()[:40])
    assert (store.photo(photo, 128) == first).all()


def test_that_thumbnails_work_where_nothing_can_be_cached(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    photo = write_photo(tmp_path / "large.jpg", 1200, 1600)
    assert ThumbnailStore(in_the_way / "thumbnails").photo(photo, 128).shape == (96, 128, 3)
    assert ThumbnailStore(None).photo(photo, 128).shape == (96, 128, 3)


def test_that_a_turned_camera_does_not_turn_the_thumbnail(store, tmp_path):
    path = tmp_path / "turned.jpg"
    pixels = np.zeros((1000, 2000, 3), np.uint8)
    pixels[:, :1000] = 255
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90° clockwise
    Image.fromarray(pixels).save(path, exif=exif)
    thumbnail = store.photo(path, 128)
    assert thumbnail.shape == (128, 64, 3)
    assert thumbnail[10].mean() > 200
    assert thumbnail[-10].mean() < 50


def test_that_reduced_decoding_shows_the_same_picture(store, tmp_path):
    ramp = np.linspace(0, 255, 3000).astype(np.uint8)
    picture = np.dstack([np.tile(ramp, (2000, 1))] * 3)
    path = tmp_path / "ramp.jpg"
    Image.fromarray(picture).save(path, quality=95)
    small = cv2.resize(picture, (192, 128), interpolation=cv2.INTER_AREA)
    difference = np.abs(store.photo(path, 192).astype(int) - small.astype(int))
    assert difference.max() <= 6
