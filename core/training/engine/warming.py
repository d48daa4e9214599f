"""The warm-up of a run's backbone, before its training. Loaded only by worker processes."""

from __future__ import annotations

from typing import Any

from torch import nn

from core.runs import control
from core.runs.events import EventWriter, Message
from core.training.data.plan import DataPlan
from core.training.engine.requests import Cancelled, Paused, Requests
from core.training.engine.saving import CheckpointSaver
from core.training.parts.warmup import warm_up_backbone, warmup_photos


def warm_up(
    model: nn.Module,
    config: dict[str, Any],
    plan: DataPlan,
    *,
    events: EventWriter,
    requests: Requests,
    saver: CheckpointSaver | None,
) -> None:
    """Give a model its first weights, and let its backbone look at photos without masks.

    The first weights are saved, so that a run that is left here can go on. Of the warm-up itself
    nothing is kept: the run then begins anew with the same seed, and ends as if it had never been
    left.

    Args:
        model: The segmentor, without a wrapper, on its device.
        config: The run's resolved config.
        plan: Its samples.
        events: Where the progress is told.
        requests: What is asked of the run.
        saver: Writes checkpoints; None in a process that writes none.

    Raises:
        Paused: a pause was asked for.
        Cancelled: the run is to end; there is nothing yet that a stop could validate.
        PetsegError: no photo can be read.
    """
    asked: control.Request | None = None

    def is_asked() -> bool:
        nonlocal asked
        asked = requests.read()
        return asked is not None

    segmentor: Any = model
    segmentor.init_weights()  # which the runner then finds done
    if saver is not None:
        saver.save_first(model)
    warm_up_backbone(model, warmup_photos(plan), config, events, stopped=is_asked)
    if asked is None:
        return
    text = "The warm-up of the backbone was left, and will be done anew when the run goes on."
    events.write(Message(text=text))
    raise Paused if asked == "pause" else Cancelled
