"""Asking one of osam's models, with the embeddings of photos kept. Only in the helper's process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from core.assist.messages import MaskProposal
from core.assist.osam_models import open_model
from core.assist.problems import AssistError, Problem
from core.assist.prompt import BOX_END, BOX_START
from core.images import Array
from core.masks.shapes.regions import Bools

# An embedding of EfficientSAM takes 4 MB, one of SAM 2 takes 17 MB.
_ROOM = 256_000_000


class Predictor:
    """Keeps one model loaded, and the embeddings of the photos that were looked at last.

    Args:
        room: Bytes that embeddings may take; the one in use is always kept.
    """

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._name = ""
        self._model: Any = None
        self._decoder: _Overheard | None = None
        self._embeddings: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def load(self, name: str) -> None:
        """Load a model in place of the one that is loaded.

        Raises:
            AssistError: its weights are missing, damaged or of no use.
        """
        if self._name == name:
            return
        self._model = self._decoder = None  # frees its memory before the next one takes some
        self._name = ""
        self._model = open_model(name)
        self._name = name
        sessions = self._model._inference_sessions
        if "decoder" in sessions:
            self._decoder = sessions["decoder"] = _Overheard(sessions["decoder"])

    def look(self, name: str, key: str, image: Callable[[], Array]) -> None:
        """Compute the embedding of a photo, unless it is kept.

        Args:
            name: The model.
            key: The photo's name.
            image: Reads the photo, RGB uint8 H×W×3.

        Raises:
            AssistError: see `load`; or the model fails.
        """
        place = name, key
        if place in self._embeddings:
            self._embeddings.move_to_end(place)
            return
        self.load(name)
        self._embeddings[place] = self._model.encode_image(np.ascontiguousarray(image()))
        while len(self._embeddings) > 1 and self._size() > self._room:
            self._embeddings.popitem(last=False)

    def propose(
        self,
        name: str,
        key: str,
        points: Sequence[tuple[float, float]],
        labels: Sequence[int],
    ) -> MaskProposal:
        """Find the object that points and a box mean, in a photo that was looked at.

        Raises:
            AssistError: the photo was not looked at or is forgotten, or the model takes no
                such points.
        """
        from osam.types import GenerateRequest, Prompt

        embedding = self._embeddings.get((name, key))
        if embedding is None:
            raise AssistError("The photo has to be looked at first", Problem.NOT_LOOKED_AT)
        self._embeddings.move_to_end((name, key))
        self.load(name)
        if self._decoder is None and list(labels) != [BOX_START, BOX_END]:
            raise AssistError(
                "This model takes a box and no clicks", remedy="Drag a box around the object."
            )
        request = GenerateRequest(
            model=name,
            image_embedding=embedding,
            prompt=Prompt(points=np.array(points, np.float32), point_labels=np.array(labels)),
        )
        annotations = self._model.generate(request).annotations
        found = [one for one in annotations if one.mask is not None and one.mask.any()]
        if not found:
            return MaskProposal.of(np.zeros((0, 0), bool), 0, 0, self._score())
        best = found[0] if self._decoder is not None else _nearest_to_box(found, points)
        score = self._score() if best.score is None else float(best.score)
        size = embedding.original_width, embedding.original_height
        return _inside(best, size, score)

    def _score(self) -> float | None:
        """The IoU that the decoder expects of the mask that osam has taken from it."""
        if self._decoder is None or len(self._decoder.outputs) < 2:
            return None
        scores = np.asarray(self._decoder.outputs[1], np.float64).ravel()
        if not scores.size or not np.isfinite(scores).all():
            return None
        # Of SAM 2's masks osam takes the best, of the others' the first.
        taken = scores.max() if self._name.startswith("sam2") else scores[0]
        return float(min(max(taken, 0.0), 1.0))

    def _size(self) -> int:
        return sum(
            sum(array.nbytes for array in (one.embedding, *one.extra_features))
            for one in self._embeddings.values()
        )


class _Overheard:
    """An inference session whose last outputs are kept, for osam does not pass scores on."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.outputs: Sequence[npt.NDArray[Any]] = ()

    def run(self, *arguments: Any, **named: Any) -> Any:
        self.outputs = ()
        result = self._session.run(*arguments, **named)
        self.outputs = result
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def _nearest_to_box(found: Sequence[Any], points: Sequence[tuple[float, float]]) -> Any:
    """Of all objects like the one in the box (SAM 3 finds them all), that one."""
    (left, top), (right, bottom) = points[:2]

    def overlap(one: Any) -> float:
        box = one.bounding_box
        across = min(box.xmax, right) - max(box.xmin, left)
        down = min(box.ymax, bottom) - max(box.ymin, top)
        shared = max(across, 0.0) * max(down, 0.0)
        both = (box.xmax - box.xmin) * (box.ymax - box.ymin) + (right - left) * (bottom - top)
        return float(shared / max(both - shared, 1e-9))

    return max(found, key=overlap)


def _inside(found: Any, size: tuple[int, int], score: float | None) -> MaskProposal:
    """The part of an annotation that lies in the photo; SAM 3's boxes may reach beyond it."""
    x, y = found.bounding_box.xmin, found.bounding_box.ymin
    left, top = max(-x, 0), max(-y, 0)
    mask: Bools = found.mask[top : max(size[1] - y, 0), left : max(size[0] - x, 0)]
    return MaskProposal.of(mask, x + left, y + top, score)
