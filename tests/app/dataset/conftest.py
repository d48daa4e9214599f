"""A small dataset with specks, and the Dataset page over it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.app.dataset.hands import CLEAN, DOG, MORE, SPECKS, VAL_SPECKS, Hands, speckled
from tests.making import blob, write_sample


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Specks of 2, of 4 and 6, and of 8 px; a clean cat and a clean dog."""
    for sample, mask in (
        (CLEAN, blob()),
        (SPECKS, speckled(2)),
        (MORE, speckled(4, 6)),
        (DOG, blob(value=2)),
        (VAL_SPECKS, speckled(8)),
    ):
        split, stem = sample.split("/")
        write_sample(tmp_path / "pets", split, stem, {"labels": mask})
    return tmp_path / "pets"


@pytest.fixture
def hands(qtbot: QtBot, root: Path) -> Iterator[Hands]:
    """The page, with nothing open yet."""
    made = Hands(qtbot, root)
    yield made
    made.close()


@pytest.fixture
def opened(hands: Hands) -> Hands:
    """The page with the dataset, checked."""
    return hands.open()


@pytest.fixture
def busy(opened: Hands) -> Iterator[threading.Event]:
    """Keeps all threads for jobs busy until it is set, so that what is started waits."""
    opened.wait_for_scan()
    event = threading.Event()
    for _ in range(3):
        opened.jobs.start("Waiting", lambda _job: event.wait(20))
    yield event
    event.set()
