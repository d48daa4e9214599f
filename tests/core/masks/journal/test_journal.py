"""The journal: what was written before the program ended comes back, and damage harms nobody."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.errors import PetsegError
from core.images import encode_mask
from core.masks.document import MaskDocument
from core.masks.journal.bases import packed_pixels
from core.masks.journal.reader import read_journal, summarize
from core.masks.journal.records import Base, Header
from core.masks.journal.store import JournalStore
from core.masks.journal.writer import JournalWriter
from core.masks.shapes.regions import dab, everything
from tests.making import blob

SHAPE = (70, 90)


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 3, SHAPE, dtype=np.uint8)


def begun(path: Path, mask: np.ndarray, *, saved: bool = True, told=None) -> MaskDocument:
    """A document with a journal that begins with a mask file's bytes."""
    header = Header("labels", "train/001", *mask.shape, Base.FILE, file_hash="first", saved=saved)
    writer = JournalWriter(path, header, encode_mask(mask), told)
    return MaskDocument(mask, saved=saved, journal=writer)


def paint(document: MaskDocument, x: int, y: int, value: int, size: int = 9) -> None:
    document.apply("Brush", dab(document.mask.shape, (x, y), size), value)


def undone_all(document: MaskDocument) -> list[np.ndarray]:
    """Every version that undo leads back to, newest first."""
    versions = [document.mask.copy()]
    while document.undo() is not None:
        versions.append(document.mask.copy())
    return versions


class Journaling(RuleBasedStateMachine):
    """Steps, undo, redo and saves in any order; then the program ends at any byte of the file."""

    @initialize(saved=st.booleans())
    def open(self, saved):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "labels" / "001.journal"
        self.document = begun(self.path, noise(), saved=saved)
        self.hash = "first"
        self.states = {}
        self.note()

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def note(self):
        """Remember the document as it is, under the length that the journal has."""
        length = self.path.stat().st_size if self.path.exists() else 0
        document = self.document
        self.states[length] = (
            document.mask.copy(),
            document.is_dirty,
            document.undo_steps,
            document.redo_name,
            self.hash,
        )

    @rule(x=st.integers(0, 90), y=st.integers(0, 70), size=st.integers(1, 40),
          value=st.integers(0, 255))  # fmt: skip
    def step(self, x, y, size, value):
        paint(self.document, x, y, value, size)
        self.note()

    @rule(seed=st.integers(0, 5))
    def replace(self, seed):
        self.document.apply("Revert", everything(SHAPE), noise(seed))
        self.note()

    @rule()
    def undo(self):
        self.document.undo()
        self.note()

    @rule()
    def redo(self):
        self.document.redo()
        self.note()

    @rule(number=st.integers(0, 9))
    def save(self, number):
        if not self.path.exists():
            return  # nothing was edited: a journal that has not begun has nothing to say
        self.hash = f"saved {number}"
        self.document.mark_saved(None, self.hash)
        self.note()

    @rule()
    def lose_the_file(self):
        if self.path.exists():
            self.hash = "foreign"
            self.document.forget_saved(self.hash)
            self.note()

    @precondition(lambda self: self.path.exists())
    @rule(cut=st.floats(0, 1), tail=st.binary(max_size=20))
    def end_at_any_byte(self, cut, tail):
        whole = self.path.read_bytes()
        first = min(length for length in self.states if length)
        at = first + round(cut * (len(whole) - first))
        torn = self.path.with_name("torn.journal")
        torn.write_bytes(whole[:at] + tail)
        restored = read_journal(torn)
        good = max(length for length in self.states if length <= at)
        assert restored.length == good
        self.check(restored, good)
        summary = summarize(torn)
        assert summary.is_dirty == restored.document.is_dirty
        assert summary.steps == restored.document.undo_steps

    @precondition(lambda self: self.path.exists())
    @rule()
    def go_on_after_a_restart(self):
        restored = read_journal(self.path)
        self.check(restored, self.path.stat().st_size)
        self.document = restored.document
        self.document.journal = JournalWriter.continued(self.path, restored.header, restored.length)

    def check(self, restored, length):
        mask, is_dirty, undo_steps, redo_name, file_hash = self.states[length]
        document = restored.document
        assert np.array_equal(document.mask, mask)
        assert document.is_dirty == is_dirty
        assert (document.undo_steps, document.redo_name) == (undo_steps, redo_name)
        assert restored.file_hash == file_hash

    @invariant()
    @precondition(lambda self: hasattr(self, "path") and self.path.exists())
    def comes_back_whole(self):
        restored = read_journal(self.path)
        assert restored.lost == 0
        self.check(restored, self.path.stat().st_size)


Journaling.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
test_that_a_mask_comes_back_as_it_was_at_the_last_whole_record = Journaling.TestCase


