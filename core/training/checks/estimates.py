"""How much memory and disk a run will take, roughly.

Memory while training is the sum of

* a fixed part: the process with its libraries, about 0.7 GB, on a GPU the driver's context too;
* four bytes for each parameter and as many again for its gradient, for what the optimizer keeps
  (one number for SGD with momentum, two for Adam and AdamW) and for an average of the weights;
* what the backward pass keeps of the forward pass: a number of bytes for each pixel of each image
  of the batch, which depends on the model alone. `FOOTPRINTS` has it in float32; in 16 bits most
  of it halves, so six tenths are reckoned;
* a quarter on top for buffers that live for a moment.

On a CPU in float32 this gives 2.3 GB for `deeplabv3plus-mnv2` with 8 pieces of 256×256, where
2.2 GB were measured, and 3.6 GB for `deeplabv3plus-r50` with 4, where 3.5 GB were. On a GPU nothing
was measured.

It is an estimate: allocators round up, and a library may choose an algorithm that needs more. It is
meant to tell 2 GB from 20.

The numbers of `FOOTPRINTS` were measured once by building each model without memory behind its
tensors and adding up what the forward pass saves for the backward pass
(`core.training.engine.footprint`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.training.recipes.reading import Recipe, bases_of, find_base

_PROCESS = 0.7e9
_CONTEXT = 0.5e9
_FLOAT = 4
_IN_16_BIT = 0.6
_ON_TOP = 1.25


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a model needs.

    Attributes:
        parameters: Number of its parameters, in millions.
        bytes_per_pixel: What the backward pass keeps for each pixel of a batch, in float32.
        divisor: By which it makes its maps smaller; sides of a crop should be multiples.
        must_divide: Whether others are an error.
        min_batch: The smallest batch that it can be trained on.
    """

    parameters: float
    bytes_per_pixel: float
    divisor: int = 32
    must_divide: bool = False
    min_batch: int = 1


# By the name of a recipe, or of the file in configs/_base_/models that it inherits from. The image
# pooling of ASPP normalizes one value per channel and image, so DeepLab needs two images.
FOOTPRINTS: Mapping[str, Footprint] = {
    "deeplabv3plus-r101": Footprint(62.6, 9950, 8, min_batch=2),
    "deeplabv3plus_r50-d8": Footprint(43.7, 6700, 8, min_batch=2),
    "deeplabv3plus_mnv2": Footprint(2.8, 2300, 16, min_batch=2),
    "lraspp_mnv2": Footprint(1.9, 1760, 32),
    "resnet18_fpn_small": Footprint(0.8, 340, 32),
    "fcn_unet_s5-d16": Footprint(29.1, 8170, 16, must_divide=True),
    "fcn_hr48": Footprint(65.8, 4780, 32),
    "segformer_mit-b2": Footprint(24.7, 3080, 32),
}


def footprint_of(recipe: Recipe) -> Footprint | None:
    """The footprint of a recipe's model; None for one that nobody has measured.

    Raises:
        PetsegError: the recipe's file cannot be read.
    """
    lineage = list(_lineage(recipe.path))
    return next((FOOTPRINTS[name] for name in lineage if name in FOOTPRINTS), None)


def _lineage(path: Path) -> Iterator[str]:
    """The names of a config file and of what it inherits from, the nearest first."""
    yield path.stem
    for base in bases_of(path):
        found = find_base(path, base)
        if found is not None:
            yield from _lineage(found)


def memory_needed(
    footprint: Footprint, fields: Mapping[str, Any], crop: tuple[int, int], *, on_gpu: bool
) -> float:
    """Bytes of memory that training takes, by the formula above.

    Args:
        footprint: The model's.
        fields: The form's values: `batch_size`, `optimizer`, `ema` and `precision` count.
        crop: Height and width of what the model sees.
        on_gpu: Whether it is a GPU's memory. `auto` precision counts as 16 bits there, and as 32
            on a CPU, which may not compute in fewer.
    """
    copies = 2 + optimizer_states(fields) + (1 if fields.get("ema") else 0)
    weights = footprint.parameters * 1e6 * _FLOAT * copies
    pixels = int(fields.get("batch_size", 1)) * crop[0] * crop[1]
    precision = fields.get("precision", "float32")
    is_short = precision in ("bfloat16", "float16") or (precision == "auto" and on_gpu)
    kept = pixels * footprint.bytes_per_pixel * (_IN_16_BIT if is_short else 1)
    return _PROCESS + (_CONTEXT if on_gpu else 0) + (weights + kept) * _ON_TOP


def batch_that_fits(
    footprint: Footprint,
    fields: Mapping[str, Any],
    crop: tuple[int, int],
    *,
    on_gpu: bool,
    memory: float,
) -> int | None:
    """The largest batch below the present one that would fit; None when none does."""
    for batch in range(int(fields.get("batch_size", 1)) - 1, footprint.min_batch - 1, -1):
        smaller = {**fields, "batch_size": batch}
        if memory_needed(footprint, smaller, crop, on_gpu=on_gpu) <= memory:
            return batch
    return None


def optimizer_states(fields: Mapping[str, Any]) -> int:
    """How many numbers the optimizer keeps for each parameter."""
    return 1 if fields.get("optimizer") == "SGD" else 2


def checkpoint_bytes(footprint: Footprint, fields: Mapping[str, Any]) -> float:
    """Bytes of one checkpoint that training can be resumed from: weights and optimizer."""
    copies = 1 + optimizer_states(fields) + (1 if fields.get("ema") else 0)
    return footprint.parameters * 1e6 * _FLOAT * copies
