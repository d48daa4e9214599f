"""Borders that do not run along the photo's edges."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import open_dataset
from core.images import read_image, read_mask
from core.qa.appearance.border import border_between
from core.qa.checks import CHECKS
from core.qa.view import SampleView
from tests.core.qa.looking import found, measured, photo_with_mask, view_of
from tests.making import write_sample


def disagreement(image: np.ndarray, mask: np.ndarray) -> float:
    border = border_between(image, mask)
    assert border is not None
    return border.disagreement


def wide(mask: np.ndarray, by: int) -> np.ndarray:
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * by + 1, 2 * by + 1)))


@settings(max_examples=10, deadline=None)
@given(st.integers(3, 7), st.integers(0, 20))
def test_that_a_border_that_runs_wide_of_the_object_disagrees_more_than_an_exact_one(by, seed):
    image, mask = photo_with_mask(seed=seed)
    exact = disagreement(image, mask)
    assert 0 <= exact < disagreement(image, wide(mask, by)) <= 1


def test_that_an_exact_border_is_no_flag(tmp_path):
    measurement = measured("border_disagreement", view_of(tmp_path, *photo_with_mask()))
    assert measurement is not None
    assert found("border_disagreement", measurement) is None


def test_that_a_border_that_runs_wide_is_flagged_in_words(tmp_path):
    image, mask = photo_with_mask()
    measurement = measured("border_disagreement", view_of(tmp_path, image, wide(mask, 7)))
    finding = found("border_disagreement", measurement)
    assert finding is not None
    assert "weaker" in finding.message
    assert finding.region


def test_that_the_worst_stretch_is_shown_first(tmp_path):
    image, mask = photo_with_mask()
    sloppy = mask.copy()
    sloppy[:, :118] = wide(mask, 6)[:, :118]
    measurement = measured("border_disagreement", view_of(tmp_path, image, sloppy))
    assert measurement is not None
    assert list(measurement.values) == sorted(measurement.values, reverse=True)
    x, _, width, _ = measurement.boxes[0]
    assert x + width / 2 < 128


def test_that_places_are_told_in_the_masks_own_pixels(tmp_path):
    image, mask = photo_with_mask(1024)
    measurement = measured("border_disagreement", view_of(tmp_path, image, wide(mask, 24)))
    assert measurement is not None
    assert len(measurement.boxes) == len(measurement.values)
    left = min(x for x, _, _, _ in measurement.boxes)
    right = max(x + width for x, _, width, _ in measurement.boxes)
    assert right - left > 400
    assert right <= 1024


def test_that_samples_without_photo_mask_or_match_are_not_measured(tmp_path):
    image, mask = photo_with_mask(64)
    write_sample(tmp_path, "train", "a", {"labels": mask[:32]}, photo=image)
    write_sample(tmp_path, "train", "b", {}, photo=image)
    write_sample(tmp_path, "train", "c", {"labels": mask}, photo=image)
    (tmp_path / "img" / "train" / "c.png").write_bytes(b"no photo")
    dataset = open_dataset(tmp_path)
    assert len(dataset.samples) == 3
    for sample in dataset.samples:
        view = SampleView(dataset, sample, "labels")
        assert measured("border_disagreement", view) is None
        assert measured("border_shift", view) is None


def test_that_raw_labels_disagree_more_than_their_corrections_and_few_of_these_are_flagged(
    shared_dir: Path,
):
    pets, limit = shared_dir / "pets", CHECKS["border_disagreement"].limit
    assert limit is not None
    higher, flagged, raw_flagged = [], 0, 0
    files = sorted((pets / "labels_fixed").glob("*/*.png"))
    for file in files:
        place = file.relative_to(pets / "labels_fixed")
        image = read_image((pets / "img" / place).with_suffix(".jpg"))
        fixed, raw = read_mask(file), read_mask(pets / "labels" / place)
        changed = int((fixed != raw).sum()) > 300
        scores = []
        for mask in (fixed, raw) if changed else (fixed,):
            border = border_between(image, mask)
            scores.append(0.0 if border is None else 100 * border.disagreement)
        flagged += limit.crossed_by(scores[0], limit.default)
        if changed and min(scores) > 0:
            higher.append(scores[1] > scores[0])
            raw_flagged += limit.crossed_by(scores[1], limit.default)
    assert len(higher) > 40
    assert np.mean(higher) > 0.85
    assert flagged < 0.02 * len(files)
    assert raw_flagged >= 8


@pytest.mark.parametrize("check", ["border_shift", "border_disagreement"])
def test_that_the_edges_are_looked_for_once_for_both_checks(tmp_path, monkeypatch, check):
    view = view_of(tmp_path, *photo_with_mask())
    assert measured("border_disagreement", view) is not None

    def fail(*_: object) -> None:
        raise AssertionError("looked for again")

    monkeypatch.setattr("core.qa.appearance.border.border_between", fail)
    assert measured(check, view) is not None