def test_that_the_whole_undo_and_redo_history_comes_back(tmp_path: Path):
    document = begun(tmp_path / "a.journal", noise())
    for number in range(220):
        paint(document, number % 90, number // 3, number % 7)
    for _ in range(7):
        document.undo()
    back = read_journal(tmp_path / "a.journal").document
    assert back.undo_steps == document.undo_steps >= 200
    assert back.revision == document.revision
    for one in (document, back):
        while one.redo() is not None:
            pass
    for mine, theirs in zip(undone_all(document), undone_all(back), strict=True):
        assert np.array_equal(mine, theirs)


def test_that_nothing_is_written_before_the_first_step(tmp_path: Path):
    path = tmp_path / "labels" / "a.journal"
    document = begun(path, noise())
    document.mark_saved(None, "second")
    assert not path.parent.exists()
    paint(document, 5, 5, 9)
    assert read_journal(path).file_hash == "second"


def test_that_an_aborted_stroke_leaves_no_trace(tmp_path: Path):
    path = tmp_path / "a.journal"
    document = begun(path, noise())
    document.begin_stroke("Brush")
    document.set(everything(SHAPE), 9)
    document.abort_stroke()
    assert not path.exists()


@pytest.mark.parametrize("kind", list(Base))
def test_that_each_kind_of_beginning_comes_back(tmp_path: Path, kind: Base):
    mask = np.zeros(SHAPE, np.uint8) if kind is Base.EMPTY else noise(3)
    data = {Base.FILE: encode_mask(mask), Base.PIXELS: packed_pixels(mask), Base.EMPTY: b""}[kind]
    header = Header("labels", "train/001", *SHAPE, kind)
    writer = JournalWriter(tmp_path / "a.journal", header, data)
    writer.begin()
    assert np.array_equal(read_journal(writer.path).document.mask, mask)


def test_that_a_step_costs_what_it_changed_and_not_what_the_mask_is_large(tmp_path: Path):
    path = tmp_path / "a.journal"
    document = begun(path, np.zeros((4096, 4096), np.uint8))
    paint(document, 2000, 2000, 1)
    before = path.stat().st_size
    paint(document, 1000, 1000, 1, 64)
    assert path.stat().st_size - before < 1500


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 2000), st.integers(0, 255))
def test_that_damage_anywhere_crashes_nothing(data: bytes, at: int, value: int):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.journal"
        document = begun(path, noise())
        for x in range(6):
            paint(document, 9 * x, 9 * x, x)
        good = bytearray(path.read_bytes())
        good[at % len(good)] = value
        for bad in (data, bytes(good), bytes(good) + data):
            path.write_bytes(bad)
            for look in (read_journal, summarize):
                with contextlib.suppress(PetsegError):  # any other failure is a defect
                    look(path)


@pytest.mark.parametrize(
    "line",
    [
        b'{"petseg_journal": 2}\n',
        b"[1, 2]\n",
        b'{"petseg_journal": 1, "base": "file"}\n',
        b"[" * 30000 + b"\n",
        Header("labels", "a", 1 << 20, 1 << 20, Base.EMPTY).encoded(),
        Header("labels", "a", 8, 8, Base.PIXELS, 3, zlib.crc32(b"abc")).encoded() + b"abc",
        Header("labels", "a", 8, 8, Base.FILE, 3, zlib.crc32(b"abc")).encoded() + b"abc",
        Header("labels", "a", 8, 8, Base.FILE, 300).encoded(),
    ],
)
def test_that_a_damaged_beginning_is_told_with_the_file_s_name(tmp_path: Path, line: bytes):
    path = tmp_path / "a.journal"
    path.write_bytes(line)
    with pytest.raises(PetsegError, match="a.journal"):
        read_journal(path)


def test_that_a_bomb_does_not_unfold(tmp_path: Path):
    bomb = zlib.compress(bytes(50_000_000), 9)
    header = Header("labels", "a", 8, 8, Base.PIXELS, len(bomb), zlib.crc32(bomb))
    (tmp_path / "a.journal").write_bytes(header.encoded() + bomb)
    with pytest.raises(PetsegError, match="another size"):
        read_journal(tmp_path / "a.journal")


