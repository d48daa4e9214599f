"""Whether the machine has what a run takes: a device, memory, disk, and weights to begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.errors import PetsegError
from core.training.checks.estimates import (
    batch_that_fits,
    checkpoint_bytes,
    footprint_of,
    memory_needed,
)
from core.training.checks.finding import Finding, Level, bytes_in_words
from core.training.checks.machine import Gpu
from core.training.checks.planned import PlannedRun
from core.training.weights.catalogue import find_weights, is_cached, is_published, weights_for
from core.training.weights.fetching import DOWNLOAD, NOTHING

# The last checkpoint, the best one, and the one being written.
_CHECKPOINTS = 3
# A model of this many million parameters takes a CPU hours.
_LARGE = 20


def check_device(run: PlannedRun) -> Iterator[Finding]:
    """The device: whether it is there, and whether it can compute as asked."""
    gpus = run.machine.gpus
    if run.device.startswith("cuda"):
        wanted = run.device if ":" in run.device else "cuda:0"
        gpu = next((each for each in gpus if each.device == wanted), None)
        if gpu is None and run.machine.has_other_gpu:
            yield Finding(
                Level.WARNING, "Device",
                f"Whether {wanted} is there is known once the training begins: it is not NVIDIA's.",
                field="device",
            )  # fmt: skip
            return
        if gpu is None:
            have = ", ".join(each.device for each in gpus) or "no GPU that NVIDIA's driver names"
            yield Finding(
                Level.ERROR, "Device", f"There is no device {wanted}; this machine has {have}.",
                "Choose auto or cpu, or check the driver with nvidia-smi.", "device",
            )  # fmt: skip
            return
        yield Finding(Level.OK, "Device", f"Trains on {_gpu_words(gpu)}.")
    elif run.on_gpu:
        yield Finding(Level.OK, "Device", f"Trains on a GPU: {_gpu_words(gpus[0])}.")
    else:
        yield from _on_cpu(run)
    if run.fields.get("precision") == "float16" and not run.on_gpu:
        yield Finding(
            Level.ERROR, "Precision", "float16 is for GPUs; a CPU computes in bfloat16 or float32.",
            "Choose auto: it takes the fastest that this machine computes well in.", "precision",
        )  # fmt: skip


def check_memory(run: PlannedRun) -> Iterator[Finding]:
    """Memory: the estimate against what is free."""
    footprint, crop = footprint_of(run.recipe), run.crop
    if footprint is None or crop is None:
        yield Finding(
            Level.OK, "Memory", "How much memory this recipe takes is not known beforehand."
        )
        return
    needed = memory_needed(footprint, run.fields, crop, on_gpu=run.on_gpu)
    total, free = _memory_of(run)
    if total == 0:
        return  # the device is not there, as another check says
    about = f"About {bytes_in_words(needed)} of memory (an estimate)"
    where = "the GPU" if run.on_gpu else "the machine"
    if needed <= free:
        yield Finding(Level.OK, "Memory", f"{about}; {where} has {bytes_in_words(free)} free.")
        return
    batch = batch_that_fits(footprint, run.fields, crop, on_gpu=run.on_gpu, memory=free)
    remedy = (
        f"A batch size of {batch} would fit." if batch else "Take a smaller crop or another recipe."
    )
    is_hopeless = needed > 2 * total
    yield Finding(
        Level.ERROR if is_hopeless else Level.WARNING, "Memory",
        f"{about}, and {where} has only {bytes_in_words(total if is_hopeless else free)}"
        f"{'' if is_hopeless else ' free'}.",
        remedy, "batch_size",
    )  # fmt: skip


def check_disk(run: PlannedRun) -> Iterator[Finding]:
    """Disk: what the checkpoints take against what is free."""
    footprint = footprint_of(run.recipe)
    free = run.machine.free_disk
    if footprint is None:
        yield Finding(Level.OK, "Disk", f"{bytes_in_words(free)} free for checkpoints.")
        return
    needed = _CHECKPOINTS * checkpoint_bytes(footprint, run.fields)
    text = (
        f"Checkpoints take about {bytes_in_words(needed)}; {bytes_in_words(free)} are free where "
        "the runs are."
    )
    if needed > free:
        yield Finding(Level.ERROR, "Disk", text, "Free some, or use a workspace on another disk.")
    elif 2 * needed > free:
        yield Finding(Level.WARNING, "Disk", text, "Free some before a second run.")
    else:
        yield Finding(Level.OK, "Disk", text)


def check_weights(run: PlannedRun) -> Iterator[Finding]:
    """Weights: what the backbone begins with, and whether it is at hand."""
    word = "" if run.init is None else str(run.init).strip()
    fitting = weights_for(run.recipe)
    if word in ("", NOTHING):
        if fitting:
            yield Finding(
                Level.WARNING, "Weights",
                "The backbone begins without weights; with few photos it learns far less so.",
                f"Choose {fitting[0].title} ({fitting[0].trained_on}), or a file.", "init",
            )  # fmt: skip
        return
    if word == DOWNLOAD and not fitting:
        yield Finding(
            Level.ERROR, "Weights",
            f"There are no published weights for the recipe {run.recipe.name}.",
            "Choose a file, or none.", "init",
        )  # fmt: skip
        return
    weights_id = default_weights(run) if word == DOWNLOAD else word
    path = Path(word).expanduser()
    if word == DOWNLOAD or (is_published(word) and not path.exists()):
        weights = find_weights(weights_id)
        title = f"{weights.title} ({weights.trained_on})"
        if not any(weights.id == each.id for each in fitting):
            yield Finding(
                Level.WARNING, "Weights", f"{title} is for another backbone than the recipe's.",
                "Parts that do not fit are left as they are.", "init",
            )  # fmt: skip
        elif is_cached(weights_id):
            yield Finding(Level.OK, "Weights", f"Begins with {title}, which is on this computer.")
        else:
            yield Finding(
                Level.OK, "Weights",
                f"Begins with {title}: {weights.megabytes} MB are fetched before the run.",
            )  # fmt: skip
    elif path.is_file():
        yield Finding(Level.OK, "Weights", f"Begins with the file {path.name}.")
    else:
        yield Finding(
            Level.ERROR, "Weights", f"There is no such file of weights: {path}.",
            "Choose a .pth file, or none.", "init",
        )  # fmt: skip


def default_weights(run: PlannedRun) -> str:
    """The id of the weights that `download` means for a run's recipe.

    Raises:
        PetsegError: there are none.
    """
    return weights_of(run.recipe.backbone_weights, [each.id for each in weights_for(run.recipe)])


def weights_of(named: str | None, fitting: list[str]) -> str:
    """The weights that a recipe names, else the first that fit.

    Raises:
        PetsegError: there are none.
    """
    if named is not None and is_published(named):
        return named
    if not fitting:
        raise PetsegError(
            "There are no published weights for the recipe",
            remedy="Give a file of weights, or train without.",
        )
    return fitting[0]


def _on_cpu(run: PlannedRun) -> Iterator[Finding]:
    footprint = footprint_of(run.recipe)
    if footprint is not None and footprint.parameters > _LARGE:
        yield Finding(
            Level.WARNING, "Device",
            f"Trains on the CPU, where a model of {footprint.parameters:.0f} million parameters "
            "takes hours.",
            "A small recipe such as deeplabv3plus-mnv2 is made for this.", "device",
        )  # fmt: skip
    else:
        yield Finding(Level.OK, "Device", "Trains on the CPU.")


def _memory_of(run: PlannedRun) -> tuple[int, int]:
    """Bytes of memory in all and free, on the device that will train."""
    if not run.on_gpu:
        return run.machine.memory, run.machine.free_memory
    chosen = [gpu for gpu in run.machine.gpus if run.device in ("auto", "cuda", gpu.device)]
    if not chosen:
        return 0, 0
    best = max(chosen, key=lambda gpu: gpu.free)
    return best.memory, best.free


def _gpu_words(gpu: Gpu) -> str:
    return f"{gpu.device} ({gpu.name}, {bytes_in_words(gpu.free)} free)"
