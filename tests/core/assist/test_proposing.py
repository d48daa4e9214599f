"""Proposals from the real helper process, which runs osam's EfficientSAM code on a tiny pair."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import numpy as np
import psutil
import pytest

from core.assist.client import AssistClient
from core.assist.photo import MAX_SIDE, Photo
from core.assist.problems import AssistError, Problem
from core.assist.prompt import Box, Click
from core.errors import PetsegError
from core.masks.geometry import Rect
from tests.core.assist.helpers import MODEL, bgra_with_blocks, enlarged, photo_with_blocks
from tests.making_onnx import REACH, SCORE


def painted(region, shape=(80, 120)) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[region.rect.slices] = region.stencil
    return mask


def blocks() -> np.ndarray:
    return bgra_with_blocks()[..., 0] > 128


def near(x: float, y: float, shape=(80, 120)) -> np.ndarray:
    rows, columns = np.indices(shape) + 0.5
    return np.hypot(columns - x, rows - y) <= REACH


def test_that_a_click_gives_the_object_under_it_with_its_score(client):
    found = client.propose(MODEL, photo_with_blocks(), [Click(30.5, 20.5)])
    np.testing.assert_array_equal(painted(found.region), blocks() & near(30.5, 20.5))
    assert found.score == pytest.approx(SCORE)


def test_that_more_clicks_add_to_the_object_and_negative_ones_take_away_from_it(client):
    photo = photo_with_blocks()
    one, other, third = Click(30.5, 20.5), Click(95.5, 25.5), Click(24.5, 20.5, positive=False)
    both = painted(client.propose(MODEL, photo, [one, other]).region)
    np.testing.assert_array_equal(both, blocks() & (near(30.5, 20.5) | near(95.5, 25.5)))
    less = painted(client.propose(MODEL, photo, [one, other, third]).region)
    np.testing.assert_array_equal(less, both & ~near(24.5, 20.5))


def test_that_a_box_gives_what_lies_in_it_and_clicks_refine_it(client):
    photo = photo_with_blocks()
    inside = np.zeros((80, 120), bool)
    inside[5:30, 20:100] = True
    boxed = painted(client.propose(MODEL, photo, [], Box(20, 5, 100, 30)).region)
    np.testing.assert_array_equal(boxed, blocks() & inside)
    without = [Click(95.5, 20.5, positive=False)]
    less = painted(client.propose(MODEL, photo, without, Box(20, 5, 100, 30)).region)
    np.testing.assert_array_equal(less, boxed & ~near(95.5, 20.5))


def test_that_a_photo_is_encoded_once_for_any_number_of_clicks(client, encodings):
    photo = photo_with_blocks(81, 120)
    client.look(MODEL, photo)
    client.propose(MODEL, photo, [Click(30.5, 20.5)])
    client.propose(MODEL, photo, [Click(95.5, 20.5)])
    client.look(MODEL, photo_with_blocks(81, 120))  # the same pixels, read once more
    assert encodings.read_text().splitlines() == ["(81, 120, 3)"]
    other = photo_with_blocks(90, 120)
    client.propose(MODEL, other, [Click(30.5, 20.5)])
    client.propose(MODEL, photo, [Click(30.5, 20.5)])  # coming back finds the embedding kept
    assert encodings.read_text().splitlines() == ["(81, 120, 3)", "(90, 120, 3)"]


def test_that_clicking_where_nothing_is_gives_an_empty_region(client):
    found = client.propose(MODEL, photo_with_blocks(), [Click(60.5, 70.5)])
    assert found.region.is_empty


def test_that_clicks_at_the_border_and_beside_the_photo_are_taken_to_its_pixels(client):
    found = client.propose(MODEL, photo_with_blocks(), [], Box(-50, -50, 500, 500))
    np.testing.assert_array_equal(painted(found.region), blocks())


def test_that_a_large_photo_is_reduced_for_the_model_and_the_proposal_enlarged(client, encodings):
    factor = 40
    large = enlarged(bgra_with_blocks(), factor)  # 4800 pixels wide
    found = client.propose(MODEL, Photo.of(large), [], Box(0, 0, 4800, 3200))
    assert encodings.read_text().splitlines() == [f"({80 * MAX_SIDE // 120}, {MAX_SIDE}, 3)"]
    mask = painted(found.region, (3200, 4800))
    expected = large[..., 0] > 128
    wrong = mask != expected
    assert wrong.sum() < 0.01 * expected.sum()
    assert found.region.rect.intersected(Rect(0, 0, 4800, 3200)) == found.region.rect


def test_that_two_threads_can_ask_at_the_same_time(client):
    photo, found = photo_with_blocks(), {}

    def ask(x: float) -> None:
        found[x] = client.propose(MODEL, photo, [Click(x, 20.5)]).region.area

    threads = [threading.Thread(target=ask, args=(x,)) for x in (30.5, 95.5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {x: int((blocks() & near(x, 20.5)).sum()) for x in (30.5, 95.5)}


def test_that_a_helper_that_was_killed_is_told_of_and_the_next_click_starts_another(fresh_client):
    client, photo = fresh_client, photo_with_blocks()
    client.look(MODEL, photo)
    first = client.helper_pid
    os.kill(first, signal.SIGSTOP)  # so that the question is on its way when it dies
    told: list[PetsegError] = []

    def ask() -> None:
        try:
            client.propose(MODEL, photo, [Click(30.5, 20.5)])
        except PetsegError as error:
            told.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    while not client._process._waiting:
        threading.Event().wait(0.01)
    os.kill(first, signal.SIGKILL)
    thread.join()
    assert "was killed by signal 9" in str(told[0])
    assert not client.propose(MODEL, photo, [Click(30.5, 20.5)]).region.is_empty
    assert client.helper_pid != first


def test_that_closing_ends_the_helper_and_whoever_waits_for_it(fresh_client):
    client, photo = fresh_client, photo_with_blocks()
    client.look(MODEL, photo)
    process = psutil.Process(client.helper_pid)
    client.close()
    assert not process.is_running()
    with pytest.raises(PetsegError, match="was closed"):
        client.propose(MODEL, photo, [Click(30.5, 20.5)])


def test_that_the_helper_leaves_when_the_program_that_started_it_dies(home):
    code = (
        "import sys, os\n"
        "from tests.core.assist.helpers import tiny_client\n"
        "client = tiny_client()\n"
        "client.models()\n"
        "print(client.helper_pid, flush=True)\n"
        "os._exit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    try:
        psutil.Process(pid).wait(10)
    except psutil.NoSuchProcess:
        pass
    assert not psutil.pid_exists(pid)


def test_that_weights_which_are_missing_or_damaged_are_no_reason_to_fetch_anything(
    fresh_client, home
):
    client = fresh_client
    folder = home / ".cache" / "osam" / "models" / "blobs"
    one = min(folder.iterdir())
    data = one.read_bytes()
    one.write_bytes(data[:-1] + b"?")
    with pytest.raises(AssistError, match="are damaged") as damaged:
        client.load(MODEL)
    one.unlink()
    with pytest.raises(AssistError, match="are not on this computer") as missing:
        client.look(MODEL, photo_with_blocks())
    assert damaged.value.kind is missing.value.kind is Problem.NO_WEIGHTS
    assert not one.exists()
    one.write_bytes(data)
    client.load(MODEL)


def test_that_models_are_listed_with_what_is_on_this_computer(client, warm):
    models = {files.name: files for files in client.models()}
    assert models[MODEL].installed
    assert not models["sam2:tiny"].installed
    assert models["sam2:tiny"].host == "github.com"
    assert all(file.path.is_relative_to(warm[1].parent) for file in models["sam3:latest"].files)
    assert len(models["sam3:latest"].files) == 5


def test_that_a_model_that_takes_no_clicks_or_does_not_exist_is_told_in_words(client):
    with pytest.raises(AssistError, match="no model called 'yoloworld:latest'"):
        client.load("yoloworld:latest")


def test_that_the_program_needs_no_osam_to_ask():
    code = (
        "import sys; import core.assist.client\n"
        "print([name for name in ('osam', 'onnxruntime', 'PySide6', 'torch')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_that_without_osam_the_helper_says_how_to_install_it(home, tmp_path, monkeypatch):
    broken = tmp_path / "path" / "osam"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no such thing here')")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    with AssistClient() as client, pytest.raises(AssistError, match="pip install osam") as told:
        client.models()
    assert told.value.kind is Problem.NO_PROGRAM
