"""Reading what the linked views show: photo, truth, predictions and errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.evaluation.errors.error_map import ErrorKind
from core.files import atomic_write
from core.images import encode_mask
from tests.making import blob, write_sample
from widgets.comparison.layers.error_layer import error_colors, error_word, hatching
from widgets.comparison.layers.sample_layers import (
    LayerFiles,
    LayerLoader,
    SampleLayers,
    load_layers,
)


def files_for(root: Path, stem: str, truth: np.ndarray, *predictions: np.ndarray) -> LayerFiles:
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
