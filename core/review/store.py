"""What people say of samples: tags, a review state, a note. Kept in the workspace.

Every write returns an `Undo`: the values that were there before, for `ReviewStore.restore`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.dataset.workspace import Workspace
from core.errors import PetsegError
from core.review.tags import READY_MADE_TAGS, tidy_tag
from core.review.values import NOT_REVIEWED, Review, ReviewState, Undo

__all__ = ["NOT_REVIEWED", "Review", "ReviewState", "ReviewStore", "Undo"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS reviews (
    sample TEXT PRIMARY KEY, state TEXT NOT NULL, time REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (
    sample TEXT PRIMARY KEY, note TEXT NOT NULL, time REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sample_tags (
    tag TEXT NOT NULL, sample TEXT NOT NULL, PRIMARY KEY (tag, sample)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS own_tags (
    tag TEXT PRIMARY KEY, time REAL NOT NULL
) WITHOUT ROWID;
"""


# More samples than this are looked up by reading the whole table, which is then quicker.
_FEW = 500


class ReviewStore:
    """Tags, review states and notes of a dataset's samples.

    Args:
        workspace: Where they are kept. It stays the caller's to close.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        workspace.ensure(_SCHEMA)

    # Reading

    def states(self) -> dict[str, ReviewState]:
        """The review states by sample; samples that are to do are absent."""
        return _states(self._workspace.query("SELECT sample, state FROM reviews"))

    def notes(self) -> dict[str, str]:
        """The notes by sample; samples without one are absent."""
        return dict(self._workspace.query("SELECT sample, note FROM notes"))

    def tags_by_sample(self) -> dict[str, tuple[str, ...]]:
        """The tags of each sample, sorted; samples without a tag are absent."""
        rows = self._workspace.query("SELECT tag, sample FROM sample_tags ORDER BY tag")
        found: dict[str, tuple[str, ...]] = {}
        # The same few combinations occur again and again: each is kept once.
        same: dict[tuple[str, ...], tuple[str, ...]] = {}
        for tag, sample in rows:
            tags = (*found.get(sample, ()), tag)
            found[sample] = same.setdefault(tags, tags)
        return found

    def reviews(self) -> dict[str, Review]:
        """All that is said of samples; samples of which nothing is said are absent."""
        states, notes, tags = self.states(), self.notes(), self.tags_by_sample()
        return {
            sample: Review(
                states.get(sample, ReviewState.TO_DO), tags.get(sample, ()), notes.get(sample, "")
            )
            for sample in dict.fromkeys([*states, *tags, *notes])
        }

    def review(self, sample: str) -> Review:
        """What is said of one sample."""
        query = self._workspace.query
        notes = query("SELECT note FROM notes WHERE sample = ?", (sample,))
        tags = query("SELECT tag FROM sample_tags WHERE sample = ? ORDER BY tag", (sample,))
        return Review(
            self._states_of([sample])[sample],
            tuple(tag for (tag,) in tags),
            notes[0][0] if notes else "",
        )

    def known_tags(self) -> list[str]:
        """The tags on offer: the ready-made ones, then the users' own in alphabetical order."""
        return [*READY_MADE_TAGS, *sorted(self._own_tags(), key=str.casefold)]

    def tag_counts(self) -> dict[str, int]:
        """How many samples carry each of the tags on offer."""
        rows = self._workspace.query("SELECT tag, COUNT(*) FROM sample_tags GROUP BY tag")
        counts = dict(rows)
        return {tag: counts.get(tag, 0) for tag in self.known_tags()}

    # Writing

    def set_state(self, samples: Iterable[str], state: ReviewState) -> Undo:
        """Give samples a review state."""
        before = self._states_of(samples)
        changed = {sample: old for sample, old in before.items() if old is not state}
        self._write_states(dict.fromkeys(changed, state))
        return Undo(f"{_counted(changed)}: {state.words.lower()}", states=changed)

    def set_note(self, samples: Iterable[str], note: str) -> Undo:
        """Give samples a note in place of the one they have; "" takes it away."""
        note = note.strip()
        before = self._notes_of(samples)
        changed = {sample: old for sample, old in before.items() if old != note}
        self._write_notes(dict.fromkeys(changed, note))
        verb = "Noted on" if note else "Took the note from"
        return Undo(f"{verb} {_counted(changed)}", notes=changed)

    def add_tag(self, samples: Iterable[str], tag: str) -> Undo:
        """Give samples a tag, one on offer or a new one.

        Raises:
            PetsegError: the tag is empty, too long, or holds a sign that no tag may hold.
        """
        tag = self._spelling(tidy_tag(tag))
        samples = list(dict.fromkeys(samples))
        with_it = self._with_tag(tag, samples)
        changed = [sample for sample in samples if sample not in with_it]
        is_new = bool(changed) and tag not in self.known_tags()
        self._write_tags({(tag, sample): True for sample in changed})
        return Undo(
            f"Tagged {_counted(changed)} “{tag}”",
            tags={(tag, sample): False for sample in changed},
            own_tags={tag: False} if is_new else {},
        )

    def remove_tag(self, samples: Iterable[str], tag: str) -> Undo:
        """Take a tag from samples."""
        samples = list(dict.fromkeys(samples))
        with_it = self._with_tag(tag, samples)
        changed = [sample for sample in samples if sample in with_it]
        self._write_tags({(tag, sample): False for sample in changed})
        return Undo(
            f"Took “{tag}” from {_counted(changed)}",
            tags={(tag, sample): True for sample in changed},
        )

    def offer_tag(self, tag: str) -> Undo:
        """Put a tag on offer without giving it to a sample.

        Raises:
            PetsegError: the tag is empty, too long, or holds a sign that no tag may hold.
        """
        tag = tidy_tag(tag)
        if tag != self._spelling(tag) or tag in self.known_tags():
            return Undo(f"“{tag}” is on offer already")
        self._write_own_tags({tag: True})
        return Undo(f"“{tag}” is on offer", own_tags={tag: False})

    def rename_tag(self, old: str, new: str) -> Undo:
        """Rename a tag on all samples; where the new name exists the two become one.

        A ready-made tag stays on offer under its own name.

        Raises:
            PetsegError: there is no such tag, or the new name cannot be one.
        """
        self._require(old)
        new = tidy_tag(new)
        if new.casefold() != old.casefold():
            new = self._spelling(new)
        if new == old:
            return Undo("Nothing was renamed")
        with_old, with_new = self._with_tag(old), self._with_tag(new)
        before = {(old, sample): True for sample in sorted(with_old)}
        before |= {(new, sample): False for sample in sorted(with_old - with_new)}
        own = self._own_tags()
        offered = {tag: tag in own for tag in (old, new) if (tag in own) is (tag == old)}
        self._write_tags({key: not had for key, had in before.items()})
        self._write_own_tags({tag: not was for tag, was in offered.items()})
        return Undo(f"“{old}” is now “{new}”", tags=before, own_tags=offered)

    def delete_tag(self, tag: str) -> Undo:
        """Take a tag from all samples and off the offer; a ready-made one stays on offer.

        Raises:
            PetsegError: there is no such tag.
        """
        self._require(tag)
        before = {(tag, sample): True for sample in sorted(self._with_tag(tag))}
        offered = {tag: True} if tag in self._own_tags() else {}
        self._write_tags(dict.fromkeys(before, False))
        self._write_own_tags(dict.fromkeys(offered, False))
        return Undo(f"Removed the tag “{tag}”", tags=before, own_tags=offered)

    def restore(self, undo: Undo) -> Undo:
        """Put back what a write has changed, and nothing else.

        Returns:
            What takes this step back again (redo).
        """
        redo = Undo(
            f"Undone: {undo.words}",
            states=self._states_of(undo.states),
            notes=self._notes_of(undo.notes),
            tags=self._tags_of(undo.tags),
            own_tags={tag: tag in self._own_tags() for tag in undo.own_tags},
        )
        self._write_states(undo.states)
        self._write_notes(undo.notes)
        self._write_tags(undo.tags)
        self._write_own_tags(undo.own_tags)
        return redo

    def _write_states(self, states: Mapping[str, ReviewState]) -> None:
        now = time.time()
        self._workspace.write(
            "INSERT OR REPLACE INTO reviews VALUES (?, ?, ?)",
            [(sample, state.value, now) for sample, state in states.items()],
        )

    def _write_notes(self, notes: Mapping[str, str]) -> None:
        now = time.time()
        write = self._workspace.write
        kept = [(sample, note, now) for sample, note in notes.items() if note]
        write("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", kept)
        gone = [(sample,) for sample, note in notes.items() if not note]
        write("DELETE FROM notes WHERE sample = ?", gone)

    def _write_tags(self, tags: Mapping[tuple[str, str], bool]) -> None:
        write = self._workspace.write
        write(
            "INSERT OR IGNORE INTO sample_tags VALUES (?, ?)",
            [key for key, has in tags.items() if has],
        )
        write(
            "DELETE FROM sample_tags WHERE tag = ? AND sample = ?",
            [key for key, has in tags.items() if not has],
        )
        # A user's own tag stays on offer when the last sample loses it, until it is deleted.
        used = {tag for (tag, _), has in tags.items() if has} - set(READY_MADE_TAGS)
        self._write_own_tags(dict.fromkeys(used, True))

    def _write_own_tags(self, tags: Mapping[str, bool]) -> None:
        write, now = self._workspace.write, time.time()
        own = {tag: on for tag, on in tags.items() if tag not in READY_MADE_TAGS}
        write(
            "INSERT OR IGNORE INTO own_tags VALUES (?, ?)",
            [(t, now) for t, on in own.items() if on],
        )
        write("DELETE FROM own_tags WHERE tag = ?", [(t,) for t, on in own.items() if not on])

    def _states_of(self, samples: Iterable[str]) -> dict[str, ReviewState]:
        samples = list(samples)
        known = _states(self._rows("SELECT sample, state FROM reviews WHERE 1", (), samples))
        return {sample: known.get(sample, ReviewState.TO_DO) for sample in samples}

    def _notes_of(self, samples: Iterable[str]) -> dict[str, str]:
        samples = list(samples)
        known = dict(self._rows("SELECT sample, note FROM notes WHERE 1", (), samples))
        return {sample: known.get(sample, "") for sample in samples}

    def _tags_of(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bool]:
        keys = list(keys)
        known = {tag: self._with_tag(tag) for tag in {tag for tag, _ in keys}}
        return {(tag, sample): sample in known[tag] for tag, sample in keys}

    def _with_tag(self, tag: str, among: Sequence[str] | None = None) -> set[str]:
        """The samples with a tag: all of them, or at least those among some samples."""
        rows = self._rows("SELECT sample FROM sample_tags WHERE tag = ?", (tag,), among)
        return {sample for (sample,) in rows}

    def _rows(
        self, select: str, parameters: tuple[str, ...], among: Sequence[str] | None
    ) -> list[tuple[Any, ...]]:
        """The rows of some samples; of many or of None, all rows there are."""
        if among is None or len(among) > _FEW:
            return self._workspace.query(select, parameters)
        places = ", ".join("?" * len(among))
        return self._workspace.query(f"{select} AND sample IN ({places})", (*parameters, *among))

    def _own_tags(self) -> set[str]:
        return {tag for (tag,) in self._workspace.query("SELECT tag FROM own_tags")}

    def _spelling(self, tag: str) -> str:
        """The tag on offer that differs from a typed one in capitals only, or the typed one."""
        same = (known for known in self.known_tags() if known.casefold() == tag.casefold())
        return next(same, tag)

    def _require(self, tag: str) -> None:
        if tag not in (known := self.known_tags()):
            raise PetsegError(
                f"There is no tag {tag!r}", remedy=f"The tags are: {', '.join(known)}."
            )


def _states(rows: Iterable[tuple[str, str]]) -> dict[str, ReviewState]:
    known = {state.value: state for state in ReviewState}
    # A word that a later version wrote counts as to do.
    return {sample: known[state] for sample, state in rows if state in known}


def _counted(samples: Sequence[str] | Mapping[str, object]) -> str:
    return "1 sample" if len(samples) == 1 else f"{len(samples):,} samples"
