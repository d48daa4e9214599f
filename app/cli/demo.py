"""`petseg demo`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.cli.options import example
from app.cli.output import facts
from app.cli.progress import progress


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "demo", epilog=example("petseg demo pets", "petseg demo pets --images 48 --seed 7")
    )(demo)


def demo(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Where to draw it.", show_default=False)
    ],
    images: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many images in all splits together.")
    ] = 96,
    size: Annotated[
        int, typer.Option(metavar="S", min=64, help="Height and width of the images in pixels.")
    ] = 256,
    seed: Annotated[
        int, typer.Option(metavar="K", min=0, help="The same seed draws the same bytes.")
    ] = 0,
) -> None:
    """Draw a small dataset of cats and dogs, with known label defects.

    The defects are listed in demo_defects.json, so that the checks can be held against the truth.
    """
    from core.demo import DEFECTS_FILE
    from core.demo.dataset import make_demo

    with progress("Drawing") as report:
        made = make_demo(folder, images=images, size=size, seed=seed, on_progress=report)
    kinds = Counter(planted.defect for planted in made.defects)
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    splits = ", ".join(f"{count} {split}" for split, count in made.samples.items())
    facts(
        [
            ("dataset", str(made.root)),
            ("images", splits),
            ("planted defects", f"{len(made.defects)} ({listed})" if listed else "none"),
            ("listed in", str(made.root / DEFECTS_FILE)),
        ]
    )
