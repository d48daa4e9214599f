"""The preview worker: `python -P -m core.training.engine.preview_worker`, JSON lines on stdin and
stdout. Loaded only by its own process.

It shows what a run would see and use: samples out of the very pipeline, dataset and preprocessor
that the training builds, and the resolved config. It ends when its stdin closes.
"""

from __future__ import annotations

import copy
import os
import random
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from core.errors import PetsegError
from core.files import atomic_write
from core.runs.record import load_record
from core.training.data.plan import load_data_plan
from core.training.failure import reason_for
from core.training.preview.messages import (
    AugmentedSample,
    ConfigChange,
    PreviewReply,
    PreviewRequest,
    ResolvedConfig,
    parse_request,
)
from core.training.recipes.assemble import assemble
from core.training.recipes.difference import config_changes, flatten
from core.training.recipes.reading import read_recipe
from core.training.recipes.source import config_file_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_PICTURES = "previewed"
_RUN = "RUN"
"""Stands for the run's folder, which there is not yet."""


class PreviewWorker:
    """Answers requests, one at a time.

    Args:
        replies: Where the answers go.
    """

    def __init__(self, replies: BinaryIO) -> None:
        self._replies = replies

    def serve(self, requests: BinaryIO) -> None:
        """Answer everything that comes on `requests`, until it ends."""
        for line in requests:
            try:
                request = parse_request(line)
            except ValidationError as error:
                print(f"Not a request: {error}", file=sys.stderr)  # noqa: T201 - stderr is the log
                continue
            self._answer(request)

    def _answer(self, request: PreviewRequest) -> None:
        try:
            if request.do == "config":
                self._reply(PreviewReply(id=request.id, config=_resolved(request.folder)))
                return
            for sample in _samples(request):
                self._reply(PreviewReply(id=request.id, sample=sample))
            self._reply(PreviewReply(id=request.id, done=True))
        except PetsegError as error:
            self._reply(PreviewReply(id=request.id, error=str(error)))
        # The last border before the user: whatever a config does becomes one sentence, and the
        # details go to stderr, which the client keeps.
        except Exception as error:
            traceback.print_exc()
            self._reply(PreviewReply(id=request.id, error=reason_for(error)))

    def _reply(self, reply: PreviewReply) -> None:
        self._replies.write(reply.to_line())
        self._replies.flush()


class _Configs:
    """The configs of a draft, with everything registered that they name.

    Attributes:
        source: The recipe's own.
        untouched: With the dataset put in and nothing changed by the form.
        resolved: As a training would use it.
    """

    def __init__(self, folder: Path) -> None:
        from mmengine.config import Config
        from mmseg.utils import register_all_modules

        import core.training.parts  # noqa: F401 - registers our own modules

        register_all_modules(init_default_scope=True)
        self._record = load_record(folder)
        self._plan = load_data_plan(folder)
        self._folder = folder
        path = config_file_of(folder, self._record)
        self.source: dict[str, Any] = Config.fromfile(path).to_dict()
        self.untouched = self._assembled(fields=dict(read_recipe(path).fields), overrides={})
        self.resolved = self._assembled()

    def _assembled(self, **changes: Any) -> dict[str, Any]:
        record = self._record.model_copy(update=changes)
        return assemble(self.source, record, self._plan, self._folder)

    def changes(self) -> tuple[ConfigChange, ...]:
        """What differs from the recipe, the form's changes first."""
        by_form = {key for key, _, _ in config_changes(self.untouched, self.resolved)}
        if "class_weights" in self._record.overrides:
            by_form |= {key for key, _ in flatten(self.resolved) if "class_weight" in key}
        found = [
            ConfigChange(
                key=key,
                before=old,
                after=new.replace(str(self._folder), _RUN) if new is not None else None,
                by="form" if key in by_form else "dataset",
            )
            for key, old, new in config_changes(self.source, self.resolved)
        ]
        return tuple(sorted(found, key=lambda change: change.by == "dataset"))


def _resolved(folder: Path) -> ResolvedConfig:
    from mmengine.config import Config

    configs = _Configs(folder)
    text = Config(copy.deepcopy(configs.resolved)).pretty_text
    return ResolvedConfig(text=text.replace(str(folder), _RUN), changes=configs.changes())


def _samples(request: PreviewRequest) -> Iterator[AugmentedSample]:
    import numpy as np
    import torch
    from mmengine.dataset import pseudo_collate
    from mmseg.registry import DATASETS, MODELS

    config = _Configs(request.folder).resolved
    dataset = DATASETS.build(config["train_dataloader"]["dataset"])
    preprocessor = MODELS.build(config["model"]["data_preprocessor"])
    random.seed(request.seed)
    np.random.seed(request.seed % 2**32)
    torch.manual_seed(request.seed)
    order = np.random.permutation(len(dataset))
    pictures = request.folder / _PICTURES
    for number in range(request.count):
        index = int(order[number % len(order)])
        packed = dataset[index]
        with torch.no_grad():
            batch = preprocessor(pseudo_collate([packed]), True)
        photo = _photo(batch["inputs"][0], preprocessor)
        sample = batch["data_samples"][0]
        mask = sample.gt_sem_seg.data[0].to(torch.uint8).numpy()
        name = f"{request.seed}-{number:03d}"
        yield AugmentedSample(
            name=Path(str(sample.metainfo.get("img_path", ""))).stem,
            photo=_write(pictures / f"{name}.png", photo),
            mask=_write(pictures / f"{name}-mask.png", mask),
            share=sample.metainfo.get("mix_lambda"),
        )


def _photo(inputs: Any, preprocessor: Any) -> Any:
    """What the model sees as a photo again: uint8 BGR, as OpenCV writes it."""
    import numpy as np
    import torch

    pixels = inputs.float()
    if getattr(preprocessor, "_enable_normalize", False):
        pixels = pixels * preprocessor.std + preprocessor.mean
    pixels = torch.round(pixels).clamp(0, 255).to(torch.uint8).numpy().transpose(1, 2, 0)
    turned = getattr(preprocessor, "channel_conversion", False)
    return np.ascontiguousarray(pixels[..., ::-1] if turned else pixels)


def _write(path: Path, pixels: Any) -> Path:
    import cv2

    _, data = cv2.imencode(".png", pixels)
    atomic_write(path, data.tobytes())
    return path


def main() -> None:
    """Serve on stdin and stdout."""
    # Libraries print. The real stdout is kept for replies, and number 1 becomes stderr.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        PreviewWorker(replies).serve(sys.stdin.buffer)
    except BrokenPipeError:
        pass  # nobody listens any more, which ends the service just as well
    sys.stderr.flush()
    os._exit(0)  # taking torch apart would keep a closing window waiting


if __name__ == "__main__":
    main()
