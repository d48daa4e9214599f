"""`petseg recipes`."""

from __future__ import annotations

import textwrap

import typer

from app.cli import options
from app.cli.output import STDOUT, say, write_json
from app.cli.progress import note


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("recipes", epilog=options.example("petseg recipes"))(recipes)


def recipes(json: options.JsonFile = None) -> None:
    """List the recipes, what each is for, and its fields; those that you saved come last."""
    from core.training.recipes.catalogue import recipes_and_problems

    known, problems = recipes_and_problems()
    for problem in problems:
        note(f"warning: {problem}")
    if json is not None:
        write_json(
            json,
            [
                {
                    "name": recipe.name,
                    "title": recipe.title,
                    "purpose": recipe.purpose,
                    "fields": dict(recipe.fields),
                    "path": str(recipe.path),
                    "origin": recipe.origin,
                    "base": recipe.base,
                    "overrides": dict(recipe.overrides),
                    "weights": recipe.init or recipe.backbone_weights,
                }
                for recipe in known
            ],
        )
    if json == STDOUT:
        return
    for index, recipe in enumerate(known):
        if index:
            say()
        say(f"{recipe.name}: {recipe.title}")
        fields = "  ".join(f"{name}={_value(value)}" for name, value in recipe.fields.items())
        for text in (recipe.purpose, fields):
            if text:
                say(textwrap.fill(text, 98, initial_indent="  ", subsequent_indent="  "))


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ",".join(str(entry) for entry in value) + "]"
    return str(value)
