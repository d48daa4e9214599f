"""The AI click from mouse to mask, with the real helper process and a tiny model; and without."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.pages.annotate.beside.assist import Assist
from app.pages.annotate.desk import Desk
from app.session import Session
from app.settings import Settings
from core.assist.client import AssistClient
from core.dataset.model import ClassInfo
from core.masks.document import MaskDocument
from tests.core.assist.helpers import (
    MODEL,
    WeightServer,
    bgra_with_blocks,
    install_weights,
    tiny_client,
    weight_server,
)
from tests.making_onnx import REACH
from widgets.canvas import ImagePyramid
from widgets.canvas.tools.looking.assistant import State
from widgets.editor import EditorView

CLASSES = (
    ClassInfo(0, "background", (0, 0, 0)),
    ClassInfo(1, "cat", (230, 159, 0)),
    ClassInfo(2, "dog", (0, 114, 178)),
)
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
FAR = 20_000  # a helper takes a second to start, on a busy machine several


class Bench:
    """An editor with a photo and the assistant, and hands."""

    def __init__(self, qtbot: QtBot, client: AssistClient, *, installed: bool = True) -> None:
        self.qtbot = qtbot
        self.installed = installed
        self.is_closed = False
        self.client = client
        self.jobs = Jobs()
        self.session = Session(self.jobs)
        self.view = EditorView()
        self.view.resize(1200, 720)
        qtbot.addWidget(self.view)
        self.view.set_classes(CLASSES, 255)
        desk = Desk(self.session, self.jobs, self.view, lambda: None, lambda: None)
        self.assist = Assist(desk, client, lambda: self.installed)
        self.said: list[str] = []
        self.view.canvas.said.connect(self.said.append)
        self.document = MaskDocument(np.zeros((1, 1), np.uint8))
        self.show_photo(bgra_with_blocks())
        self.view.show()
        qtbot.waitExposed(self.view)

    def show_photo(self, bgra: np.ndarray) -> None:
        self.assist.on_left()
        self.view.show_image(ImagePyramid(bgra[..., 2::-1].copy()), "")
        self.document = MaskDocument(np.zeros(bgra.shape[:2], np.uint8))
        self.view.edit(self.document)
        self.assist.on_shown()

    def choose(self) -> None:
        self.view.canvas.set_tool("ai_click")

    def click(self, x: int, y: int, modifiers=NONE) -> None:
        canvas = self.view.canvas
        self.qtbot.mouseClick(canvas, LEFT, modifiers, canvas.pixel_center(x, y))

    def key(self, key) -> None:
        self.qtbot.keyClick(self.view.canvas, key)

    def press(self, name: str) -> None:
        button = self.view.findChild(QPushButton, name)
        assert button is not None
        assert button.isVisible(), f"{name} is not shown"
        self.qtbot.mouseClick(button, LEFT)

    def wait_for(self, state: State) -> None:
        self.qtbot.waitUntil(lambda: self.assist.state is state, timeout=FAR)

    def wait_for_proposal(self) -> None:
        tool = self.view.canvas.tool
        self.qtbot.waitUntil(lambda: tool.highlight is not None, timeout=FAR)

    @property
    def panel(self):
        return self.assist.weights.panel

    def close(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        self.assist.shut_down()
        self.view.canvas.shut_down()
        self.view.filmstrip.shut_down()
        self.session.close()
        self.jobs.shut_down()


@pytest.fixture(scope="module")
def helper(tmp_path_factory) -> Iterator[tuple[AssistClient, Path, WeightServer]]:
    """One helper for the whole module; its home, and a mirror with the weights."""
    if find_spec("osam") is None:
        pytest.skip("osam is not installed")
    with pytest.MonkeyPatch.context() as patch, weight_server() as server:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("HOME", str(home))
        patch.setenv("OSAM_BLOB_ENDPOINT", server.address)
        patch.setenv("TINY_ENCODINGS", str(home / "encodings.txt"))
        with tiny_client() as client:
            client.models()
            yield client, home, server


class _Kept:
    """A client that a bench may close without ending the helper of the module."""

    def __init__(self, client: AssistClient) -> None:
        self._client = client

    def __getattr__(self, name: str):
        return getattr(self._client, name)

    def close(self) -> None:
        pass


@pytest.fixture
def home(helper) -> Iterator[Path]:
    """A home folder without weights."""
    _client, home, server = helper
    server.reset()
    for path in (home / ".cache").rglob("sha256-*"):
        path.unlink()
    (home / "encodings.txt").write_text("")
    yield home
    server.is_open.set()


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., Bench]]:
    """Makes benches, and closes them however the test ends."""
    made: list[Bench] = []

    def make(client: AssistClient, **options: bool) -> Bench:
        made.append(Bench(qtbot, client, **options))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def bench(make, helper, home: Path) -> Bench:
    """With the weights on this computer."""
    install_weights(home)
    return make(_Kept(helper[0]))


@pytest.fixture(scope="module")
def empty_helper(helper) -> Iterator[AssistClient]:
    """A second helper, which never has a model in its memory."""
    with tiny_client() as client:
        client.models()
        yield client


@pytest.fixture
def bare(make, empty_helper: AssistClient, home: Path) -> Bench:
    """Without weights."""
    return make(_Kept(empty_helper))


def near(x: float, y: float) -> np.ndarray:
    rows, columns = np.indices((80, 120)) + 0.5
    return np.hypot(columns - x, rows - y) <= REACH


def blocks() -> np.ndarray:
    return bgra_with_blocks()[..., 0] > 128


def test_that_clicks_become_pixels_of_the_current_class(bench):
    bench.view.canvas.set_current_class(2)
    bench.choose()
    bench.click(30, 20)  # at once: it is answered when the model is ready
    bench.wait_for_proposal()
    assert bench.assist.state is State.READY
    assert not bench.document.mask.any()
    bench.key(Qt.Key.Key_Return)
    changed = bench.document.mask == 2
    assert changed[20, 30]
    assert not (changed & ~blocks()).any()
    assert (changed != (blocks() & near(30.5, 20.5))).sum() < 20  # the mouse hits half pixels


def test_that_nothing_is_started_before_the_tool_is_chosen_and_all_ends_with_the_window(make, home):
    install_weights(home)
    client = tiny_client()
    bench = make(client)
    assert client.helper_pid is None
    bench.choose()
    bench.wait_for(State.READY)
    process = psutil.Process(client.helper_pid)
    bench.close()
    assert not process.is_running()


def test_that_a_photo_is_looked_at_once(bench, home):
    bench.show_photo(bgra_with_blocks(82, 120))
    bench.choose()
    bench.wait_for(State.READY)
    for x in (30, 95):
        bench.click(x, 20)
        bench.wait_for_proposal()
        bench.key(Qt.Key.Key_Escape)
    bench.show_photo(bgra_with_blocks(92, 120))
    bench.click(30, 20)
    bench.wait_for_proposal()
    bench.show_photo(bgra_with_blocks(82, 120))
    bench.wait_for(State.READY)
    seen = (home / "encodings.txt").read_text().splitlines()
    assert seen == ["(82, 120, 3)", "(92, 120, 3)"]


def test_that_leaving_a_sample_drops_what_was_asked_about_it(bench):
    bench.choose()
    bench.wait_for(State.READY)
    bench.click(30, 20)
    bench.show_photo(bgra_with_blocks(90, 120))
    bench.wait_for(State.READY)
    bench.click(95, 20, CONTROL)  # asks nothing, so any highlight would be of the old click
    assert bench.view.canvas.tool.highlight is None
    assert len(bench.view.canvas.tool.asked) == 1


def test_that_a_helper_that_died_is_told_of_and_the_next_click_is_answered(qtbot, make, home):
    install_weights(home)
    bench = make(tiny_client())
    bench.choose()
    bench.wait_for(State.READY)
    pid = bench.client.helper_pid
    os.kill(pid, signal.SIGSTOP)
    bench.click(30, 20)
    qtbot.waitUntil(lambda: bool(bench.client._process._waiting))  # the question is on its way
    os.kill(pid, signal.SIGKILL)
    bench.wait_for(State.FAILED)
    assert "was killed by signal 9" in bench.said[-1]
    bench.click(32, 20)
    bench.wait_for_proposal()


def test_that_weights_are_fetched_on_the_users_word_only(make, helper, home):
    server = helper[2]
    bare = make(tiny_client())
    bare.choose()
    bare.wait_for(State.NO_WEIGHTS)
    assert server.gets == []
    assert "EfficientSAM (10M) is not on this computer yet. About 40 MB" in bare.panel.text
    assert "127.0.0.1" in bare.panel.text
    assert "Apache License 2.0" in bare.panel.text
    bare.click(30, 20)
    assert bare.said[-1] == "EfficientSAM (10M) is not on this computer yet."
    bare.wait_for(State.NO_WEIGHTS)
    bare.press("WeightsMain")
    assert bare.assist.state is State.FETCHING
    bare.wait_for(State.READY)
    assert len(server.gets) == 2
    assert bare.panel.text == ""
    bare.click(30, 20)
    bare.wait_for_proposal()


def test_that_a_fetch_shows_how_far_it_is_and_can_be_cancelled(bare, helper):
    server = helper[2]
    server.is_open.clear()
    bare.choose()
    bare.wait_for(State.NO_WEIGHTS)
    bare.press("WeightsMain")
    bare.qtbot.waitUntil(lambda: server.has_begun.is_set(), timeout=FAR)
    assert bare.panel.text.startswith("Fetching EfficientSAM (10M)")
    assert [job.title for job in bare.jobs.running] == ["Fetching EfficientSAM (10M)"]
    bare.press("WeightsCancel")
    bare.wait_for(State.NO_WEIGHTS)
    assert "is not on this computer yet" in bare.panel.text
    assert not bare.jobs.running


def test_that_another_model_can_be_asked_for_while_one_is_fetched(bare, helper):
    server = helper[2]
    server.anything = b"some model"
    server.is_open.clear()
    bare.choose()
    tool = bare.view.canvas.tool
    tool.model = "sam2:tiny"
    bare.wait_for(State.NO_WEIGHTS)
    bare.press("WeightsMain")
    assert "Fetching SAM 2 (tiny)" in bare.panel.text
    tool.model = MODEL
    bare.wait_for(State.NO_WEIGHTS)
    assert "EfficientSAM (10M) is not on this computer yet" in bare.panel.text
    bare.press("WeightsMain")  # one after the other
    assert "SAM 2 (tiny) is still being fetched" in bare.panel.text
    tool.model = "sam2:tiny"
    assert "Fetching SAM 2 (tiny)" in bare.panel.text
    tool.model = MODEL
    bare.wait_for(State.NO_WEIGHTS)
    server.is_open.set()  # what comes is not the model, and is thrown away
    bare.qtbot.waitUntil(lambda: not bare.jobs.running, timeout=FAR)
    assert "not the file that was expected" in bare.said[-1]
    assert "EfficientSAM (10M) is not on this computer yet" in bare.panel.text


def test_that_a_failed_fetch_says_why_and_offers_smart_region(bare, helper):
    helper[2].files = {}
    bare.choose()
    bare.wait_for(State.NO_WEIGHTS)
    bare.press("WeightsMain")
    bare.qtbot.waitUntil(lambda: "could not be fetched" in bare.panel.text, timeout=FAR)
    assert bare.assist.state is State.NO_WEIGHTS
    assert bare.view.findChild(QPushButton, "WeightsMain").text() == "Try again"
    bare.press("WeightsMore")
    assert ".cache/osam/models/blobs/sha256-" in bare.panel.details
    bare.press("WeightsSmartRegion")
    assert bare.view.canvas.tool.id == "smart_region"
    assert bare.panel.text == ""


def test_that_closing_during_a_fetch_ends_it(qtbot, make, helper, home):
    server = helper[2]
    server.is_open.clear()
    bench = make(tiny_client())
    bench.choose()
    bench.wait_for(State.NO_WEIGHTS)
    bench.press("WeightsMain")
    qtbot.waitUntil(lambda: server.has_begun.is_set(), timeout=FAR)
    process = psutil.Process(bench.client.helper_pid)
    bench.close()
    assert not process.is_running()
    assert not list((home / ".cache").rglob("dl"))


def test_that_without_the_program_the_tool_says_how_to_get_it(make):
    bench = make(AssistClient(["false"]), installed=False)
    bench.choose()
    assert bench.assist.state is State.NO_PROGRAM
    assert "pip install osam" in bench.panel.text
    bench.click(30, 20)
    assert "pip install osam" in bench.said[-1]
    assert bench.client.helper_pid is None
    bench.press("WeightsSmartRegion")
    assert bench.view.canvas.tool.id == "smart_region"


def test_that_a_photo_that_does_not_fit_the_mask_is_not_asked_about(make):
    bench = make(AssistClient(["false"]))
    bench.view.edit(MaskDocument(np.zeros((10, 10), np.uint8)))
    bench.choose()
    assert bench.assist.state is State.IDLE
    bench.click(3, 3)
    assert "no photo under this mask" in bench.said[-1]


def test_that_the_chosen_model_is_kept_in_the_settings_and_offered_in_the_options(bench):
    bench.assist.restore(Settings(assist_model="a model of another time"))
    assert bench.assist.model == MODEL
    bench.choose()
    box = bench.view.options.findChild(QComboBox, "Choice_model")
    assert box.currentData() == MODEL
    box.setCurrentIndex(box.findData("sam2:tiny"))
    bench.wait_for(State.NO_WEIGHTS)
    assert "SAM 2 (tiny) is not on this computer yet" in bench.panel.text
    settings = Settings()
    bench.assist.remember(settings)
    assert settings.assist_model == "sam2:tiny"
    bench.assist.restore(Settings())
    assert box.currentData() == MODEL
    bench.wait_for(State.READY)
    assert bench.panel.text == ""
