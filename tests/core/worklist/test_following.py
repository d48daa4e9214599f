"""A list in memory follows the list in the workspace by what has changed, whoever changed it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.dataset import Dataset, open_dataset
from core.dataset.workspace import Workspace, open_workspace
from core.worklist import store as storing
from core.worklist.entries import Decision, State, Wanted
from core.worklist.listing import Listing
from core.worklist.store import WorklistStore
from tests.core.worklist.hands import make_world, regions


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    make_world(tmp_path)
    return open_dataset(tmp_path)


def fill(store: WorklistStore, samples: int, label_set: str = "labels") -> str:
    wanted = [Wanted(f"val/{n}", region) for n in range(samples) for region in regions()]
    return store.add(wanted, label_set=label_set, run="r", source="all errors")


def test_that_what_is_told_adds_up_to_the_list_whatever_is_done(dataset: Dataset) -> None:
    random = np.random.default_rng(3)
    with open_workspace(dataset) as workspace, open_workspace(dataset) as other:
        stores = [WorklistStore(workspace), WorklistStore(other)]  # two programs
        listing = Listing()
        listing.take(stores[0].changes("labels"))
        kept = []
        for _ in range(60):
            store = stores[int(random.integers(2))]
            ids = [entry.id for entry in store.entries("labels")] or [0]
            chosen = [int(each) for each in random.choice(ids, 2)]
            match int(random.integers(6)):
                case 0:
                    fill(store, int(random.integers(1, 6)))
                case 1:
                    store.set_state(chosen[0], State.DECIDED, Decision.KEEP)
                    store.set_state(chosen[1], State.SKIPPED)
                case 2:
                    kept.append(store.remove(set(chosen)))
                case 3 if kept:
                    store.put_back(kept.pop())
                case 4:
                    store.move([(chosen[0], regions()[int(random.integers(2))], "hash")])
                case _:
                    fill(store, 2, "labels_other")
            changes = stores[0].changes("labels", listing.revision)
            listing.take(changes)
            assert listing.entries == stores[0].entries("labels")
        assert stores[0].changes("labels", listing.revision).entries == []


def test_that_a_decision_is_told_by_one_row_however_long_the_list_is(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_workspace(dataset) as workspace:
        store = WorklistStore(workspace)
        fill(store, 150)
        first = store.changes("labels")
        assert len(first.entries) == 300
        read = []
        real = storing.entry_of
        monkeypatch.setattr(storing, "entry_of", lambda row: (read.append(row), real(row))[1])
        store.set_state(7, State.DECIDED, Decision.KEEP)
        changes = store.changes("labels", first.revision)
        assert [entry.id for entry in changes.entries] == [7]
        store.add([Wanted("val/7", regions()[0])], label_set="labels", run="r")
        assert len(read) == 3  # the one decided, and the two of the sample that was added to


def test_that_a_list_from_before_changes_were_told_is_read_and_followed(dataset: Dataset) -> None:
    with open_workspace(dataset) as workspace:
        fill(WorklistStore(workspace), 2)
        forget_changes(workspace)
    with open_workspace(dataset) as workspace:
        store, listing = WorklistStore(workspace), Listing()
        listing.take(store.changes("labels"))
        assert len(listing.entries) == 4
        store.remove([2])
        store.set_state(3, State.SKIPPED)
        changes = store.changes("labels", listing.revision)
        assert (list(changes.gone), [each.id for each in changes.entries]) == ([2], [3])


def test_that_a_number_is_never_given_to_another_entry(dataset: Dataset) -> None:
    first, second = regions()

    def add(workspace: Workspace, sample: str) -> int:
        store = WorklistStore(workspace)
        return store.added(store.add([Wanted(sample, second)], label_set="labels", run="r"))[0].id

    with open_workspace(dataset) as workspace:
        store = WorklistStore(workspace)
        store.add([Wanted("val/a", first), Wanted("val/a", second)], label_set="labels", run="r")
        before = store.entries("labels")
        removed = store.remove([2])
        assert add(workspace, "val/b") == 3
        store.put_back(removed)
        store.put_back(removed)  # it is there
        assert [each.id for each in store.entries("labels")] == [1, 2, 3]
        assert store.entries("labels", sample="val/a") == before
        store.remove([3])
    with open_workspace(dataset) as workspace:  # on another day, or in another window
        assert add(workspace, "val/c") == 4


def test_that_numbers_go_on_where_a_list_from_before_changes_were_told_ends(
    dataset: Dataset,
) -> None:
    with open_workspace(dataset) as workspace:
        fill(WorklistStore(workspace), 2)
        forget_changes(workspace)
    with open_workspace(dataset) as workspace:
        store = WorklistStore(workspace)
        fill(store, 3)
        assert [each.id for each in store.entries("labels")] == [1, 2, 3, 4, 5, 6]


def forget_changes(workspace: Workspace) -> None:
    """Leave the database as it was before it told changes."""
    for name in ("added", "changed", "removed"):
        workspace.ensure(f"DROP TRIGGER worklist_{name};")
    workspace.ensure("DROP TABLE worklist_changes;")


def test_that_a_list_knows_its_samples_and_the_runs_that_masks_were_written_for(
    dataset: Dataset,
) -> None:
    with open_workspace(dataset) as workspace:
        store, listing = WorklistStore(workspace), Listing()
        fill(store, 2)
        store.set_state(1, State.DECIDED, Decision.MODEL)
        store.set_state(3, State.DECIDED, Decision.KEEP)
        listing.take(store.changes("labels"))
        assert listing.samples_among({"val/1", "val/9", "val/0"}) == ["val/0", "val/1"]
        assert listing.samples_of_runs({"r"}) == ["val/0", "val/1"]
        assert listing.repaired_runs() == ["r"]
        store.set_state(1, State.TO_REVIEW)
        store.remove([3, 4])
        listing.take(store.changes("labels", listing.revision))
        assert listing.repaired_runs() == []
        assert listing.samples_among({"val/1"}) == []
        assert listing.find(3) is None
