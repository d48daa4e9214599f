"""The session that all pages share."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.session import Session
from core.errors import PetsegError
from core.masks.saving import save_mask
from tests.making import blob, make_dataset, write_sample


@pytest.fixture
def jobs(qtbot: QtBot):
    made = Jobs()
    yield made
    made.shut_down()


@pytest.fixture
def session(jobs: Jobs):
    made = Session(jobs)
    yield made
    made.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_dataset(tmp_path)
    speck = blob()
    speck[1, 1] = 1
    write_sample(tmp_path, "train", "001", {"labels": speck, "labels_fixed": blob()})
    return tmp_path


def structural(session: Session) -> dict[str, list[str]]:
    return {sample: [flag.check for flag in flags] for sample, flags in session.flags.items()}


def test_that_opening_shows_the_first_sample_and_checks_in_the_background(
    qtbot: QtBot, session: Session, root: Path
):
    with qtbot.waitSignal(session.flags_changed):
        session.open(root)
        assert session.is_scanning
        assert session.current == "train/000"
    assert not session.is_scanning
    session.set_label_set("labels")
    qtbot.waitUntil(lambda: structural(session) == {"train/001": ["noise"]})


def test_that_a_saved_fix_takes_the_flag_away_at_once(qtbot: QtBot, session: Session, root: Path):
    session.open(root)
    session.set_label_set("labels")
    qtbot.waitUntil(lambda: structural(session) == {"train/001": ["noise"]})
    assert session.dataset is not None
    assert session.workspace is not None
    sample = session.dataset.sample("train/001")
    save_mask(session.dataset, session.workspace, sample, "labels", blob())
    with qtbot.waitSignal(session.sample_checked) as checked:
        session.mask_saved("train/001")
    assert checked.args == ["train/001"]
    assert session.flags == {}


def test_that_a_dataset_that_cannot_be_opened_leaves_the_open_one(
    qtbot: QtBot, session: Session, root: Path, tmp_path: Path
):
    session.open(root)
    with pytest.raises(PetsegError, match="no such folder"):
        session.open(tmp_path / "nowhere")
    with qtbot.waitSignal(session.problem) as told:
        session.open_later(tmp_path / "nowhere")
    assert "no such folder" in told.args[0]
    assert session.dataset is not None
    assert session.dataset.root == root


def test_that_next_flagged_skips_the_clean_and_stops_at_the_end(
    qtbot: QtBot, session: Session, root: Path
):
    session.open(root)
    session.set_label_set("labels")
    qtbot.waitUntil(lambda: structural(session) == {"train/001": ["noise"]})
    assert session.neighbour(1) == "train/001"
    assert session.neighbour(-1) is None
    assert session.neighbour(1, flagged=True) == "train/001"
    session.set_current("train/001")
    assert session.neighbour(1, flagged=True) is None


def test_that_opening_another_dataset_closes_the_first(
    qtbot: QtBot, session: Session, root: Path, tmp_path_factory: pytest.TempPathFactory
):
    session.open(root)
    other = make_dataset(tmp_path_factory.mktemp("other"), samples=2)
    session.open(other)
    qtbot.waitUntil(lambda: not session.is_scanning)
    assert session.shown == ["train/000", "train/001"]
