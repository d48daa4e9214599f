"""A small dataset, and the Compare page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app import actions
from app.jobs import Jobs
from app.pages.compare_page import ComparePage
from app.session import Session
from tests.app.compare.hands import (
    SHIFTS,
)
from tests.making import blob, write_sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for stem in SHIFTS:
        mask = blob(64, 1 + ord(stem) % 2)
        write_sample(tmp_path, "val", stem, {"labels": mask, "labels_other": np.roll(mask, 20)})
    write_sample(tmp_path, "train", "t", {"labels": blob(), "labels_other": blob()})
    return tmp_path


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[ComparePage]:
    jobs = Jobs()
    session = Session(jobs)
    problems: list[str] = []
    session.problem.connect(problems.append)
    jobs.failed.connect(problems.append)
    made = ComparePage(session, jobs)
    made.problems = problems  # type: ignore[attr-defined]
    qtbot.addWidget(made)
    actions.install(made.actions_table(), made, Qt.ShortcutContext.WindowShortcut)
    made.resize(1200, 640)
    with qtbot.waitActive(made):
        made.show()
    yield made
    made.shut_down()
    session.close()
    jobs.shut_down()
