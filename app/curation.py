"""What people say of samples: tags, review states, notes, and what is left out of training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.review.store import NOT_REVIEWED, Review, ReviewState, ReviewStore, Undo

# Of more samples than this everything is read anew at once.
_ONE_BY_ONE = 200


class Curation(QObject):
    """Owns the reviews and exclusions of the open dataset. Everything it does can be undone."""

    changed = Signal(object)
    """A set of sample ids of which something is said that was not, or None for all."""
    undoable = Signal(str, object)
    """What was done, in a few words, and a function that takes it back."""
    message = Signal(str)
    problem = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace: Workspace | None = None
        self._store: ReviewStore | None = None
        self.excluded: dict[str, str] = {}
        self.reviews: dict[str, Review] = {}

    def show(
        self,
        workspace: Workspace | None,
        excluded: Mapping[str, str],
        reviews: Mapping[str, Review],
    ) -> None:
        """Look at the samples of another dataset, with what is said of them."""
        self._workspace = workspace
        self._store = ReviewStore(workspace) if workspace is not None else None
        self.excluded = dict(excluded)
        self.reviews = dict(reviews)

    def review(self, sample_id: str) -> Review:
        """What is said of a sample."""
        return self.reviews.get(sample_id, NOT_REVIEWED)

    def known_tags(self) -> list[str]:
        """The tags on offer."""
        return self._store.known_tags() if self._store is not None else []

    def states(self) -> dict[str, str]:
        """The review states by sample; samples that are to do may be absent."""
        return {sample: review.state.value for sample, review in self.reviews.items()}

    def tags(self) -> dict[str, Sequence[str]]:
        """The tags by sample; samples without a tag are absent."""
        return {sample: review.tags for sample, review in self.reviews.items() if review.tags}

    # Verbs

    def set_state(self, samples: Iterable[str], state: ReviewState) -> None:
        """Give samples a review state."""
        if self._store is not None:
            self._did(self._store.set_state(samples, state))

    def set_note(self, samples: Iterable[str], note: str) -> None:
        """Give samples a note."""
        if self._store is not None:
            self._did(self._store.set_note(samples, note))

    def add_tag(self, samples: Iterable[str], tag: str) -> None:
        """Give samples a tag."""
        if self._store is None:
            return
        try:
            self._did(self._store.add_tag(samples, tag))
        except PetsegError as error:
            self.problem.emit(str(error))

    def remove_tag(self, samples: Iterable[str], tag: str) -> None:
        """Take a tag from samples."""
        if self._store is not None:
            self._did(self._store.remove_tag(samples, tag))

    def rename_tag(self, tag: str, new: str) -> None:
        """Rename a tag on all samples."""
        if self._store is None:
            return
        try:
            self._did(self._store.rename_tag(tag, new))
        except PetsegError as error:
            self.problem.emit(str(error))

    def delete_tag(self, tag: str) -> None:
        """Take a tag from all samples and off the offer."""
        if self._store is not None:
            self._did(self._store.delete_tag(tag))

    def exclude(self, samples: Iterable[str], reason: str) -> None:
        """Leave samples out of training. Their files stay where they are."""
        ids = list(samples)
        before = {sample: self.excluded.get(sample) for sample in ids}
        self._exclude(dict.fromkeys(ids, reason))
        what = ids[0] if len(ids) == 1 else f"{len(ids):,} samples"
        self.undoable.emit(f"{what} excluded from training", self._way_back(before))

    def restore(self, samples: Iterable[str]) -> None:
        """Take excluded samples back into training."""
        ids = [sample for sample in samples if sample in self.excluded]
        if not ids:
            return
        before = {sample: self.excluded[sample] for sample in ids}
        self._exclude(dict.fromkeys(ids))
        what = ids[0] if len(ids) == 1 else f"{len(ids):,} samples"
        self.undoable.emit(f"{what} taken back into training", self._way_back(before))

    def _way_back(self, reasons: Mapping[str, str | None]) -> Callable[[], None]:
        workspace = self._workspace

        def take_back() -> None:
            if workspace is self._workspace:  # else another dataset is open by now
                self._exclude(reasons)

        return take_back

    def _exclude(self, reasons: Mapping[str, str | None]) -> None:
        if self._workspace is None:
            return
        by_reason: dict[str, list[str]] = {}
        for sample, reason in reasons.items():
            if reason is not None:
                by_reason.setdefault(reason, []).append(sample)
        for reason, samples in by_reason.items():
            self._workspace.exclude(samples, reason)
        self._workspace.include(sample for sample, reason in reasons.items() if reason is None)
        self.excluded = self._workspace.exclusions()
        self.changed.emit(set(reasons))

    def _did(self, undo: Undo) -> None:
        store = self._store
        if store is None or undo.is_empty:
            return
        self._read(undo.samples)

        def take_back() -> None:
            if store is self._store:
                store.restore(undo)
                self._read(undo.samples)

        self.undoable.emit(undo.words, take_back)

    def _read(self, samples: set[str]) -> None:
        assert self._store is not None
        if len(samples) <= _ONE_BY_ONE:
            for sample in samples:
                self.reviews[sample] = self._store.review(sample)
        else:
            self.reviews = self._store.reviews()
        self.changed.emit(samples)
