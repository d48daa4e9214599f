"""Predicting a list of photos: resuming, batching, writing, one bad photo never stopping the rest.

Loaded only by worker processes (through them it runs beside torch, but imports none of it).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import PetsegError
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
from core.evaluation.predicting.messages import (
    FailedSample,
    PredictionResult,
    PredictItem,
    PredictRequest,
)
from core.files import atomic_write
from core.images import encode_mask

if TYPE_CHECKING:
    from core.evaluation.predicting.segmenter import Output, Prepared, Segmenter

_LARGEST_BATCH = 32
_READ_AHEAD = 40
_SECONDS_BETWEEN_NOTES = 2.0

Stamp = tuple[int, int]


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
        note = CheckpointNote.of(checkpoint)
        known = load_manifest(request.run, request.split)
        if known is not None and known.checkpoint == note:
            self._manifest, self._is_fresh = known, False
        else:
            self._manifest, self._is_fresh = PredictionManifest(checkpoint=note), True
        self._noted = time.monotonic()
        self._failed: list[FailedSample] = []
        self._predicted = 0
        self._reused = 0

    def run(self) -> PredictionResult:
        """Predict everything that this checkpoint has not predicted yet."""
        begun = time.monotonic()
        items = self._request.items
        todo = [(item, stamp) for item in items if (stamp := self._stamp_if_needed(item))]
        self._reused = len(items) - len(todo) - len(self._failed)
        self._report(len(items) - len(todo), len(items))
        device = ""
        if todo and not self._cancelled():
            segmenter = self._load()
            device = str(segmenter.device)
            self._discard_others()
            self._predict(todo, segmenter)
            self._save_manifest()
        return PredictionResult(
            split=self._request.split,
            checkpoint=self._checkpoint.path.name,
            iteration=self._checkpoint.iteration,
            device=device,
            predicted=self._predicted,
            reused=self._reused,
            failed=tuple(self._failed),
            cancelled=self._reused + self._predicted + len(self._failed) < len(items),
            seconds=time.monotonic() - begun,
        )

    def _predict(self, todo: list[tuple[PredictItem, Stamp]], segmenter: Segmenter) -> None:
        stamps = {item.stem: stamp for item, stamp in todo}
        total = len(self._request.items)
        with (
            ThreadPoolExecutor(2, thread_name_prefix="read") as readers,
            ThreadPoolExecutor(2, thread_name_prefix="write") as writers,
        ):
            photos = self._photos((item for item, _ in todo), segmenter, readers)
            try:
                for batch in _batches(photos, segmenter.pixels_per_batch):
                    if self._cancelled():
                        return
                    self._predict_batch(batch, stamps, segmenter, writers)
                    self._report(self._reused + self._predicted + len(self._failed), total)
                    self._note_now_and_then()
            finally:
                photos.close()

    def _predict_batch(
        self,
        batch: list[tuple[PredictItem, Prepared]],
        stamps: dict[str, Stamp],
        segmenter: Segmenter,
        writers: ThreadPoolExecutor,
    ) -> None:
        try:
            outputs = segmenter.predict([prepared for _, prepared in batch])
        except PetsegError as error:
            for item, _ in batch:
                self._fail(item, error)
            return
        pairs = [(item, output) for (item, _), output in zip(batch, outputs, strict=True)]
        # A prediction is noted only when it is on disk; a full disk ends the job with its reason.
        for item in writers.map(lambda pair: self._write(*pair), pairs):
            self._manifest.images[item.stem] = stamps[item.stem]
            self._predicted += 1

    def _photos(
        self, items: Iterable[PredictItem], segmenter: Segmenter, readers: ThreadPoolExecutor
    ) -> Generator[tuple[PredictItem, Prepared], None, None]:
        """Read photos some steps ahead of the model."""
        waiting: deque[tuple[PredictItem, Future[Prepared]]] = deque()
        source = iter(items)
        try:
            while True:
                while len(waiting) < _READ_AHEAD and (item := next(source, None)) is not None:
                    waiting.append((item, readers.submit(segmenter.prepare, item.image)))
                if not waiting:
                    return
                item, future = waiting.popleft()
                try:
                    prepared = future.result()
                except PetsegError as error:
                    self._fail(item, error)
                    continue
                yield item, prepared
        finally:
            for _, future in waiting:
                future.cancel()

    def _write(self, item: PredictItem, output: Output) -> PredictItem:
        name = f"{item.stem}.png"
        atomic_write(self._folder / CONFIDENCE_FOLDER / name, encode_confidence(output.confidence))
        atomic_write(self._folder / name, encode_mask(output.classes))
        return item

    def _fail(self, item: PredictItem, error: PetsegError) -> None:
        self._failed.append(FailedSample(sample=item.sample, reason=str(error)))
        self._say(f"{item.sample} was left out. {error}")

    def _stamp_if_needed(self, item: PredictItem) -> Stamp | None:
        """The photo's time and size when it is to be predicted, else None."""
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
        stamp = status.st_mtime_ns, status.st_size
        is_known = self._manifest.images.get(item.stem) == stamp
        return None if is_known and (self._folder / f"{item.stem}.png").is_file() else stamp

    def _discard_others(self) -> None:
        # Predictions of two checkpoints in one folder would give figures of neither, so those of
        # another one go, as soon as the new one has shown that it can be loaded.
        if not self._is_fresh:
            return
        for path in _pngs(self._folder):
            path.unlink(missing_ok=True)
        self._save_manifest()

    def _save_manifest(self) -> None:
        save_manifest(self._request.run, self._request.split, self._manifest)
        self._noted = time.monotonic()

    def _note_now_and_then(self) -> None:
        if time.monotonic() - self._noted > _SECONDS_BETWEEN_NOTES:
            self._save_manifest()


def _pngs(folder: Path) -> list[Path]:
    return [*folder.glob("*.png"), *(folder / CONFIDENCE_FOLDER).glob("*.png")]


def _batches(
    photos: Iterable[tuple[PredictItem, Prepared]], pixels: int
) -> Iterator[list[tuple[PredictItem, Prepared]]]:
    """Group photos of one shape that follow each other, up to that many pixels."""
    batch: list[tuple[PredictItem, Prepared]] = []
    for item, prepared in photos:
        height, width = prepared.shape[-2:]
        room = max(1, min(_LARGEST_BATCH, pixels // (height * width)))
        if batch and (batch[0][1].shape != prepared.shape or len(batch) >= room):
            yield batch
            batch = []
        batch.append((item, prepared))
    if batch:
        yield batch
