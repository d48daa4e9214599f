"""Copying a piece to the next sample, on the page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.annotate.beside.copying import Copying
from core.masks.pieces.finding import component
from tests.app.annotate.page_hands import Hands, companion
from tests.making import blob, write_sample


@pytest.fixture
def hands(qtbot: QtBot, tmp_path: Path) -> Iterator[Hands]:
    """Samples: a cat, nothing, a smaller photo, and one whose mask cannot be read."""
    empty = np.zeros((64, 64), np.uint8)
    write_sample(tmp_path, "train", "a", {"labels": blob(64, 1)})
    write_sample(tmp_path, "train", "b", {"labels": empty})
    write_sample(tmp_path, "train", "c", {"labels": empty[:40, :36]})
    write_sample(tmp_path, "train", "d", {"labels": empty})
    (tmp_path / "labels/train/d.png").write_bytes(b"damaged")
    made = Hands(qtbot, tmp_path)
    companion(made, Copying)
    yield made
    made.close()


def copy(hands: Hands, x: int = 32, y: int = 32) -> None:
    """Choose *Copy to next* for the piece tool, and click a piece."""
    hands.key(Qt.Key.Key_K)
    hands.page.canvas.tool.action = "copy"
    hands.page.canvas.tool.changed()
    hands.click(x, y)


def test_that_a_piece_is_painted_in_the_next_mask_as_a_step(hands: Hands):
    hands.open("train/a")
    copy(hands)
    hands.wait_for("train/b")
    assert np.array_equal(hands.page.canvas.pixels, blob(64, 1))
    assert hands.page.canvas.document.undo_name == "Copy piece"
    assert "The piece was copied as" in hands.messages[-1]
    hands.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hands.page.canvas.pixels.any()
    assert not hands.page.canvas.document.is_dirty


def test_that_a_piece_is_clipped_to_a_smaller_mask(hands: Hands):
    hands.open("train/a")
    copy(hands)
    hands.wait_for("train/b")
    copy(hands)
    hands.wait_for("train/c")
    assert np.array_equal(hands.page.canvas.pixels, blob(64, 1)[:40, :36])


def test_that_a_mask_that_cannot_be_edited_gets_nothing(hands: Hands):
    hands.open("train/c")
    hands.key(Qt.Key.Key_F)
    hands.click(3, 3)
    copy(hands, 3, 3)
    hands.wait_for("train/d")
    assert hands.messages[-1] == ("The mask of train/d cannot be edited: the piece was not copied.")


def test_that_there_may_be_no_next_image(hands: Hands):
    hands.open("train/a")
    hands.session.set_shown(["train/a"])
    copy(hands)
    assert hands.messages[-1] == "There is no next image: the piece was not copied."
    assert hands.session.current == "train/a"


def test_that_what_waits_is_dropped_when_another_sample_is_chosen_meanwhile(hands: Hands):
    hands.open("train/a")
    region = component(hands.page.canvas.pixels, (32, 32))
    hands.page.hide()  # what is chosen while the page is hidden is shown later
    hands.page.canvas.copy_to_next(region, 1)
    hands.session.set_current("train/c")
    hands.page.show()
    hands.wait_for("train/c")
    hands.show("train/b")
    assert not hands.page.canvas.pixels.any()