class FullDisk:
    """Stands in for `os.write`: takes so many bytes and then has no room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        self.room = room
        self._write = os.write
        monkeypatch.setattr("core.masks.journal.writer.os.write", self)

    def __call__(self, handle: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = self._write(handle, bytes(data)[: self.room])
        self.room -= done
        return done


def test_that_painting_goes_on_when_the_disk_is_full_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    told: list[PetsegError] = []
    path = tmp_path / "a.journal"
    document = begun(path, noise(), told=told.append)
    paint(document, 5, 5, 9)
    with monkeypatch.context() as patch:
        FullDisk(patch, 11)  # in the middle of a record
        for x in range(4):
            paint(document, 9 * x, 30, 7)
        document.undo()
    assert len(told) == 1
    assert "No space left" in str(told[0])
    assert str(path) in str(told[0])
    assert document.undo_steps == 4
    assert read_journal(path).document.undo_steps == 1
    paint(document, 60, 60, 8)  # there is room again: everything that waited is written
    back = read_journal(path)
    assert back.lost == 0
    assert np.array_equal(back.document.mask, document.mask)
    assert back.document.undo_steps == document.undo_steps


def test_that_a_folder_in_which_nothing_can_be_made_is_told_and_painting_goes_on(tmp_path: Path):
    told: list[PetsegError] = []
    (tmp_path / "journal").write_text("in the way")
    document = begun(tmp_path / "journal" / "a.journal", noise(), told=told.append)
    for x in range(3):
        paint(document, 9 * x, 9, 9)
    assert len(told) == 1
    assert "You can go on painting" in str(told[0])
    (tmp_path / "journal").unlink()
    document.undo()
    back = read_journal(tmp_path / "journal" / "a.journal").document
    assert (back.undo_steps, back.redo_name) == (2, "Brush")


def kept(store: JournalStore, sample: str, *, saved: bool = False) -> MaskDocument:
    header = Header("labels", sample, *SHAPE, Base.EMPTY)
    document = MaskDocument(np.zeros(SHAPE, np.uint8), journal=store.begin(header, b""))
    paint(document, 9, 9, 1)
    if saved:
        document.mark_saved(None, "now")
    return document


def test_that_a_store_tells_unsaved_journals_from_clean_ones(tmp_path: Path):
    store = JournalStore(tmp_path / "journal")
    assert store.find().unsaved == ()
    kept(store, "train/001")
    kept(store, "train/002", saved=True)
    (tmp_path / "journal" / "labels" / "train" / "003.journal").write_bytes(b"no journal")
    found = store.find()
    assert [(one.sample, one.steps) for one in found.unsaved] == [("train/001", 1)]
    assert found.clean == (("labels", "train/002"),)
    assert "003.journal" in str(found.problems[0])
    assert store.find().problems == ()  # told once, and the file is kept
    assert (tmp_path / "journal" / "labels" / "train" / "003.journal.damaged").exists()
    store.delete_clean()
    assert store.exists("labels", "train/001")
    assert not store.exists("labels", "train/002")


def test_that_discarding_can_be_taken_back_until_the_next_start(tmp_path: Path):
    store = JournalStore(tmp_path)
    for sample in ("a", "b"):
        kept(store, sample)
    store.set_aside([("labels", "a"), ("labels", "b")])
    assert not store.exists("labels", "a")
    kept(store, "b").undo()
    assert store.put_back([("labels", "a"), ("labels", "b")]) == [("labels", "a")]
    assert store.read("labels", "a").document.undo_steps == 1
    assert store.read("labels", "b").document.redo_name == "Brush"  # the newer one stays
    store.set_aside([("labels", "a")])
    store.find()
    store.put_back([("labels", "a")])
    assert not store.exists("labels", "a")


def test_that_a_journal_never_speaks_for_another_mask(tmp_path: Path):
    store = JournalStore(tmp_path / "journal")
    kept(store, "train/001")
    stray = store.path("labels", "train/002")
    stray.write_bytes(store.path("labels", "train/001").read_bytes())
    assert [one.sample for one in store.find().unsaved] == ["train/001"]
    with pytest.raises(PetsegError, match="another mask"):
        store.read("labels", "train/002")


def test_that_bringing_to_the_disk_works_before_and_after_the_first_step(tmp_path: Path):
    document = begun(tmp_path / "a.journal", blob())
    writer = document.journal
    assert isinstance(writer, JournalWriter)
    writer.sync()
    paint(document, 9, 9, 2)
    writer.sync()
    assert read_journal(writer.path).document.undo_steps == 1


def test_that_what_stands_behind_damage_is_kept_aside_before_it_is_cut_off(tmp_path: Path):
    store = JournalStore(tmp_path)
    document = kept(store, "a")
    path = store.path("labels", "a")
    first = path.stat().st_size
    paint(document, 30, 30, 5)
    paint(document, 50, 50, 5)
    data = bytearray(path.read_bytes())
    data[first + 12] ^= 0xFF  # in the second of three strokes
    path.write_bytes(data)
    back = store.read("labels", "a")
    assert back.is_damaged
    assert back.document.undo_steps == 1
    back.document.journal = store.resume(back)
    paint(back.document, 20, 20, 3)
    assert path.with_name("a.journal.damaged").read_bytes() == data
    assert store.read("labels", "a").document.undo_steps == 2


def test_that_a_record_that_was_being_written_is_no_damage(tmp_path: Path):
    store = JournalStore(tmp_path)
    document = kept(store, "a")
    path = store.path("labels", "a")
    first = path.stat().st_size
    paint(document, 30, 30, 5)
    whole = path.read_bytes()
    for length in range(first, len(whole) + 1):
        path.write_bytes(whole[:length])
        assert not store.read("labels", "a").is_damaged
