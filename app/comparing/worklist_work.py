"""What the worklist asks of core, in the background. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.dataset import Dataset
from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.evaluation.errors.regions import ErrorRegion
from core.runs.file_hashes import current_hashes
from core.runs.run import Run
from core.worklist.deciding import recover
from core.worklist.entries import Entry, Wanted
from core.worklist.matching import bring_up_to_date
from core.worklist.store import WorklistStore


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


def listed(here: Open, known: Mapping[str, str]) -> tuple[list[Entry], Mapping[str, str]]:
    """The entries, and the names of their runs by id; `known` are those that were read before."""
    entries = WorklistStore(here.workspace).entries(here.label_set)
    new = {each.run for each in entries} - known.keys()
    return entries, {**known, **{run: run_in(here, run).name for run in new}}


def open_worklist(here: Open, *, may_write: bool) -> list[Entry]:
    """Finish what was cut short, and follow masks that were written while nobody looked."""
    settled = recover(here.dataset, here.workspace) if may_write else []
    entries = WorklistStore(here.workspace).entries(here.label_set)
    known = {sample.id for sample in here.dataset.samples} if entries else set()
    ids = sorted({each.sample for each in entries} & known)
    now = current_hashes(
        here.dataset, here.label_set, here.workspace,
        samples=[here.dataset.sample(each) for each in ids],
    )  # fmt: skip
    changed = {
        each.sample
        for each in entries
        if each.sample in now and each.mask_hash and each.mask_hash != now[each.sample].mask
    }
    bring_up_to_date(here.dataset, here.workspace, here.label_set, sorted(changed), _runs_of(here))
    return settled


def follow_masks(here: Open, samples: Sequence[str]) -> int:
    """Look at the entries of masks that were written; returns how many are others now."""
    return bring_up_to_date(here.dataset, here.workspace, here.label_set, samples, _runs_of(here))
