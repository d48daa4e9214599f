"""Asking the prediction worker, from the window or from a command.

No torch and no Qt here: the worker is another process. One that dies gives an error with its
reason, and the next call starts a fresh one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from types import TracebackType
from typing import Any

from core.dataset import Dataset, Sample, open_dataset
from core.errors import PetsegError
from core.evaluation.errors.background import background_of
from core.evaluation.predicting.augmentation import PLAIN, Augmentation
from core.evaluation.predicting.files import RunLike, load_manifest, samples_of_split
from core.evaluation.predicting.messages import (
    FailedSample,
    LabelTask,
    PredictionResult,
    PredictItem,
    PredictRequest,
    Reply,
)
from core.evaluation.predicting.worker_process import WorkerGone, WorkerProcess
from core.runs.record import load_record

__all__ = ["FailedSample", "PredictionClient", "PredictionResult"]

# A callback is asked this often whether to cancel, while the worker is silent.
_TICK_SECONDS = 0.1
# A batch on a slow machine may take long; the worker is killed when it does not stop by then.
_CANCEL_SECONDS = 30.0


class PredictionClient:
    """Starts the worker at the first request and keeps it, with its model, for the next ones.

    Requests from several threads are answered one after the other. Use it as a context manager,
    or call `close()`, which any thread may do, also while another one waits for a prediction.
    """

    def __init__(self) -> None:
        self._requests = threading.Lock()
        self._state = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._closed = False
        self._last_id = 0

    def __enter__(self) -> PredictionClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def predict(
        self,
        run: RunLike,
        split: str,
        *,
        dataset: Dataset | None = None,
        device: str = "auto",
        augment: Augmentation | None = None,
        label_set: str | None = None,
        samples: Collection[str] | None = None,
        on_progress: Callable[[int, int], None] | None = None,
        on_message: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> PredictionResult:
        """Predict a split with a run's best checkpoint, and wait for it.

        What that checkpoint has predicted before is kept. Samples that cannot be predicted are
        listed in the result; the rest goes on. Calls back on the calling thread.

        Args:
            run: The run.
            split: The split.
            dataset: Where the photos are; by default the dataset that `run.json` names.
            device: `auto`, `cpu` or `cuda:N`.
            augment: From which views (test-time augmentation); what was predicted from others is
                predicted anew. None goes on as the split was predicted before.
            label_set: Judge the masks of this label set too: how probable each label is, stored
                beside the predictions (`core.evaluation.suspects`). Masks that were judged and are
                still the same are not judged again.
            samples: Ids of the samples to predict; all of the split by default.
            on_progress: Called with (samples done, samples in all).
            on_message: Called with sentences on what goes on or went wrong with a sample.
            cancelled: Asked now and then; True ends the work. What is predicted stays.

        Raises:
            PetsegError: the run has no usable checkpoint or config, the split, label set or device
                does not exist, the dataset is not where it was, or the worker died.
        """
        dataset = dataset or _dataset_of(run)
        labels = None if label_set is None else _label_task(dataset, label_set)
        # The worker knows no dataset: "all" of one without splits is "" in the files.
        folder = split if dataset.splits else ""
        if augment is None:
            manifest = load_manifest(run.folder, folder)
            augment = manifest.augment if manifest else PLAIN
        items = _items(samples_of_split(dataset, split), samples, label_set)
        if not items:
            raise PetsegError(
                f"There is no photo to predict in {split or 'the dataset'}", path=dataset.root
            )
        is_cancelled = cancelled or (lambda: False)
        while not self._requests.acquire(timeout=_TICK_SECONDS):
            if is_cancelled():
                return _nothing_done(split)
        try:
            worker = self._running_worker()
            self._last_id += 1
            request = PredictRequest(
                id=self._last_id,
                run=run.folder,
                split=folder,
                device=device,
                items=items,
                augment=augment,
                labels=labels,
            )
            worker.send(request)
            conversation = _Conversation(worker, request.id, on_progress, on_message, is_cancelled)
            return conversation.result()
        except WorkerGone as gone:
            raise self._death(gone) from None
        finally:
            self._requests.release()

    def close(self) -> None:
        """End the worker. A prediction that goes on in another thread fails with an error."""
        with self._state:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker; None while there is none."""
        with self._state:
            worker = self._worker
        return worker.pid if worker is not None and worker.is_alive() else None

    def _running_worker(self) -> WorkerProcess:
        with self._state:
            if self._closed:
                raise PetsegError("The prediction worker was closed", remedy="Predict once more.")
            if self._worker is None or not self._worker.is_alive():
                self._worker = WorkerProcess()
            return self._worker

    def _death(self, gone: WorkerGone) -> PetsegError:
        with self._state:
            closed = self._closed
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
        if closed:
            return PetsegError("The prediction was ended because its worker was closed")
        return gone.as_error()


class _Conversation:
    """One request and the replies to it."""

    def __init__(
        self,
        worker: WorkerProcess,
        request_id: int,
        on_progress: Callable[[int, int], None] | None,
        on_message: Callable[[str], None] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._worker = worker
        self._id = request_id
        self._on_progress = on_progress
        self._on_message = on_message
        self._cancelled = cancelled
        self._give_up: float | None = None

    def result(self) -> PredictionResult:
        try:
            while True:
                self._pass_on_cancel()
                reply = self._worker.receive(_TICK_SECONDS)
                if reply is None or reply.id != self._id:
                    continue
                if reply.error is not None:
                    raise PetsegError(reply.error)
                if reply.done is not None:
                    return reply.done
                self._tell(reply)
        except (WorkerGone, PetsegError):
            raise
        except BaseException:
            # A callback failed, or Ctrl+C: nobody waits for this request any more.
            self._worker.cancel()
            raise

    def _tell(self, reply: Reply) -> None:
        if reply.progress is not None and self._on_progress is not None:
            self._on_progress(*reply.progress)
        if reply.message is not None and self._on_message is not None:
            self._on_message(reply.message)

    def _pass_on_cancel(self) -> None:
        if self._give_up is None:
            if self._cancelled():
                self._worker.cancel()
                self._give_up = time.monotonic() + _CANCEL_SECONDS
        elif time.monotonic() > self._give_up:
            self._worker.kill()


def _dataset_of(run: RunLike) -> Dataset:
    root = load_record(run.folder).dataset.root
    if not root.is_dir():
        raise PetsegError(
            f"The dataset of the run {run.name} is not where it was",
            path=root,
            remedy="Open the dataset where it is now, and predict from there.",
        )
    return open_dataset(root)


def _label_task(dataset: Dataset, label_set: str) -> LabelTask:
    return LabelTask(
        label_set=dataset.require_label_set(label_set),
        classes=tuple(info.name for info in dataset.classes),
        ignore_index=dataset.ignore_index,
        background=background_of(dataset),
        coding=dataset.coding,
    )


def _items(
    samples: Iterable[Sample], wanted: Collection[str] | None, label_set: str | None
) -> tuple[PredictItem, ...]:
    ids = None if wanted is None else set(wanted)
    return tuple(
        PredictItem(
            sample=sample.id,
            stem=sample.stem,
            image=sample.image,
            mask=sample.masks.get(label_set) if label_set is not None else None,
        )
        for sample in samples
        if sample.image is not None and (ids is None or sample.id in ids)
    )


def _nothing_done(split: str) -> PredictionResult:
    empty: dict[str, Any] = {"checkpoint": "", "iteration": None, "device": ""}
    return PredictionResult(split=split, predicted=0, reused=0, cancelled=True, seconds=0, **empty)
