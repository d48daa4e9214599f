"""The events of a run: one JSON object a line in `events.jsonl`, the run's one source of truth.

The worker appends with an `EventWriter`; anybody may follow with an `EventTail` while it does.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import PetsegError


class _Event(BaseModel):
    """What all events share: the moment they were made, in seconds since 1970."""

    # A newer program may add keys; an older one reads what it knows. NaN is written as "NaN",
    # because a diverged loss is worth plotting and plain JSON has no word for it.
    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="strings")

    terminal: ClassVar[bool] = False
    """Whether nothing comes after this event."""

    time: float = Field(default_factory=time.time)


class BestScore(BaseModel):
    """The best validation so far: mDice in percent, and the iteration it was measured at."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    mDice: float  # noqa: N815 - the study's spelling, fixed in the files
    iteration: int


class ClassScore(BaseModel):
    """One class in a validation, in percent; None where there is nothing to divide by."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    name: str
    dice: float | None
    acc: float | None
    iou: float | None


class Started(_Event):
    """The worker has built everything and begins to train.

    Attributes:
        pid: The worker's process id.
        device: `cpu` or `cuda:N`, as chosen.
        max_iters: Iterations the run is planned to have.
        total_samples: Number of training samples in use.
        val_samples: Number of validation samples in use.
        iteration: Iterations done before, when the run was resumed.
    """

    type: Literal["started"] = "started"
    pid: int
    device: str
    max_iters: int
    total_samples: int
    val_samples: int = 0
    iteration: int = 0


class Iteration(_Event):
    """Figures of one training iteration (not every iteration is reported).

    Attributes:
        losses: `loss` is the sum that was minimised; the other keys are its terms.
        lr: Learning rate of the first parameter group.
        seconds_per_iteration: Smoothed over the last iterations, validation not counted.
        eta: Seconds until the end of the run, validations included; None while unknown.
        memory_mb: Resident memory on the CPU, or the peak of the CUDA allocator.
        accuracy: Pixels of this batch that the decoder got right, in percent (MMSegmentation's
            `acc_seg`); None where the model does not say.
        images_per_second: Images trained on per second, validation not counted.
        data_seconds: Seconds of an iteration spent waiting for its batch, smoothed as
            `seconds_per_iteration` is.
        gpu_percent: How busy the GPU is, 0 to 100; None without a GPU or its monitoring library.
        epoch: How often the training samples have been seen.
    """

    type: Literal["iteration"] = "iteration"
    iteration: int
    max_iters: int
    losses: dict[str, float]
    lr: float
    seconds_per_iteration: float
    eta: float | None = None
    memory_mb: float | None = None
    accuracy: float | None = None
    images_per_second: float | None = None
    data_seconds: float | None = None
    gpu_percent: float | None = None
    epoch: float | None = None


class Validation(_Event):
    """The metrics on the validation split after an iteration, in percent, dataset-pooled."""

    type: Literal["validation"] = "validation"
    iteration: int
    mDice: float  # noqa: N815 - the study's spelling, fixed in the files
    mAcc: float  # noqa: N815
    aAcc: float  # noqa: N815
    classes: list[ClassScore]


class Preview(_Event):
    """A prediction of one fixed validation sample was written.

    Attributes:
        sample: The sample's id.
        path: An 8-bit PNG of class indices, relative to the run's folder (below `previews/`).
        dice: Mean Dice of this one image in percent; None where nothing can be measured.
    """

    type: Literal["preview"] = "preview"
    iteration: int
    sample: str
    path: str
    dice: float | None = None


class Checkpoint(_Event):
    """A checkpoint was written; `path` is relative to the run's folder."""

    type: Literal["checkpoint"] = "checkpoint"
    iteration: int
    path: str
    best: bool = False


class Heartbeat(_Event):
    """The worker lives, although there is nothing else to report."""

    type: Literal["heartbeat"] = "heartbeat"


class Message(_Event):
    """A sentence for the run's log."""

    type: Literal["message"] = "message"
    level: Literal["info", "warning", "error"] = "info"
    text: str


