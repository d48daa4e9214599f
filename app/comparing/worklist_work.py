"""What the worklist asks of core, in the background. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.evaluation.errors.regions import ErrorRegion
from core.runs.file_hashes import current_hashes
from core.runs.run import Run
from core.worklist.deciding import recover
from core.worklist.entries import Changes, Entry, Wanted
from core.worklist.matching import bring_up_to_date
from core.worklist.store import Removed, WorklistStore, removed_entry


@dataclass(frozen=True, slots=True)
class Open:
    """What was open when something was asked for."""

    dataset: Dataset
    workspace: Workspace
    label_set: str


def run_in(here: Open, run_id: str) -> Run:
    """The run with an id; its folder need not be there any more."""
    return Run(here.workspace.runs_dir / run_id)


def _runs_of(here: Open) -> Callable[[str], Run | None]:
    def find(run_id: str) -> Run | None:
        run = run_in(here, run_id)
        return run if run.folder.is_dir() else None

    return find


def add_regions(here: Open, run_id: str, wanted: Sequence[Wanted], source: str) -> tuple[str, int]:
    """Put regions on the worklist; the token that takes them off again, and how many are new."""
    samples = [here.dataset.sample(each) for each in {each.sample for each in wanted}]
    now = current_hashes(here.dataset, here.label_set, here.workspace, samples=samples)
    store = WorklistStore(here.workspace)
    token = store.add(
        wanted, label_set=here.label_set, run=run_id, source=source,
        mask_hashes={sample: found.mask for sample, found in now.items()},
    )  # fmt: skip
    return token, len(store.added(token))


def find_entry(here: Open, run_id: str, sample: str, region: ErrorRegion) -> Entry:
    """The entry of a region.

    Raises:
        PetsegError: it is not on the list.
    """
    for entry in WorklistStore(here.workspace).entries(here.label_set, sample=sample):
        place = entry.region.anchor, entry.region.box
        if entry.run == run_id and place == (region.anchor, region.box):
            return entry
    raise PetsegError(f"This place of {sample} is not on the worklist any more")


def changes_of(
    here: Open, since: int | None, known: Mapping[str, str]
) -> tuple[Changes, Mapping[str, str]]:
    """What became of the worklist, and names of runs by id.

    Args:
        here: What is open.
        since: The revision that was read last; None reads all.
        known: Names that were read before.
    """
    changes = WorklistStore(here.workspace).changes(here.label_set, since)
    new = {each.run for each in changes.entries} - known.keys()
    return changes, {**known, **{run: run_in(here, run).name for run in new}}


def open_worklist(here: Open, *, may_write: bool) -> list[Entry]:
    """Finish what was cut short, and follow masks that were written while nobody looked."""
    settled = recover(here.dataset, here.workspace) if may_write else []
    found_in = WorklistStore(here.workspace).mask_hashes(here.label_set)
    _follow_others(here, found_in)
    return settled


def put_back(here: Open, removed: Sequence[Removed]) -> int:
    """Put entries on the worklist again that were taken off it; how many these are."""
    store = WorklistStore(here.workspace)
    store.put_back(removed)
    _follow_others(here, [(each.sample, each.mask_hash) for each in map(removed_entry, removed)])
    return len(removed)


def _follow_others(here: Open, found_in: Iterable[tuple[str, str]]) -> None:
    """Look at the entries of those masks that are other ones by now than entries were found in."""
    found_in = set(found_in)
    known = {sample.id for sample in here.dataset.samples} if found_in else set()
    ids = sorted({sample for sample, _ in found_in} & known)
    now = current_hashes(
        here.dataset, here.label_set, here.workspace,
        samples=[here.dataset.sample(each) for each in ids],
    )  # fmt: skip
    others = {
        sample
        for sample, mask_hash in found_in
        if sample in now and mask_hash and mask_hash != now[sample].mask
    }
    follow_masks(here, sorted(others))


def follow_masks(here: Open, samples: Sequence[str]) -> int:
    """Look at the entries of masks that were written; returns how many are others now."""
    return bring_up_to_date(here.dataset, here.workspace, here.label_set, samples, _runs_of(here))
