"""`kill -9` in the middle of a decision: the mask and its entry never disagree."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.masks import saving
from core.qa.repairs import applying
from core.qa.repairs.undo_store import BatchWriter
from core.worklist.deciding import decide, recover, take_back
from core.worklist.entries import Decision, State
from core.worklist.store import WorklistStore
from tests.core.worklist.hands import LABEL, listed, make_world, mask_file, mask_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a copy of this process is killed")

Point = tuple[object, str, bool]
"""Whose function, its name, and whether the process dies after it (else before)."""

DECIDING: list[Point] = [
    (BatchWriter, "begin", False),
    (BatchWriter, "begin", True),
    (WorklistStore, "intend", True),
    (saving, "atomic_write", False),
    (saving, "atomic_write", True),
    (Workspace, "log_edit", True),
    (BatchWriter, "finish", True),
    (WorklistStore, "carried_out", True),
]
TAKING_BACK: list[Point] = [
    (WorklistStore, "intend_to_take_back", True),
    (applying, "atomic_write", False),
    (applying, "atomic_write", True),
    (Workspace, "log_edit", True),
    (WorklistStore, "taken_back", False),
]


def killed_at(point: Point, work: Callable[[], object]) -> None:
    """Do some work in a copy of this process that kills itself at a point of it."""
    child = os.fork()
    if child == 0:
        owner, name, is_after = point
        real = getattr(owner, name)

        def deadly(*arguments: object, **options: object) -> None:
            path = arguments[0] if arguments else None
            if is_after:
                real(*arguments, **options)
            if not (isinstance(path, Path) and "originals" in path.parts):
                os.kill(os.getpid(), signal.SIGKILL)
            real(*arguments, **options)

        setattr(owner, name, deadly)
        try:
            work()
        finally:
            os._exit(0)  # it was not reached: the test says so
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"nobody came by {point}"


def name_of(point: Point) -> str:
    return f"{'after' if point[2] else 'before'}-{point[1]}"


@pytest.mark.parametrize("point", DECIDING, ids=name_of)
def test_that_a_killed_decision_is_whole_or_not_at_all(tmp_path: Path, point: Point) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)

    def work() -> None:
        with open_workspace(dataset) as workspace:
            decide(dataset, workspace, cat.id, Decision.MODEL, run)

    killed_at(point, work)
    with open_workspace(dataset) as workspace:
        recover(dataset, workspace)
        store = WorklistStore(workspace)
        entry = store.entry(cat.id)
        assert store.pending() == []
        is_written = bool((mask_of(dataset) != LABEL).any())
        assert is_written == (entry.state is State.DECIDED)
        assert len(workspace.edits_of("labels", cat.sample)) == int(is_written)
        if is_written:
            take_back(dataset, workspace, cat.id)
        else:
            assert decide(dataset, workspace, cat.id, Decision.MODEL, run).changed_px == 256
            take_back(dataset, workspace, cat.id)
    assert mask_file(dataset).read_bytes() == before


@pytest.mark.parametrize("point", TAKING_BACK, ids=name_of)
def test_that_a_decision_taken_back_is_taken_back_wholly_or_not_at_all(
    tmp_path: Path, point: Point
) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        decide(dataset, workspace, cat.id, Decision.MODEL, run)

    def work() -> None:
        with open_workspace(dataset) as workspace:
            take_back(dataset, workspace, cat.id)

    killed_at(point, work)
    with open_workspace(dataset) as workspace:
        recover(dataset, workspace)
        store = WorklistStore(workspace)
        assert store.pending() == []
        is_back = mask_file(dataset).read_bytes() == before
        assert is_back == (store.entry(cat.id).state is State.TO_REVIEW)
        if not is_back:
            take_back(dataset, workspace, cat.id)
    assert mask_file(dataset).read_bytes() == before