class Finished(_Event):
    """The run did all its iterations. `seconds` is the wall time since `started`."""

    type: Literal["finished"] = "finished"
    terminal: ClassVar[bool] = True
    iteration: int
    seconds: float
    best: BestScore | None = None


class Failed(_Event):
    """The run ended with an error: `reason` is one sentence for a person.

    Attributes:
        suggestion: Form fields with which it would work, such as `{"batch_size": 4}`.
    """

    type: Literal["failed"] = "failed"
    terminal: ClassVar[bool] = True
    reason: str
    traceback: str = ""
    suggestion: dict[str, Any] | None = None


class Paused(_Event):
    """The run was saved after an iteration and its process ended; it goes on when resumed."""

    type: Literal["paused"] = "paused"
    terminal: ClassVar[bool] = True
    iteration: int
    seconds: float | None = None
    best: BestScore | None = None


class Stopped(_Event):
    """The run ended early because somebody asked for it (`stop`: saved and validated)."""

    type: Literal["stopped"] = "stopped"
    terminal: ClassVar[bool] = True
    iteration: int
    reason: Literal["stop", "cancel"]
    seconds: float | None = None
    best: BestScore | None = None


Event = Annotated[
    Started
    | Iteration
    | Validation
    | Preview
    | Checkpoint
    | Heartbeat
    | Message
    | Finished
    | Failed
    | Paused
    | Stopped,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)


def parse_event(line: str | bytes) -> Event:
    """Read one line of `events.jsonl`.

    Raises:
        PetsegError: the line is no JSON, of an unknown type, or misses a key.
    """
    try:
        return _ADAPTER.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise PetsegError(
            f"A line of the run's events cannot be read ({first['msg']})",
            remedy="The run's other events are not affected.",
        ) from error


class EventWriter:
    """Appends events to a file so that each line lands whole.

    One `write` call on a descriptor opened for appending is one line: readers never see two lines
    mixed, whichever thread wrote them. A half line left by a killed writer or a full disk is closed
    first.

    Raises:
        PetsegError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            self._torn = _ends_in_half_a_line(path)
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        except OSError as error:
            raise PetsegError(
                f"The run's events cannot be written ({error.strerror or error})",
                path=path,
                remedy="Make the folder writable, or choose another workspace.",
            ) from error

    def write(self, event: Event) -> None:
        """Append one event.

        Raises:
            OSError: it cannot be written, or not to its end. The next event begins a line of its
                own.
        """
        line = event.model_dump_json().encode() + b"\n"
        with self._lock:
            if self._torn:
                line = b"\n" + line
            # A disk that is almost full takes a part, and refuses the rest with an error.
            while line:
                line = line[os.write(self._descriptor, line) :]
                self._torn = bool(line)

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> EventWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class EventTail:
    """Follows a file of events: each `read` gives those that came since the last one.

    A missing file has no events yet. A last line without its newline is left for later. Lines that
    cannot be read are counted in `damaged` and passed over, so that one bad line does not hide a
    run.

    Args:
        path: The `events.jsonl`.
        offset: Byte to begin at.
    """

    def __init__(self, path: Path, offset: int = 0) -> None:
        self.path = path
        self.damaged = 0
        self.offset = offset

    def read(self) -> list[Event]:
        """Return the events appended since the last call, oldest first."""
        try:
            with self.path.open("rb") as stream:
                size = stream.seek(0, os.SEEK_END)
                if size <= self.offset:
                    return []
                stream.seek(self.offset)
                data = stream.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise PetsegError(
                f"The run's events cannot be read ({error.strerror or error})",
                path=self.path,
                remedy="Check that you may read the file.",
            ) from error
        end = data.rfind(b"\n") + 1
        self.offset += end
        events: list[Event] = []
        for line in data[:end].splitlines():
            if not line.strip():
                continue
            try:
                events.append(parse_event(line))
            except PetsegError:
                self.damaged += 1
        return events


def read_events(path: Path) -> list[Event]:
    """All whole events of a file; none when it does not exist."""
    return EventTail(path).read()


def _ends_in_half_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) == 0:
                return False
            stream.seek(-1, os.SEEK_END)
            return stream.read(1) != b"\n"
    except FileNotFoundError:
        return False
