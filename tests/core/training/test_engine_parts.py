"""The parts of a training by themselves: what comes next, what is averaged, what is kept."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PetsegError
from core.images import encode_mask
from core.runs.events import EventWriter, Heartbeat, Validation, read_events
from core.training.data.plan import Group, SplitPlan
from core.training.engine.checkpoints import latest_checkpoint
from core.training.engine.ema import WeightAverage
from core.training.engine.heartbeats import Heartbeats
from core.training.engine.previews import choose_previews
from core.training.engine.sampling import EndlessSampler, SeededDataset, Turn
from core.training.engine.saving import CheckpointSaver, write_checkpoint
from core.training.engine.speed.cuda_precision import cuda_precision
from core.training.engine.standing import standing_at
from core.training.failure import reason_for


def drawn(sampler: EndlessSampler, count: int) -> list[Turn]:
    return list(itertools.islice(iter(sampler), count))


@settings(max_examples=50, deadline=None)
@given(size=st.integers(1, 50), seed=st.integers(0, 2**31 - 1), skipped=st.integers(0, 200))
def test_that_a_sampler_that_begins_later_draws_what_the_other_would(size, seed, skipped):
    whole, later = (EndlessSampler(range(size), seed=seed) for _ in range(2))
    later.skip(skipped)
    assert drawn(later, 20) == drawn(whole, skipped + 20)[skipped:]
    epoch = [turn.place for turn in drawn(whole, size)]
    assert sorted(epoch) == list(range(size))


def test_that_epochs_and_seeds_have_orders_of_their_own():
    turns = [turn.place for turn in drawn(EndlessSampler(range(100), seed=1), 200)]
    assert turns[:100] != turns[100:]
    assert turns[:100] != [turn.place for turn in drawn(EndlessSampler(range(100), seed=2), 100)]


class Noise:
    """A dataset whose samples are what all generators give."""

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> tuple:
        import random

        return index, random.random(), np.random.random(), float(torch.rand(()))


def test_that_a_sample_s_chance_depends_on_its_number_alone():
    data = SeededDataset(Noise(), seed=3)
    first = data[Turn(4, 17)]
    data[Turn(1, 99)]
    assert data[Turn(4, 17)] == first
    assert data[Turn(4, 18)][1:] != first[1:]
    assert SeededDataset(Noise(), seed=4)[Turn(4, 17)][1:] != first[1:]


def test_that_a_thread_that_loads_leaves_the_step_s_numbers_alone():
    data = SeededDataset(Noise(), seed=3)
    torch.manual_seed(5)
    expected = torch.rand(2)[1]
    torch.manual_seed(5)
    seen = []
    thread = threading.Thread(target=lambda: seen.append(data[Turn(4, 17)][1:3]))
    thread.start()
    thread.join()
    assert torch.rand(()) == expected  # the dataset itself drew the first number
    assert seen == [data[Turn(4, 17)][1:3]]


def test_that_an_average_follows_the_formula_and_can_be_put_in_and_out():
    model = torch.nn.Sequential(torch.nn.Linear(1, 1, bias=False), torch.nn.BatchNorm1d(1))
    weight = model[0].weight
    with torch.no_grad():
        weight.fill_(1.0)
    average = WeightAverage(model, 0.5)
    expected = 1.0
    for update, value in enumerate([2.0, -3.0, 0.5, 8.0, 1.0, 4.0, -2.0, 6.0, 5.0]):
        with torch.no_grad():
            weight.fill_(value)
            model[1].running_mean.fill_(value)
        decay = min(0.5, (1 + update) / (10 + update))
        expected = decay * expected + (1 - decay) * value
        average.update()
    with average.in_use():
        assert weight.item() == pytest.approx(expected)
        assert model[1].running_mean.item() != 5.0
    assert weight.item() == 5.0
    assert model[1].running_mean.item() == 5.0


def test_that_an_average_is_put_out_again_when_a_validation_fails():
    model = torch.nn.Linear(1, 1)
    average = WeightAverage(model, 0.9)
    with torch.no_grad():
        model.weight.fill_(7.0)
    with pytest.raises(KeyError), average.in_use():
        raise KeyError
    assert model.weight.item() == 7.0


def test_that_a_checkpoint_cut_short_gives_way_to_the_one_before(tmp_path):
    write_checkpoint({"state_dict": {"a": torch.ones(3)}}, tmp_path / "iter_10.pth")
    write_checkpoint({"state_dict": {"a": torch.ones(3)}}, tmp_path / "iter_20.pth")
    whole = (tmp_path / "iter_20.pth").read_bytes()
    assert latest_checkpoint(tmp_path) == tmp_path / "iter_20.pth"
    (tmp_path / "iter_20.pth").write_bytes(whole[: len(whole) // 2])
    assert latest_checkpoint(tmp_path) == tmp_path / "iter_10.pth"


def test_that_a_checkpoint_that_cannot_be_written_leaves_the_old_one(tmp_path):
    path = tmp_path / "iter_10.pth"
    write_checkpoint({"state_dict": {"a": torch.ones(3)}}, path)
    before = path.read_bytes()

    class Full:
        def __reduce__(self):
            raise OSError(28, "No space left on device")

    with pytest.raises(PetsegError, match="No space left") as caught:
        write_checkpoint({"state_dict": {"a": torch.zeros(3)}, "more": Full()}, path)
    assert "resume" in caught.value.remedy
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["iter_10.pth"]


def test_that_a_checkpoint_is_due_on_its_turn_and_after_minutes_without_one(tmp_path):
    now = 0.0
    with EventWriter(tmp_path / "events.jsonl") as events:
        saver = CheckpointSaver(tmp_path, events, interval=100, minutes=5, clock=lambda: now)
        assert [number for number in range(90, 210) if saver.is_due(number)] == [100, 200]
        now = 299.0
        assert not saver.is_due(7)
        now = 300.0
        assert saver.is_due(7)


def validation(iteration: int, dice: float) -> Validation:
    return Validation(iteration=iteration, mDice=dice, mAcc=0, aAcc=0, classes=[])


def test_that_validations_after_the_checkpoint_do_not_count():
    events = [validation(10, 50.0), validation(20, 60.0), validation(30, 55.0), validation(40, 70)]
    standing = standing_at(events, 30)
    assert standing.best is not None
    assert (standing.best.mDice, standing.best.iteration) == (60.0, 20)
    assert (standing.since_best, standing.validated) == (1, 30)
    assert not standing.is_better(60.0)
    assert not standing.is_better(float("nan"))
    assert standing.is_better(60.1)


def test_that_heartbeats_come_while_the_main_thread_is_busy_and_end_with_stop(tmp_path):
    path = tmp_path / "events.jsonl"
    with EventWriter(path) as events:
        heartbeats = Heartbeats(events, interval=0.001)
        heartbeats.start()
        while len(read_events(path)) < 3:
            sum(range(10_000))  # busy
        heartbeats.stop()
        written = len(read_events(path))
        assert all(isinstance(event, Heartbeat) for event in read_events(path))
        assert "heartbeats" not in [thread.name for thread in threading.enumerate()]
        assert len(read_events(path)) == written


def split_of(folder: Path, masks: list[set[int]]) -> SplitPlan:
    folder.mkdir(exist_ok=True)
    for number, classes in enumerate(masks):
        mask = np.zeros((8, 8), np.uint8)
        mask.flat[: len(classes)] = sorted(classes)
        (folder / f"{number:03}.png").write_bytes(encode_mask(mask))
    group = Group(
        list_file="x", image_dir=folder, image_suffix=".jpg", mask_dir=folder, mask_suffix=".png",
        names=[f"{number:03}" for number in range(len(masks))],
    )  # fmt: skip
    return SplitPlan(split="val", groups=[group])


def test_that_previews_show_every_class_however_rare(tmp_path):
    masks: list[set[int]] = [{1}] * 37
    masks[5], masks[23] = {2}, {3}
    chosen = [each.id for each in choose_previews(split_of(tmp_path / "a", masks), 4)]
    assert len(chosen) == 6
    assert {"val/005", "val/023"} <= set(chosen)
    assert chosen == [each.id for each in choose_previews(split_of(tmp_path / "a", masks), 4)]
    few = choose_previews(split_of(tmp_path / "b", [{1}, {2}]), 3)
    assert [each.id for each in few] == ["val/000", "val/001"]
    assert choose_previews(SplitPlan(split="val"), 3) == []


@pytest.mark.parametrize(
    ("wanted", "capability", "chosen"),
    [
        ("auto", (8, 0), "bfloat16"),
        ("auto", (7, 5), "float16"),
        ("auto", (6, 1), "float32"),
        ("float32", (9, 0), "float32"),
        ("float16", (6, 1), "float16"),
        ("bfloat16", (9, 0), "bfloat16"),
    ],
)
def test_that_the_precision_follows_the_wish_and_the_gpu(wanted, capability, chosen):
    assert cuda_precision(wanted, capability) == chosen


def test_that_bfloat16_on_a_gpu_without_it_is_an_error_with_a_way_out():
    with pytest.raises(PetsegError, match="float16"):
        cuda_precision("bfloat16", (7, 5))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CUDA error: device-side assert triggered", "a mask holds a value that is no class"),
        ("DataLoader worker (pid 5) is killed by signal: Killed.", "num_workers"),
        ("CUDA out of memory. Tried to allocate 2 GiB", "smaller batch_size"),
        ("DefaultCPUAllocator: can't allocate memory", "smaller batch_size"),
    ],
)
def test_that_faults_are_told_in_words(text, words):
    assert words in reason_for(RuntimeError(text))
