"""The file of events: what is written can be read, whatever happened in between."""

from __future__ import annotations

import errno
import json
import math
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PetsegError
from core.runs.events import (
    BestScore,
    Checkpoint,
    EventTail,
    EventWriter,
    Failed,
    Finished,
    Heartbeat,
    Iteration,
    Message,
    Paused,
    Preview,
    Started,
    Stopped,
    Validation,
    parse_event,
    read_events,
)
from core.runs.progress import RunProgress
from core.runs.record import RunState

numbers = st.floats(allow_nan=False)
counts = st.integers(0, 10**9)
events = st.one_of(
    st.builds(Started, pid=counts, device=st.text(), max_iters=counts, total_samples=counts),
    st.builds(
        Iteration,
        iteration=counts,
        max_iters=counts,
        losses=st.dictionaries(st.text(), numbers),
        lr=numbers,
        seconds_per_iteration=numbers,
        eta=st.none() | numbers,
        accuracy=st.none() | numbers,
        images_per_second=st.none() | numbers,
        data_seconds=st.none() | numbers,
        gpu_percent=st.none() | numbers,
        epoch=st.none() | numbers,
    ),
    st.builds(Message, text=st.text()),
    st.builds(
        Failed,
        reason=st.text(),
        traceback=st.text(),
        suggestion=st.none() | st.dictionaries(st.text(), counts),
    ),
    st.builds(Paused, iteration=counts, seconds=st.none() | numbers),
    st.builds(
        Preview, iteration=counts, sample=st.text(), path=st.text(), dice=st.none() | numbers
    ),
    st.builds(Checkpoint, iteration=counts, path=st.text(), best=st.booleans()),
    st.builds(Heartbeat),
)


@given(events)
def test_that_every_event_survives_the_way_through_the_file(event):
    line = event.model_dump_json()
    assert "\n" not in line
    assert parse_event(line) == event


@given(st.lists(events, max_size=5), st.integers(0, 2000))
def test_that_a_tail_never_loses_or_repeats_an_event(tmp_path_factory, written, cut):
    path = tmp_path_factory.mktemp("tail") / "events.jsonl"
    data = "".join(event.model_dump_json() + "\n" for event in written).encode()
    tail = EventTail(path)
    path.write_bytes(data[:cut])  # perhaps in the middle of a line, or of a letter
    seen = tail.read()
    path.write_bytes(data)
    assert seen + tail.read() == written
    assert tail.damaged == 0


def test_that_a_loss_that_is_no_number_is_kept_as_such():
    event = Iteration(
        iteration=1, max_iters=2, losses={"loss": math.nan}, lr=0.1, seconds_per_iteration=1
    )
    line = event.model_dump_json()
    json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    read = parse_event(line)
    assert isinstance(read, Iteration)
    assert math.isnan(read.losses["loss"])


def test_that_an_unknown_event_is_an_error_in_words():
    with pytest.raises(PetsegError, match="cannot be read"):
        parse_event('{"type": "birthday", "time": 1}')


def test_that_a_key_from_a_newer_program_does_not_hurt():
    assert isinstance(parse_event('{"type":"heartbeat","time":1,"mood":"good"}'), Heartbeat)


