"""Another page asks for a place of a sample: the editor goes there and frames it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.app.annotate.desk import Desk
from tests.making import make_dataset

BOX = (150, 90, 20, 16)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(qtbot, make_dataset(tmp_path, samples=3, size=256))
    yield made
    made.close()


@pytest.mark.parametrize("shown", ["train/000", "train/001"])
def test_that_the_editor_goes_to_a_place_and_frames_it_until_it_is_left(
    desk: Desk, shown: str
) -> None:
    desk.open(shown)
    canvas = desk.page.canvas
    desk.session.edit_at("train/001", BOX)
    desk.wait_for("train/001")
    assert BOX in [tuple(box) for box in canvas.boxes]
    middle = canvas.rect().center()
    at = canvas.pixel_at(middle.toPointF())
    assert at is not None
    assert BOX[0] <= at[0] <= BOX[0] + BOX[2]
    assert BOX[1] <= at[1] <= BOX[1] + BOX[3]
    desk.show("train/000")
    assert BOX not in [tuple(box) for box in canvas.boxes]
