"""The one place that writes: an edit changes exactly its pixels, and every step comes back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.masks.document import MaskDocument
from core.masks.geometry import EMPTY, Rect, whole
from core.masks.shapes.regions import Region, dab, everything, segment

# Larger than one tile of the history on both sides, and not a multiple of it.
HEIGHT, WIDTH = 300, 530


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 4, (HEIGHT, WIDTH), dtype=np.uint8)


@st.composite
def regions(draw) -> Region:
    center = draw(st.tuples(st.integers(-20, WIDTH + 20), st.integers(-20, HEIGHT + 20)))
    size = draw(st.integers(1, 60))
    if draw(st.booleans()):
        return dab((HEIGHT, WIDTH), center, size)
    end = draw(st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT)))
    return segment((HEIGHT, WIDTH), center, end, size)


@given(regions(), st.integers(0, 255), st.sets(st.integers(0, 4)))
def test_that_an_edit_changes_exactly_the_pixels_of_its_region(region, value, protect):
    before = noise()
    document = MaskDocument(before)
    changed = document.apply("Brush", region, value, protect)
    expected = before.copy()
    inside = np.zeros(before.shape, bool)
    inside[region.rect.slices] = region.stencil
    expected[inside & ~np.isin(before, list(protect))] = value
    assert np.array_equal(document.mask, expected)
    rows, columns = np.nonzero(expected != before)
    if rows.size:
        tight = Rect(columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1)
        assert changed == tight
    else:
        assert changed == EMPTY
        assert document.undo_name is None
        assert not document.is_dirty


def test_that_an_array_of_values_is_written_pixel_by_pixel():
    document = MaskDocument(noise(1))
    other = noise(2)
    document.apply("Revert", everything(other.shape), other)
    assert np.array_equal(document.mask, other)
    document.undo()
    assert np.array_equal(document.mask, noise(1))


class Editing(RuleBasedStateMachine):
    """Any sequence of strokes, aborts, undo and redo, held against a list of whole copies."""

    @initialize()
    def open(self):
        self.document = MaskDocument(noise())
        self.versions = [noise()]
        self.position = 0
        self.saved = 0

    @rule(parts=st.lists(st.tuples(regions(), st.integers(0, 255)), min_size=1, max_size=4))
    def stroke(self, parts):
        current = self.versions[self.position].copy()
        self.document.begin_stroke("Brush")
        for region, value in parts:
            self.document.set(region, value)
            current[region.rect.slices][region.stencil] = value
        rect = self.document.end_stroke()
        differs = current != self.versions[self.position]
        if differs.any():
            if self.saved is not None and self.saved > self.position:
                self.saved = None  # the saved version was among the undone ones
            del self.versions[self.position + 1 :]
            self.versions.append(current)
            self.position += 1
            inside = np.zeros_like(differs)
            inside[rect.slices] = True
            assert not (differs & ~inside).any()
        else:
            assert rect == EMPTY

    @rule(parts=st.lists(st.tuples(regions(), st.integers(0, 255)), min_size=1, max_size=3))
    def abort(self, parts):
        self.document.begin_stroke("Brush")
        for region, value in parts:
            self.document.set(region, value)
        self.document.abort_stroke()

    @rule()
    def undo(self):
        rect = self.document.undo()
        assert (rect is None) == (self.position == 0)
        self.position = max(self.position - 1, 0)

    @rule()
    def redo(self):
        rect = self.document.redo()
        assert (rect is None) == (self.position == len(self.versions) - 1)
        self.position = min(self.position + 1, len(self.versions) - 1)

    @rule()
    def save(self):
        self.document.mark_saved()
        self.saved = self.position

    @invariant()
    @precondition(lambda self: hasattr(self, "document"))
    def holds_the_version(self):
        assert np.array_equal(self.document.mask, self.versions[self.position])
        assert self.document.is_dirty == (self.saved != self.position)
        counts = np.bincount(self.document.mask.ravel(), minlength=256)
        assert np.array_equal(self.document.class_counts(), counts)


Editing.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
test_that_any_sequence_of_edits_undoes_and_redoes_to_the_byte = Editing.TestCase


def test_that_two_hundred_steps_can_be_taken_back():
    before = noise()
    document = MaskDocument(before)
    for number in range(250):
        document.apply("Brush", dab(before.shape, (number * 2, number), 9), 7 + number % 3)
    steps = 0
    while document.undo() is not None:
        steps += 1
    assert steps == 250
    assert np.array_equal(document.mask, before)


def test_that_the_oldest_step_is_forgotten_when_there_are_too_many():
    document = MaskDocument(np.zeros((9, 9), np.uint8), max_steps=3)
    for x in range(5):
        document.apply("Brush", dab((9, 9), (x, 0), 1), 1)
    assert document.undo_steps == 3
    while document.undo() is not None:
        pass
    assert document.mask.sum() == 2
    assert document.is_dirty


def test_that_undo_keeps_only_what_a_step_changed():
    document = MaskDocument(np.zeros((4096, 4096), np.uint8))
    document.apply("Brush", dab(document.mask.shape, (2000, 2000), 64), 1)
    assert document.history_bytes < 64 * 64


def test_that_filling_the_whole_of_a_large_mask_keeps_next_to_nothing():
    document = MaskDocument(np.zeros((2048, 2048), np.uint8))
    document.apply("Fill", everything(document.mask.shape), 1)
    assert document.history_bytes <= 64
    assert document.undo() == whole(document.mask.shape)
    assert not document.mask.any()


def test_that_undoing_back_to_the_saved_mask_makes_it_clean():
    document = MaskDocument(noise())
    document.apply("Brush", dab((HEIGHT, WIDTH), (9, 9), 5), 9)
    document.mark_saved()
    document.apply("Brush", dab((HEIGHT, WIDTH), (99, 99), 5), 9)
    assert document.is_dirty
    document.undo()
    assert not document.is_dirty
    document.undo()
    assert document.is_dirty


def test_that_an_edit_made_while_a_save_is_under_way_is_still_unsaved():
    document = MaskDocument(noise())
    document.apply("Brush", dab((HEIGHT, WIDTH), (9, 9), 5), 9)
    written = document.revision
    document.apply("Brush", dab((HEIGHT, WIDTH), (99, 99), 5), 9)
    document.mark_saved(written)
    assert document.is_dirty
    document.undo()
    assert not document.is_dirty


def test_that_a_mask_no_file_holds_is_dirty_from_the_start():
    assert MaskDocument(noise(), saved=False).is_dirty


def test_that_a_new_stroke_drops_what_was_undone():
    document = MaskDocument(noise())
    document.apply("Brush", dab((HEIGHT, WIDTH), (9, 9), 5), 9)
    document.undo()
    assert document.redo_name == "Brush"
    document.apply("Fill", dab((HEIGHT, WIDTH), (99, 9), 5), 9)
    assert document.redo_name is None
    assert document.undo_name == "Fill"


def test_that_a_failure_inside_a_stroke_takes_the_stroke_back():
    document = MaskDocument(noise())

    def fail() -> None:
        with document.stroke("Brush"):
            document.set(everything((HEIGHT, WIDTH)), 9)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert np.array_equal(document.mask, noise())
    assert not document.in_stroke
    assert not document.is_dirty


def test_that_the_mask_is_read_only_and_stays_the_same_memory():
    document = MaskDocument(noise())
    mask = document.mask
    with pytest.raises(ValueError, match="read-only"):
        mask[0, 0] = 1
    document.apply("Brush", dab((HEIGHT, WIDTH), (9, 9), 5), 9)
    assert document.mask is mask
    assert mask[9, 9] == 9


def test_that_the_document_keeps_a_copy_of_its_own():
    source = noise()
    document = MaskDocument(source)
    document.apply("Brush", everything(source.shape), 9)
    assert np.array_equal(source, noise())


def test_that_writing_outside_a_stroke_is_refused():
    document = MaskDocument(noise())
    with pytest.raises(RuntimeError, match="begin_stroke"):
        document.set(everything(document.mask.shape), 1)
    document.begin_stroke("Brush")
    with pytest.raises(RuntimeError, match="has not ended"):
        document.undo()
    with pytest.raises(RuntimeError, match="has not ended"):
        document.begin_stroke("Fill")


@pytest.mark.parametrize("wrong", [np.zeros((2, 2)), np.zeros((2, 2, 3), np.uint8)])
def test_that_only_a_mask_of_class_indices_can_be_edited(wrong):
    with pytest.raises(ValueError, match="uint8 H×W"):
        MaskDocument(wrong)


def test_that_a_value_that_no_pixel_can_have_leaves_mask_and_counts_as_they_were():
    document = MaskDocument(noise())
    before = document.class_counts()
    with pytest.raises(OverflowError):
        document.apply("Fill", everything((HEIGHT, WIDTH)), 256)
    assert np.array_equal(document.mask, noise())
    assert np.array_equal(document.class_counts(), before)
    assert document.undo_steps == 0


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (1, 600_000), (600_000, 1), (700, 900)])
def test_that_every_pixel_gets_its_own_value_whatever_the_mask_s_proportions(shape):
    numbers = np.random.default_rng(0)
    before = numbers.integers(0, 4, shape, dtype=np.uint8)
    values = numbers.integers(0, 4, shape, dtype=np.uint8)
    stencil = numbers.random(shape) < 0.5
    document = MaskDocument(before)
    document.apply("Fill", Region(whole(shape), stencil), values)
    assert np.array_equal(document.mask, np.where(stencil, values, before))
    document.undo()
    assert np.array_equal(document.mask, before)


def test_that_a_stroke_whose_step_cannot_be_made_can_still_be_aborted(monkeypatch):
    document = MaskDocument(noise())

    def out_of_memory(*_: object) -> None:
        raise MemoryError

    document.begin_stroke("Fill")
    document.set(everything((HEIGHT, WIDTH)), 3)
    with monkeypatch.context() as patch:
        patch.setattr("core.masks.history.Delta.between", out_of_memory)
        with pytest.raises(MemoryError):
            document.end_stroke()
    document.abort_stroke()
    assert np.array_equal(document.mask, noise())
