"""Everything that works beside the editor on the mask that is shown."""

from __future__ import annotations

from app.pages.annotate.beside.assist import Assist
from app.pages.annotate.beside.copying import Copying
from app.pages.annotate.beside.layers import Layers
from app.pages.annotate.beside.predictions import Predictions
from app.pages.annotate.desk import Companion, Desk
from app.pages.annotate.labelme.companion import LabelMe


def companions(desk: Desk) -> list[Companion]:
    """The companions of the editor, in the order in which a sample is told to them."""
    predictions = Predictions(desk)
    return [predictions, Layers(desk, predictions), Copying(desk), Assist(desk), LabelMe(desk)]
