"""Reading what the linked views show: photo, truth, predictions and errors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.evaluation.errors.error_map import ErrorKind
from core.evaluation.errors.kinds import ErrorKind as RegionKind
from core.files import atomic_write
from core.images import encode_mask
from tests.making import blob, write_sample
from widgets.comparison.layers.agreement_layer import agreement_lines
from widgets.comparison.layers.confidence_layer import confidence_ramp
from widgets.comparison.layers.error_layer import error_colors, error_word, hatching
from widgets.comparison.layers.region_layer import region_at
from widgets.comparison.layers.sample_layers import (
    LayerFiles,
    LayerLoader,
    SampleLayers,
    load_layers,
)


def files_for(
    root: Path, stem: str, truth: np.ndarray, *predictions: np.ndarray, **more: object
) -> LayerFiles:
    write_sample(root, "val", stem, {"labels": truth})
    paths = []
    for number, prediction in enumerate(predictions):
        paths.append(root / "predictions" / str(number) / f"{stem}.png")
        atomic_write(paths[-1], encode_mask(prediction))
    return LayerFiles(
        f"val/{stem}",
        root / "img" / "val" / f"{stem}.png",
        root / "labels" / "val" / f"{stem}.png",
        tuple(paths),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def loader(qtbot: QtBot):
    made = LayerLoader()
    yield made
    made.shut_down()


def test_that_errors_are_counted_by_kind(tmp_path: Path):
    truth, prediction = np.zeros((2, 8, 8), np.uint8)
    truth[0, :6] = 1
    prediction[0, 1:6] = 1
    prediction[0, 3:6] = 2
    prediction[7, :4] = 2
    layers = load_layers(files_for(tmp_path, "a", truth, prediction))
    counts = layers.runs[0].counts
    assert counts is not None
    assert (counts.missed, counts.false, counts.wrong_class) == (1, 4, 3)
    assert layers.runs[0].problem == ""
    assert layers.photo is not None


def test_that_a_damaged_prediction_is_said_in_words_and_the_other_run_is_shown(tmp_path: Path):
    files = files_for(tmp_path, "a", blob(), blob(), blob())
    damaged = files.predictions[0]
    assert damaged is not None
    damaged.write_bytes(b"no image")
    layers = load_layers(files)
    assert "prediction" in layers.runs[0].problem
    assert str(damaged) in layers.runs[0].problem
    assert layers.runs[1].errors is not None


def test_that_a_prediction_of_another_size_is_said_in_words(tmp_path: Path):
    layers = load_layers(files_for(tmp_path, "a", blob(64), blob(32)))
    assert "32×32" in layers.runs[0].problem
    assert "64×64" in layers.runs[0].problem
    assert layers.runs[0].errors is None
    assert layers.runs[0].prediction is not None


def test_that_missing_files_are_said_in_words(tmp_path: Path):
    layers = load_layers(LayerFiles("val/a", None, None, (None,)))
    assert layers.photo is None
    assert "no photo" in layers.photo_problem
    assert "no mask" in layers.truth_problem
    assert layers.runs[0].problem == "Not predicted yet."


def test_that_an_unreadable_photo_still_shows_the_masks(tmp_path: Path):
    files = files_for(tmp_path, "a", blob(), blob())
    assert files.image is not None
    files.image.write_bytes(b"")
    layers = load_layers(files)
    assert str(files.image) in layers.photo_problem
    assert layers.truth is not None
    assert layers.runs[0].errors is not None


def test_that_only_the_sample_asked_for_last_is_delivered(
    qtbot: QtBot, tmp_path: Path, loader: LayerLoader
):
    files = [files_for(tmp_path, stem, blob(), blob()) for stem in "abcd"]
    seen: list[SampleLayers] = []
    loader.loaded.connect(seen.append)
    for each in files:
        loader.request(each)
    qtbot.waitUntil(lambda: bool(seen))
    assert [layers.sample for layers in seen] == ["val/d"]


def test_that_a_neighbour_read_ahead_is_there_at_once(
    qtbot: QtBot, tmp_path: Path, loader: LayerLoader
):
    first, second = (files_for(tmp_path, stem, blob(), blob()) for stem in "ab")
    seen: list[str] = []
    loader.loaded.connect(lambda layers: seen.append(layers.sample))
    loader.request(first, ahead=[second])
    qtbot.waitUntil(lambda: loader.has(second))
    loader.request(second)
    assert seen == ["val/a", "val/b"]


def test_that_forgetting_reads_changed_files_anew(
    qtbot: QtBot, tmp_path: Path, loader: LayerLoader
):
    files = files_for(tmp_path, "a", blob(), blob())
    with qtbot.waitSignal(loader.loaded) as before:
        loader.request(files)
    assert before.args[0].runs[0].counts.wrong == 0
    files_for(tmp_path, "a", blob(value=2), blob())
    loader.forget()
    with qtbot.waitSignal(loader.loaded) as after:
        loader.request(files)
    assert after.args[0].runs[0].counts.wrong_class > 0


def test_that_the_kinds_of_error_differ_in_their_lines():
    kinds = [ErrorKind.MISSED, ErrorKind.FALSE, ErrorKind.WRONG_CLASS]
    patterns = [hatching(np.full((64, 64), kind, np.uint8)) for kind in kinds]
    assert np.array_equal(patterns[2], patterns[0] | patterns[1])
    assert not np.array_equal(patterns[0], patterns[1])
    assert not hatching(np.full((64, 64), ErrorKind.IGNORED, np.uint8)).any()
    assert not hatching(np.zeros((64, 64), np.uint8)).any()


def test_that_the_lines_are_as_wide_as_the_image_is_large():
    small, large = (
        hatching(np.full((side, side), ErrorKind.MISSED, np.uint8)) for side in (256, 2048)
    )
    assert np.array_equal(large[::8, ::8], small)


def test_that_right_pixels_are_transparent_and_every_kind_has_a_colour_and_a_word():
    colors = error_colors()
    assert colors[ErrorKind.CORRECT][3] == 0
    shown = [colors[kind] for kind in ErrorKind if kind is not ErrorKind.CORRECT]
    assert len(set(shown)) == 4
    assert [error_word(kind) for kind in (0, 1, 2, 3, 255)] == [
        "correct",
        "missed",
        "false",
        "wrong class",
        "ignored",
    ]


def test_that_the_confidence_is_read_and_a_missing_one_is_said_in_words(tmp_path: Path):
    sure = np.full((64, 64), 200, np.uint8)
    path = tmp_path / "confidence.png"
    atomic_write(path, encode_mask(sure))
    layers = load_layers(files_for(tmp_path, "a", blob(), blob(), blob(), confidences=(path, None)))
    assert layers.runs[0].confidence is not None
    assert np.array_equal(layers.runs[0].confidence, sure)
    assert "predict the split again" in layers.runs[1].confidence_problem


def test_that_a_confidence_of_another_size_is_said_in_words(tmp_path: Path):
    path = tmp_path / "confidence.png"
    atomic_write(path, encode_mask(np.zeros((8, 8), np.uint8)))
    layers = load_layers(files_for(tmp_path, "a", blob(), blob(), confidences=(path,)))
    assert layers.runs[0].confidence is None
    assert "another size" in layers.runs[0].confidence_problem


def test_that_a_prediction_of_another_class_list_is_said_in_words(tmp_path: Path):
    layers = load_layers(files_for(tmp_path, "a", blob(), blob(value=7), blob(), num_classes=3))
    assert "holds the class 7" in layers.runs[0].problem
    assert "another class list" in layers.runs[0].problem
    assert layers.runs[0].prediction is not None
    assert layers.runs[1].errors is not None


def test_that_every_wrong_pixel_lies_in_the_region_that_is_outlined(tmp_path: Path):
    truth = blob()
    prediction = np.roll(truth, 14, axis=1)
    run = load_layers(files_for(tmp_path, "a", truth, prediction, num_classes=3)).runs[0]
    assert run.labels is not None
    assert run.outlines is not None
    assert np.array_equal(run.labels > 0, truth != prediction)
    assert np.array_equal(run.outlines > 0, run.labels > 0)
    sizes = np.bincount(run.labels.ravel())[1:]
    assert sizes.tolist() == [region.pixels for region in run.regions]
    x, y = run.regions[0].anchor
    assert region_at(run.labels, run.regions, x, y) == 0
    assert region_at(run.labels, run.regions, -1, 2) == -1


def test_that_who_is_right_is_told_pixel_by_pixel(tmp_path: Path):
    truth = np.zeros((4, 4), np.uint8)
    truth[0] = 1
    truth[3, 3] = 255
    first, second = np.zeros((2, 4, 4), np.uint8)
    first[0, :2] = 1  # right in the whole, but for two pixels
    second[0, 0] = 1
    second[2] = 2
    pair = load_layers(files_for(tmp_path, "a", truth, first, second, pair=(0, 1))).pair
    assert pair is not None
    assert pair.found is not None
    assert pair.counts == (8, 5, 0, 2)
    assert pair.found[0].tolist() == [0, 1, 3, 3]
    assert pair.found[3, 3] == 255
    turned = load_layers(files_for(tmp_path, "a", truth, first, second, pair=(1, 0))).pair
    assert turned is not None
    assert turned.counts == (8, 0, 5, 2)


def test_that_nobody_is_called_right_where_a_prediction_is_damaged(tmp_path: Path):
    files = files_for(tmp_path, "a", blob(), blob(), blob(), pair=(0, 1))
    assert files.predictions[1] is not None
    files.predictions[1].write_bytes(b"no image")
    pair = load_layers(files).pair
    assert pair is not None
    assert pair.found is None


def test_that_the_confidence_map_gets_evenly_darker():
    ramp = confidence_ramp().astype(float) / 255
    linear = np.where(ramp <= 0.04045, ramp / 12.92, ((ramp + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16
    steps = -np.diff(lightness[::32])
    assert steps.min() > 0.8 * steps.mean()
    assert steps.max() < 1.2 * steps.mean()


def test_that_the_areas_of_one_right_run_differ_in_their_lines():
    patterns = [agreement_lines(np.full((32, 32), value, np.uint8)) for value in (1, 2, 3)]
    assert len({pattern.tobytes() for pattern in patterns}) == 3
    assert not agreement_lines(np.zeros((32, 32), np.uint8)).any()


def test_that_a_sample_is_there_before_its_regions_and_comes_again_with_them(
    qtbot: QtBot, tmp_path: Path, loader: LayerLoader
):
    files = files_for(tmp_path, "a", blob(), np.roll(blob(), 9, axis=1), num_classes=3)
    seen: list[SampleLayers] = []
    loader.loaded.connect(seen.append)
    loader.request(files)
    qtbot.waitUntil(lambda: loader.has(files))
    assert [layers.is_whole for layers in seen] == [False, True]
    assert seen[0].runs[0].errors is not None
    assert not seen[0].runs[0].regions
    assert seen[1].runs[0].regions


def test_that_regions_of_an_analysis_that_knows_more_are_taken_over(tmp_path: Path):
    truth, prediction = blob(), np.roll(blob(), 9, axis=1)
    found = load_layers(files_for(tmp_path, "a", truth, prediction, num_classes=3)).runs[0].regions
    known = tuple(replace(each, kind=RegionKind.LABEL) for each in found)
    files = files_for(tmp_path, "a", truth, prediction, num_classes=3, regions=(known,))
    assert load_layers(files).runs[0].regions == known
    stale = files_for(tmp_path, "a", truth, prediction, num_classes=3, regions=(known[:1],))
    assert load_layers(stale).runs[0].regions == found
