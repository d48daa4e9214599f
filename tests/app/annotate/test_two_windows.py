"""Two windows on one workspace: the second can look, and says why it can do no more."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.pages.annotate.keeping.questions import Answer
from app.pages.dataset.repairing import Repairing
from core.flags import Flag, Severity
from tests.app.annotate.desk import CONTROL, Desk
from tests.making import blob, make_dataset


def test_that_the_second_window_is_read_only_until_the_first_is_closed(
    qtbot: QtBot, tmp_path: Path
):
    first = Desk(qtbot, make_dataset(tmp_path))
    first.open("train/001")
    first.click(5, 5)
    painted = first.canvas.pixels.copy()
    second = Desk(qtbot, tmp_path)
    second.open("train/001")
    assert second.canvas.is_read_only
    assert f"process {os.getpid()}" in second.notice
    second.click(40, 40)
    assert np.array_equal(second.canvas.pixels, blob(64, 2))
    second.key(Qt.Key.Key_S, CONTROL)
    assert "edited in another window" in second.messages[-1]
    assert second.page.unsaved() == []
    assert second.page.may_close()
    second.choose("Try again")
    assert second.messages[-1].startswith("The masks are still edited")
    assert first.leave(Answer.KEEP)
    second.choose("Try again")
    second.wait_for("train/001")
    assert not second.canvas.is_read_only
    assert np.array_equal(second.canvas.pixels, painted)
    second.click(40, 40)
    second.save()
    second.close()


def test_that_a_second_window_leaves_the_first_one_s_journals_alone(qtbot: QtBot, tmp_path: Path):
    first = Desk(qtbot, make_dataset(tmp_path))
    first.open("train/001")
    first.click(5, 5)
    first.save()
    second = Desk(qtbot, tmp_path)
    second.open("train/001")
    second.leave(Answer.CANCEL)
    assert (tmp_path / ".petseg" / "journal" / "labels" / "train" / "001.journal").exists()
    first.close()


def test_that_opening_another_dataset_gives_the_first_one_free(qtbot: QtBot, tmp_path: Path):
    one, two = make_dataset(tmp_path / "one"), make_dataset(tmp_path / "two")
    first = Desk(qtbot, one)
    first.open("train/001")
    first.root = two
    first.open("train/001")
    second = Desk(qtbot, one)
    second.open("train/001")
    assert not second.canvas.is_read_only
    assert second.notice == ""
    first.close()
    second.close()


def test_that_the_second_window_repairs_no_mask_either(qtbot: QtBot, tmp_path: Path):
    first = Desk(qtbot, make_dataset(tmp_path))
    first.open("train/001")
    second = Desk(qtbot, tmp_path)
    second.open("train/001")
    repairing = Repairing(second.session, second.jobs, second.window)
    flag = Flag("train/001", "noise", Severity.WARNING, 3, "3 specks", ())
    repairing.ask(flag)
    assert "edited in another window" in second.problems[-1]
    assert not second.jobs.running
    first.close()
    second.choose("Try again")
    second.wait_for("train/001")
    assert second.session.edited_by == ""
    second.close()
