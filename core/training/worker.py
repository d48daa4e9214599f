"""The worker process of a run: `python -P -m core.training.worker RUN_DIR`.

It keeps the promise that a run's events end with a terminal one whatever happens, short of the
process being killed. Torch is imported inside, so that even a broken installation is reported as an
event.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType

from core.errors import PetsegError
from core.runs.events import Event, EventWriter, Failed, Finished, Stopped, read_events
from core.runs.progress import RunProgress
from core.runs.record import load_record
from core.runs.store import Run
from core.runs.worker_file import write_worker_file
from core.training.failure import import_failure, reason_for

_PACKAGES = ("torch", "mmengine", "mmcv", "mmseg")


class _Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


def main(arguments: list[str] | None = None) -> int:
    """Work on the run whose folder is given.

    Returns:
        0 when the run finished or was stopped, 1 when it failed.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    if len(arguments) != 1:
        sys.stderr.write("usage: python -P -m core.training.worker RUN_DIR\n")
        return 2
    folder = Path(arguments[0]).resolve()
    write_worker_file(folder, os.getpid())
    with EventWriter(folder / "events.jsonl") as events:
        end: Event = Failed(reason="The worker ended without saying why.")
        try:
            signal.signal(signal.SIGTERM, _on_terminate)
            end = _work(folder, events)
        except _Terminated:
            end = Stopped(iteration=_iteration(folder), reason="cancel")
        except BaseException as error:
            end = _failure(error)
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            events.write(end)
    _note_end(folder)
    return 1 if isinstance(end, Failed) else 0


def _work(folder: Path, events: EventWriter) -> Event:
    record = load_record(folder)
    _prepare_environment(record.device)
    for package in _PACKAGES:
        try:
            importlib.import_module(package)
        except Exception as error:
            # A damaged package may raise anything while it is imported.
            traceback.print_exc()
            return Failed(reason=import_failure(package, error))
    from core.training.engine.hooks import Cancelled
    from core.training.engine.session import train

    try:
        outcome = train(folder, events)
    except Cancelled:
        return Stopped(iteration=_iteration(folder), reason="cancel")
    if outcome.stopped:
        return Stopped(
            iteration=outcome.iteration,
            reason="stop",
            seconds=outcome.seconds,
            best=outcome.best,
        )
    return Finished(iteration=outcome.iteration, seconds=outcome.seconds, best=outcome.best)


def _prepare_environment(wanted: str) -> None:
    """Set what torch reads once, when it is imported."""
    # Threads of torch that wait for each other sleep instead of spinning: on an idle machine that
    # costs little, and beside a busy window or another job it makes a step several times faster.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # CUDA sees only the device that was asked for.
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    if wanted == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    elif wanted.startswith("cuda:"):
        os.environ["CUDA_VISIBLE_DEVICES"] = wanted.removeprefix("cuda:")


def _on_terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


def _failure(error: BaseException) -> Failed:
    if isinstance(error, PetsegError):
        sys.stderr.write(f"{error}\n")
        return Failed(reason=str(error))
    text = "".join(traceback.format_exception(error))
    sys.stderr.write(text)
    return Failed(reason=reason_for(error), traceback=text)


def _iteration(folder: Path) -> int:
    progress = RunProgress()
    for event in read_events(folder / "events.jsonl"):
        progress.add(event)
    return progress.iteration


def _note_end(folder: Path) -> None:
    """Write the end into run.json too, in case nobody supervises the run."""
    run = Run(folder)
    progress = run.progress()
    if progress.ended is not None:
        run.update(state=progress.ended, reason=progress.reason, best=progress.best)


if __name__ == "__main__":
    sys.exit(main())
