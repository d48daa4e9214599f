"""What works beside the editor on the mask that is shown, each in a file of its own."""

from __future__ import annotations

from app.pages.annotate.desk import Companion, Desk

__all__ = ["Companion", "Desk", "companions"]


def companions(desk: Desk) -> list[Companion]:
    """Everything that works beside the editor."""
    from app.pages.annotate.assist import Assist
    from app.pages.annotate.copying import Copying
    from app.pages.annotate.labelme import LabelMe
    from app.pages.annotate.layers import Layers
    from app.pages.annotate.predictions import Predictions

    predictions = Predictions(desk)
    return [predictions, Layers(desk, predictions), Copying(desk), Assist(desk), LabelMe(desk)]
