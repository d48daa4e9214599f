"""Loading thumbnails in the background: what is in sight first, and nothing in vain."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from core.dataset.thumbnails import Thumbnail
from widgets.gallery import ThumbnailLoader


class Renderer:
    """Draws grey squares, and can be held up to see what waits."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.drawn: list[str] = []
        self.shade = 10
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, sample_id: str, size: int) -> Thumbnail:
        shade = self.shade
        self.begun.append(sample_id)
        self.gate.wait(10)
        self.drawn.append(sample_id)
        return Thumbnail(np.full((size, size, 3), shade, np.uint8))


@pytest.fixture
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def loader(qtbot, renderer):
    made = ThumbnailLoader(memory_bytes=100_000)
    made.set_source(renderer)
    made.set_size(32)
    yield made
    renderer.gate.set()
    made.shut_down()


def all_ready(loader: ThumbnailLoader, names: str):
    return lambda: all(loader.tile(name) is not None for name in names)


def test_that_wanted_thumbnails_arrive(qtbot, loader):
    loader.want(list("abc"))
    qtbot.waitUntil(all_ready(loader, "abc"))
    assert loader.tile("a").image.width() == 32
    assert loader.tile("z") is None


def test_that_what_scrolled_away_is_never_decoded(qtbot, loader, renderer):
    renderer.gate.clear()
    loader.want([f"old {number}" for number in range(50)])
    loader.want(["new 1", "new 2"])
    renderer.gate.set()
    qtbot.waitUntil(lambda: loader.tile("new 1") is not None and loader.tile("new 2") is not None)
    # The two that were being decoded already may be finished, and nothing else.
    assert set(renderer.drawn) <= {"old 0", "old 1", "new 1", "new 2"}


def test_that_a_thumbnail_at_hand_is_not_decoded_again(qtbot, loader, renderer):
    loader.want(["a"])
    qtbot.waitUntil(all_ready(loader, "a"))
    loader.want(["a", "b"])
    qtbot.waitUntil(all_ready(loader, "ab"))
    assert sorted(renderer.drawn) == ["a", "b"]


def test_that_a_refreshed_thumbnail_is_shown_until_the_new_one_is_there(qtbot, loader, renderer):
    loader.want(["a", "b"])
    qtbot.waitUntil(all_ready(loader, "ab"))
    renderer.shade = 200
    loader.refresh({"a"})
    assert loader.tile("a").image.pixelColor(0, 0).red() == 10
    loader.want(["a", "b"])
    qtbot.waitUntil(lambda: loader.tile("a").image.pixelColor(0, 0).red() == 200)
    assert loader.tile("b").image.pixelColor(0, 0).red() == 10


def test_that_a_thumbnail_begun_before_a_save_is_thrown_away(qtbot, loader, renderer):
    renderer.gate.clear()
    loader.want(["a"])
    qtbot.waitUntil(lambda: renderer.begun == ["a"])
    renderer.shade = 200
    loader.refresh({"a"})
    loader.want(["a"])
    renderer.gate.set()
    qtbot.waitUntil(all_ready(loader, "a"))
    qtbot.waitUntil(lambda: len(renderer.drawn) == 2)
    assert loader.tile("a").image.pixelColor(0, 0).red() == 200


def test_that_another_dataset_starts_with_nothing(qtbot, loader, renderer):
    loader.want(["a"])
    qtbot.waitUntil(all_ready(loader, "a"))
    loader.set_source(renderer)
    assert loader.tile("a") is None


def test_that_memory_is_bounded_and_the_newest_are_kept(qtbot, loader):
    names = [str(number) for number in range(100)]
    with qtbot.waitSignals([loader.ready] * 100):
        loader.want(names)
    kept = [name for name in names if loader.tile(name) is not None]
    assert 0 < len(kept) <= 100_000 // (32 * 32 * 4)
    assert "99" in kept


def test_that_a_thumbnail_that_cannot_be_drawn_has_its_reason(qtbot, loader, renderer, caplog):
    def fail(_sample_id: str, _size: int) -> Thumbnail:
        raise ZeroDivisionError("a defect")

    loader.set_source(fail)
    loader.want(["a"])
    qtbot.waitUntil(all_ready(loader, "a"))
    assert loader.tile("a").image is None
    assert "a defect" in loader.tile("a").photo_problem
    assert "no thumbnail of a" in caplog.text


def test_that_nothing_is_loaded_after_the_end(qtbot, loader, renderer):
    loader.shut_down()
    loader.want(["a"])
    assert renderer.drawn == []