def test_that_a_damaged_line_hides_no_other(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text(
        Heartbeat(time=1).model_dump_json()
        + '\n{"type": "iterat\n\x00\x00\n'
        + Heartbeat(time=2).model_dump_json()
        + "\n"
    )
    tail = EventTail(path)
    assert [event.time for event in tail.read()] == [1, 2]
    assert tail.damaged == 2


def test_that_a_missing_file_has_no_events_yet(tmp_path):
    tail = EventTail(tmp_path / "events.jsonl")
    assert tail.read() == []
    with EventWriter(tmp_path / "events.jsonl") as writer:
        writer.write(Heartbeat())
    assert len(tail.read()) == 1


def test_that_writing_goes_on_after_a_half_line_of_a_killed_writer(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"type":"heartb')
    with EventWriter(path) as writer:
        writer.write(Message(text="resumed"))
    assert [event.type for event in read_events(path)] == ["message"]


@pytest.mark.parametrize("room", [0, 1, 20])
def test_that_a_full_disk_costs_an_event_and_not_the_next_one(tmp_path, monkeypatch, room):
    path = tmp_path / "events.jsonl"
    real, left = os.write, [room]

    def write(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = real(descriptor, data[: left[0]])
        left[0] -= written
        return written

    with EventWriter(path) as writer:
        writer.write(Message(text="before"))
        with monkeypatch.context() as full:
            full.setattr("core.runs.events.os.write", write)
            for _ in range(2):
                with pytest.raises(OSError, match="No space"):
                    writer.write(Message(text="lost"))
        writer.write(Message(text="the disk was full"))
    assert [event.text for event in read_events(path)] == ["before", "the disk was full"]


def test_that_a_line_that_is_taken_in_parts_is_whole(tmp_path, monkeypatch):
    path = tmp_path / "events.jsonl"
    real = os.write
    monkeypatch.setattr("core.runs.events.os.write", lambda to, data: real(to, data[:7]))
    with EventWriter(path) as writer:
        writer.write(Message(text="in parts"))
    assert [event.text for event in read_events(path)] == ["in parts"]


def test_that_lines_of_several_threads_do_not_mix(tmp_path):
    path = tmp_path / "events.jsonl"
    with EventWriter(path) as writer:
        threads = [
            threading.Thread(
                target=lambda: [writer.write(Message(text="x" * 9000)) for _ in range(20)]
            )
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(read_events(path)) == 80


def test_that_a_file_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(PetsegError, match=r"events\.jsonl"):
        EventWriter(tmp_path / "no such folder" / "events.jsonl")


def test_that_files_of_before_the_newer_keys_are_still_read():
    old = (
        '{"type":"iteration","time":1,"iteration":1,"max_iters":2,"losses":{"loss":1.0},"lr":0.1,'
        '"seconds_per_iteration":1.0}'
    )
    read = parse_event(old)
    assert isinstance(read, Iteration)
    assert (read.accuracy, read.gpu_percent, read.epoch) == (None, None, None)
    failed = parse_event('{"type":"failed","time":1,"reason":"x"}')
    assert isinstance(failed, Failed)
    assert failed.suggestion is None


def test_that_a_paused_run_is_paused_until_it_is_started_again():
    progress = RunProgress()
    progress.add(Started(pid=1, device="cpu", max_iters=10, total_samples=5))
    progress.add(Paused(iteration=4))
    assert (progress.ended, progress.iteration) == (RunState.PAUSED, 4)
    assert "resume" in progress.reason.lower()
    progress.add(Started(pid=2, device="cpu", max_iters=10, total_samples=5, iteration=4))
    assert (progress.ended, progress.reason) == (None, "")


def test_that_exactly_finished_failed_paused_and_stopped_are_terminal():
    assert Finished(iteration=1, seconds=1).terminal
    assert Failed(reason="x").terminal
    assert Stopped(iteration=1, reason="stop").terminal
    assert Paused(iteration=1).terminal
    assert not Heartbeat().terminal


def test_that_the_keys_of_the_files_are_the_documented_ones():
    validation = Validation(
        time=1,
        iteration=100,
        mDice=71.2,
        mAcc=70.0,
        aAcc=90.0,
        classes=[{"name": "cat", "dice": 60.0, "acc": 61.0, "iou": None}],
    )
    assert json.loads(validation.model_dump_json()) == {
        "type": "validation",
        "time": 1.0,
        "iteration": 100,
        "mDice": 71.2,
        "mAcc": 70.0,
        "aAcc": 90.0,
        "classes": [{"name": "cat", "dice": 60.0, "acc": 61.0, "iou": None}],
    }
    end = Finished(time=1, iteration=5, seconds=2, best=BestScore(mDice=80, iteration=4))
    assert json.loads(end.model_dump_json())["best"] == {"mDice": 80.0, "iteration": 4}
