"""Predicting a list of photos: resuming, batching, writing, one bad photo never stopping the rest.

Masks are judged on the way (`core.evaluation.suspects`), where that is asked for.

Loaded only by worker processes (through them it runs beside torch, but imports none of it).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import PetsegError
from core.evaluation.predicting.batching import Ready, Todo, batches
from core.evaluation.predicting.checkpoints import CheckpointFile
from core.evaluation.predicting.files import (
    CONFIDENCE_FOLDER,
    CheckpointNote,
    PredictionManifest,
    encode_confidence,
    load_manifest,
    save_manifest,
    split_folder,
)
from core.evaluation.predicting.locking import split_lock
from core.evaluation.predicting.messages import (
    FailedSample,
    PredictionResult,
    PredictItem,
    PredictRequest,
)
from core.evaluation.suspects.files import FOLDER as QUALITY_FOLDER
from core.evaluation.suspects.judging import MaskJudge, ReadMask, Stamp
from core.files import atomic_write
from core.images import encode_mask

if TYPE_CHECKING:
    from core.evaluation.predicting.outputs import Output
    from core.evaluation.predicting.segmenter import Segmenter

_READ_AHEAD = 40
_SECONDS_BETWEEN_NOTES = 2.0


class PredictionJob:
    """The work of one request.

    Args:
        request: What to predict.
        checkpoint: The checkpoint in use.
        load: Gives the model; only called when there is something to predict.
        report: Called with (done, total).
        say: Called with sentences for the user.
        cancelled: True ends the work after the batch at hand.
    """

    def __init__(
        self,
        request: PredictRequest,
        checkpoint: CheckpointFile,
        *,
        load: Callable[[], Segmenter],
        report: Callable[[int, int], None],
        say: Callable[[str], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._request = request
        self._checkpoint = checkpoint
        self._load = load
        self._report = report
        self._say = say
        self._cancelled = cancelled
        self._folder = split_folder(request.run, request.split)
        self._noted = time.monotonic()
        self._failed: list[FailedSample] = []
        self._unjudged: list[FailedSample] = []
        self._predicted = 0
        self._reused = 0
        self._done = 0

    def _look(self) -> None:
        """See what is there, once nobody else can change it."""
        request, note = self._request, CheckpointNote.of(self._checkpoint)
        known = load_manifest(request.run, request.split)
        is_ours = known is not None and (known.checkpoint, known.augment) == (note, request.augment)
        if known is not None and is_ours:
            self._manifest, self._is_fresh = known, False
        else:
            manifest = PredictionManifest(checkpoint=note, augment=request.augment)
            self._manifest, self._is_fresh = manifest, True
        self._judge = (
            MaskJudge(request.run, request.split, request.labels, note, request.augment)
            if request.labels is not None
            else None
        )

    def run(self) -> PredictionResult:
        """Predict and judge everything that this checkpoint has not done yet.

        Raises:
            PetsegError: another program predicts the split, or the model cannot be used.
        """
        with split_lock(self._folder):
            self._look()
            return self._run()

    def _run(self) -> PredictionResult:
        begun = time.monotonic()
        items = self._request.items
        todo = [each for item in items if (each := self._todo(item)) is not None]
        self._reused = len(items) - len(self._failed) - sum(each.predict for each in todo)
        self._done = len(items) - len(todo)
        self._report(self._done, len(items))
        device = ""
        if todo and not self._cancelled():
            segmenter = self._load()
            device = str(segmenter.device)
            self._discard_others()
            if self._fits_the_classes(segmenter):
                self._predict(todo, segmenter)
            else:
                only = [each for each in todo if each.predict]
                self._done += len(todo) - len(only)
                self._predict(only, segmenter)
            self._save()
        elif self._judge is not None and not self._is_fresh:
            self._judge.save()  # times of files that were touched, but not changed
        return PredictionResult(
            split=self._request.split,
            checkpoint=self._checkpoint.path.name,
            iteration=self._checkpoint.iteration,
            device=device,
            predicted=self._predicted,
            reused=self._reused,
            failed=tuple(self._failed),
            judged=self._judge.judged if self._judge is not None else 0,
            unjudged=tuple(self._unjudged),
            cancelled=self._done < len(items),
            seconds=time.monotonic() - begun,
        )

    def _predict(self, todo: list[Todo], segmenter: Segmenter) -> None:
        pixels = int(segmenter.pixels_per_batch / self._request.augment.largest**2)
        with (
            ThreadPoolExecutor(2, thread_name_prefix="read") as readers,
            ThreadPoolExecutor(2, thread_name_prefix="write") as writers,
        ):
            photos = self._photos(todo, segmenter, readers)
            try:
                for batch in batches(photos, pixels):
                    if self._cancelled():
                        return
                    self._predict_batch(batch, segmenter, writers)
                    self._report(self._done, len(self._request.items))
                    self._note_now_and_then()
            finally:
                photos.close()

    def _predict_batch(
        self, batch: list[Ready], segmenter: Segmenter, writers: ThreadPoolExecutor
    ) -> None:
        try:
            outputs = segmenter.predict(
                [each.photo for each in batch],
                self._request.augment,
                [each.mask.labels if isinstance(each.mask, ReadMask) else None for each in batch],
            )
        except PetsegError as error:
            for each in batch:
                self._fail(each.todo.item, error)
            return
        pairs = list(zip(batch, outputs, strict=True))
        # A prediction is noted only when it is on disk; a full disk ends the job with its reason.
        for each, problem in writers.map(lambda pair: self._write(*pair), pairs):
            item = each.todo.item
            if each.todo.predict:
                self._manifest.images[item.stem] = each.todo.photo
                self._predicted += 1
            if problem is not None:
                self._refuse(item, problem)
            self._done += 1

    def _photos(
        self, todo: Iterable[Todo], segmenter: Segmenter, readers: ThreadPoolExecutor
    ) -> Generator[Ready, None, None]:
        """Read photos and masks some steps ahead of the model."""
        waiting: deque[tuple[Todo, Future[Ready]]] = deque()
        source = iter(todo)
        try:
            while True:
                while len(waiting) < _READ_AHEAD and (each := next(source, None)) is not None:
                    waiting.append((each, readers.submit(self._read, each, segmenter)))
                if not waiting:
                    return
                each, future = waiting.popleft()
                try:
                    ready = future.result()
                except PetsegError as error:
                    self._fail(each.item, error)
                    continue
                yield ready
        finally:
            for _, future in waiting:
                future.cancel()

    def _read(self, todo: Todo, segmenter: Segmenter) -> Ready:
        photo = segmenter.prepare(todo.item.image)
        mask: ReadMask | PetsegError | None = None
        if todo.judge and self._judge is not None:
            try:
                mask = self._judge.read(todo.item)
            except PetsegError as error:
                mask = error
        return Ready(todo, photo, mask)

    def _write(self, each: Ready, output: Output) -> tuple[Ready, PetsegError | None]:
        """Write a prediction and judge the mask; the second value is why it cannot be judged."""
        if each.todo.predict:
            name, run = f"{each.todo.item.stem}.png", self._request.run
            confidence = encode_confidence(output.confidence)
            atomic_write(self._folder / CONFIDENCE_FOLDER / name, confidence, within=run)
            atomic_write(self._folder / name, encode_mask(output.classes), within=run)
        if self._judge is None or each.mask is None:
            return each, None
        if isinstance(each.mask, PetsegError):
            return each, each.mask
        if output.given is None:
            return each, _other_size(each, output)
        try:
            self._judge.judge(
                each.todo.item, each.todo.photo, each.mask,
                output.given, output.classes, output.confidence,
            )  # fmt: skip
        except PetsegError as error:
            return each, error
        return each, None

    def _fail(self, item: PredictItem, error: PetsegError) -> None:
        self._failed.append(FailedSample(sample=item.sample, reason=str(error)))
        self._done += 1
        self._say(f"{item.sample} was left out. {error}")

    def _refuse(self, item: PredictItem, error: PetsegError) -> None:
        assert self._judge is not None
        self._judge.refuse(item, error)
        self._unjudged.append(FailedSample(sample=item.sample, reason=str(error)))
        self._say(f"The mask of {item.sample} was not judged. {error}")

    def _fits_the_classes(self, segmenter: Segmenter) -> bool:
        """Whether masks can be judged; what the model's and the dataset's classes are otherwise."""
        if self._judge is None:
            return False
        reason = segmenter.other_classes(self._judge.task.classes)
        if reason:
            self._say(f"The masks are not judged: {reason}")
            self._judge = None
        return not reason

    def _todo(self, item: PredictItem) -> Todo | None:
        photo = self._stamp(item)
        if photo is None:
            return None
        is_known = self._manifest.images.get(item.stem) == photo
        predict = not (is_known and (self._folder / f"{item.stem}.png").is_file())
        judge = self._judge is not None and self._judge.needs(item, photo)
        return Todo(item, photo, predict, judge) if predict or judge else None

    def _stamp(self, item: PredictItem) -> Stamp | None:
        """The photo's time and size; None when it is not there."""
        try:
            status = item.image.stat()
        except OSError as error:
            self._fail(
                item,
                PetsegError(
                    f"The image cannot be opened ({error.strerror or error})",
                    path=item.image,
                    remedy="Restore the file, or exclude the sample.",
                ),
            )
            return None
        return status.st_mtime_ns, status.st_size

    def _discard_others(self) -> None:
        # Predictions of two checkpoints in one folder would give figures of neither, so those of
        # another one (or from other views) go, as soon as this one has shown that it can be loaded.
        if not self._is_fresh:
            return
        for path in _files(self._folder):
            path.unlink(missing_ok=True)
        self._save()

    def _save(self) -> None:
        save_manifest(self._request.run, self._request.split, self._manifest)
        if self._judge is not None:
            self._judge.save()
        self._noted = time.monotonic()

    def _note_now_and_then(self) -> None:
        if time.monotonic() - self._noted > _SECONDS_BETWEEN_NOTES:
            self._save()


def _files(folder: Path) -> list[Path]:
    return [
        *folder.glob("*.png"),
        *(folder / CONFIDENCE_FOLDER).glob("*.png"),
        *(folder / QUALITY_FOLDER).glob("*.json"),
    ]


def _other_size(each: Ready, output: Output) -> PetsegError:
    assert isinstance(each.mask, ReadMask)
    (height, width), (rows, columns) = each.mask.labels.shape, output.classes.shape
    return PetsegError(
        f"The mask is {width}×{height} pixels, but the photo {columns}×{rows}",
        path=each.todo.item.mask,
        remedy="Draw it anew at the photo's size.",
    )
