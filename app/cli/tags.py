"""`petseg tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import options
from app.cli.errors import argument
from app.cli.opening import opened
from app.cli.output import Column, say, table

if TYPE_CHECKING:
    from core.review.store import ReviewState, ReviewStore

_STATES = ("to_do", "done", "unsure")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "tags",
        epilog=options.example(
            "petseg tags pets",
            'petseg tags pets train/000017 train/000020 --add "thin structures" --state done',
            'petseg tags pets --rename "dark dog" "dark object"',
        ),
    )(tags)


def tags(
    folder: options.DatasetFolder,
    samples: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Sample ids such as train/000017; without any, list the tags.",
            show_default=False,
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Give these samples a tag.", show_default=False),
    ] = None,
    remove: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Take a tag from these samples.", show_default=False),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(metavar="|".join(_STATES), help="Set their review state.", show_default=False),
    ] = None,
    note: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help='Note something on them; "" takes it away.', show_default=False
        ),
    ] = None,
    rename: Annotated[
        tuple[str, str] | None,
        typer.Option(metavar="OLD NEW", help="Rename a tag on all samples.", show_default=False),
    ] = None,
    delete: Annotated[
        str | None,
        typer.Option(metavar="TAG", help="Take a tag from all samples.", show_default=False),
    ] = None,
    workspace: options.WorkspaceFolder = None,
) -> None:
    """List the tags and review states, or change those of some samples."""
    dataset = opened(folder, workspace)
    ids = samples or []
    changes = bool(add or remove or state or note is not None)
    if changes and not ids:
        raise typer.BadParameter("name the samples to change", param_hint="'ID'")
    with argument("ID"):
        for sample in ids:
            dataset.sample(sample)
    wanted = _chosen_state(state)

    from core.dataset.workspace import open_workspace
    from core.review.store import ReviewStore

    with open_workspace(dataset) as opened_workspace:
        store = ReviewStore(opened_workspace)
        with argument("--add"):
            done = [store.add_tag(ids, tag) for tag in add or ()]
        done += [store.remove_tag(ids, tag) for tag in remove or ()]
        if wanted is not None:
            done.append(store.set_state(ids, wanted))
        if note is not None:
            done.append(store.set_note(ids, note))
        if rename is not None:
            with argument("--rename"):
                done.append(store.rename_tag(*rename))
        if delete is not None:
            with argument("--delete"):
                done.append(store.delete_tag(delete))
        for undo in done:
            say(f"{undo.words}.")
        if ids:
            _print_samples(store, ids)
        elif not done:
            _print_overview(store, len(dataset.samples))


def _chosen_state(text: str | None) -> ReviewState | None:
    if text is None:
        return None

    from core.review.store import ReviewState

    if text not in _STATES:
        raise typer.BadParameter(
            f"{text!r} is no review state; use {', '.join(_STATES)}", param_hint="'--state'"
        )
    return ReviewState(text)


def _print_samples(store: ReviewStore, ids: list[str]) -> None:
    reviews = [store.review(sample) for sample in ids]
    table(
        [Column("sample"), Column("review"), Column("tags"), Column("note")],
        [
            [sample, review.state.value, "; ".join(review.tags), review.note]
            for sample, review in zip(ids, reviews, strict=True)
        ],
    )


def _print_overview(store: ReviewStore, samples: int) -> None:
    table(
        [Column("tag"), Column("samples", number=True)],
        [[tag, str(count)] for tag, count in store.tag_counts().items()],
    )
    say()
    states = list(store.states().values())
    counts = {name: states.count(_chosen_state(name)) for name in _STATES}  # type: ignore[arg-type]
    counts["to_do"] = samples - counts["done"] - counts["unsure"]
    table(
        [Column("review"), Column("samples", number=True)],
        [[name, str(count)] for name, count in counts.items()],
    )
