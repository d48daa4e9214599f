"""Decisions write masks, keep the originals, and can be taken back to the byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.dataset import open_dataset
from core.dataset.workspace import open_workspace
from core.errors import PetsegError
from core.evaluation.predicting.files import prediction_path
from core.files import atomic_write, content_hash
from core.images import encode_mask, read_mask
from core.labels.earlier import EarlierMasks
from core.masks.saving import original_path, save_mask
from core.qa.repairs.undo_store import BatchWriter, list_batches
from core.worklist.deciding import decide, skip, take_back
from core.worklist.entries import Decision, Order, State, in_order, progress_of
from core.worklist.store import WorklistStore
from tests.core.worklist.hands import (
    COLORED,
    LABEL,
    MAPPED,
    PLAIN,
    RIGHT,
    SAMPLE,
    listed,
    make_world,
    mask_file,
    mask_of,
)


@pytest.mark.parametrize("settings", [PLAIN, MAPPED, COLORED], ids=["plain", "mapped", "colours"])
def test_that_taking_the_model_writes_its_class_and_keeps_the_original(
    tmp_path: Path, settings: str
) -> None:
    run = make_world(tmp_path, settings)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    assert (mask_of(dataset) == LABEL).all()
    with open_workspace(dataset) as workspace:
        cat, dog = listed(dataset, workspace, run)
        done = decide(dataset, workspace, cat.id, Decision.MODEL, run)
        original = original_path(workspace, dataset.sample(SAMPLE), "labels", ".png")
        assert original.read_bytes() == before
        entries = WorklistStore(workspace).entries("labels")
    expected = LABEL.copy()
    expected[4:20, 4:20] = 1
    assert (mask_of(dataset) == expected).all()
    assert done.changed_px == 256
    assert [each.state for each in entries] == [State.DECIDED, State.TO_REVIEW]
    assert done.entry.decision is Decision.MODEL
    assert dog.region.pixels == 256


def test_that_a_decision_is_taken_back_to_the_byte_after_a_restart(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        decide(dataset, workspace, cat.id, Decision.MODEL, run)
    with open_workspace(dataset) as workspace:  # another day
        store = WorklistStore(workspace)
        last = store.last_changed("labels")
        assert last is not None
        again = take_back(dataset, workspace, last.id).entry
        assert store.last_changed("labels") is None
    assert again.state is State.TO_REVIEW
    assert mask_file(dataset).read_bytes() == before


def test_that_ignoring_writes_the_ignore_value(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    with open_workspace(dataset) as workspace:
        _, dog = listed(dataset, workspace, run)
        decide(dataset, workspace, dog.id, Decision.IGNORE, run)
    assert (mask_of(dataset)[28:44, 28:44] == dataset.ignore_index).all()
    assert (mask_of(dataset)[:24] == LABEL[:24]).all()


def test_that_colours_without_one_for_ignore_refuse_it_and_change_nothing(tmp_path: Path) -> None:
    run = make_world(tmp_path, COLORED)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        with pytest.raises(PetsegError, match="No value or colour stands for class 255"):
            decide(dataset, workspace, cat.id, Decision.IGNORE, run)
        store = WorklistStore(workspace)
        assert store.entry(cat.id).state is State.TO_REVIEW
        assert store.pending() == []
    assert mask_file(dataset).read_bytes() == before


def test_that_keeping_and_skipping_write_no_mask(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    stamp = mask_file(dataset).stat().st_mtime_ns
    with open_workspace(dataset) as workspace:
        cat, dog = listed(dataset, workspace, run)
        decide(dataset, workspace, cat.id, Decision.KEEP, run)
        skip(workspace, dog.id)
        entries = WorklistStore(workspace).entries("labels")
        assert progress_of(entries).words() == "1 of 2 decided, 1 skipped"
        take_back(dataset, workspace, cat.id)
        assert WorklistStore(workspace).entry(cat.id).state is State.TO_REVIEW
    assert mask_file(dataset).stat().st_mtime_ns == stamp


def test_that_a_mask_changed_since_is_not_overwritten_by_taking_back(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        decide(dataset, workspace, cat.id, Decision.MODEL, run)
        painted = mask_of(dataset).copy()
        painted[0, 0] = 1
        save_mask(dataset, workspace, dataset.sample(SAMPLE), "labels", painted)
        with pytest.raises(PetsegError, match="changed after it was repaired"):
            take_back(dataset, workspace, cat.id)
        assert WorklistStore(workspace).entry(cat.id).decision is Decision.MODEL
        assert WorklistStore(workspace).pending() == []
    assert (mask_of(dataset) == painted).all()


def test_that_a_place_that_is_no_error_any_more_is_not_written(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        atomic_write(mask_file(dataset), encode_mask(RIGHT))
        with pytest.raises(PetsegError, match="no error any more"):
            decide(dataset, workspace, cat.id, Decision.MODEL, run)


def test_that_decisions_do_not_push_out_batches_of_repairs(tmp_path: Path) -> None:
    from core.qa.repairs.batches import apply_to_many
    from core.qa.repairs.registry import find_repair

    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    speck = LABEL.copy()
    speck[46, 2] = 1
    atomic_write(mask_file(dataset), encode_mask(speck))
    with open_workspace(dataset) as workspace:
        result = apply_to_many(dataset, workspace, [SAMPLE], "labels", find_repair("drop_specks"))
        assert result.changed == [SAMPLE]
        cat, _ = listed(dataset, workspace, run)
        for _ in range(21):
            decide(dataset, workspace, cat.id, Decision.MODEL, run)
            take_back(dataset, workspace, cat.id)
        decide(dataset, workspace, cat.id, Decision.MODEL, run)
        assert [batch.repair for batch in list_batches(workspace)] == ["drop_specks"]


def test_that_the_mask_before_a_decision_is_found_again_by_its_hash(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    sample = dataset.sample(SAMPLE)
    with open_workspace(dataset) as workspace:
        cat, dog = listed(dataset, workspace, run)
        first = mask_file(dataset).read_bytes()
        decide(dataset, workspace, cat.id, Decision.MODEL, run)
        second = mask_file(dataset).read_bytes()
        decide(dataset, workspace, dog.id, Decision.MODEL, run)
        earlier = EarlierMasks(dataset, workspace)
        for wanted in (first, second):
            assert earlier.find(sample, "labels", content_hash(wanted)) == wanted
        assert earlier.find(sample, "labels", content_hash(b"never")) is None
    assert np.array_equal(read_mask(mask_file(dataset)), RIGHT)


def test_that_the_order_is_by_suspicion_or_by_size(tmp_path: Path) -> None:
    from dataclasses import replace

    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    with open_workspace(dataset) as workspace:
        one, other = listed(dataset, workspace, run)
    small = replace(one, suspicion=0.9, region=replace(one.region, pixels=5))
    large = replace(other, suspicion=0.1, region=replace(other.region, pixels=500))
    assert in_order([large, small], Order.SUSPICION) == [small, large]
    assert in_order([small, large], Order.SIZE) == [large, small]


def test_that_a_region_is_put_on_the_list_once(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    with open_workspace(dataset) as workspace:
        first = listed(dataset, workspace, run)
        assert listed(dataset, workspace, run) == first


def test_that_what_is_decided_is_not_decided_or_skipped_again_and_keeps_its_way_back(
    tmp_path: Path,
) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        decided = decide(dataset, workspace, cat.id, Decision.MODEL, run).entry
        for decision in (Decision.KEEP, Decision.IGNORE):
            with pytest.raises(PetsegError, match="decided already"):
                decide(dataset, workspace, cat.id, decision, run)
        with pytest.raises(PetsegError, match="decided already"):
            skip(workspace, cat.id)
        assert WorklistStore(workspace).entry(cat.id) == decided
        take_back(dataset, workspace, cat.id)
    assert mask_file(dataset).read_bytes() == before


@pytest.mark.parametrize(
    ("owner", "name"), [(BatchWriter, "finish"), (WorklistStore, "carried_out")]
)
def test_that_mask_and_entry_agree_when_noting_a_decision_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    real = getattr(owner, name)

    def full_once(*arguments: object) -> None:
        monkeypatch.setattr(owner, name, real)
        raise PetsegError("The disk is full")

    monkeypatch.setattr(owner, name, full_once)
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        with pytest.raises(PetsegError, match="full"):
            decide(dataset, workspace, cat.id, Decision.MODEL, run)
        store = WorklistStore(workspace)
        assert store.pending() == []
        assert store.entry(cat.id).decision is Decision.MODEL
        assert (mask_of(dataset) != LABEL).any()
        take_back(dataset, workspace, cat.id)
    assert mask_file(dataset).read_bytes() == before


def test_that_pixels_that_the_entry_does_not_name_are_not_written(tmp_path: Path) -> None:
    run = make_world(tmp_path)
    dataset = open_dataset(tmp_path)
    before = mask_file(dataset).read_bytes()
    smaller, other = RIGHT.copy(), RIGHT.copy()
    smaller[12:20, 4:20] = 2
    other[4:20, 4:20] = 0
    with open_workspace(dataset) as workspace:
        cat, _ = listed(dataset, workspace, run)
        for prediction in (smaller, other):  # it was predicted anew
            path = prediction_path(run, dataset.sample(SAMPLE))
            atomic_write(path, encode_mask(prediction))
            with pytest.raises(PetsegError, match="predicts another region here"):
                decide(dataset, workspace, cat.id, Decision.MODEL, run)
        assert WorklistStore(workspace).entry(cat.id).state is State.TO_REVIEW
    assert mask_file(dataset).read_bytes() == before
