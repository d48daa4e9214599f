"""The entry point `petseg`: the table of commands, and what becomes of their failures.

Nothing heavy is imported here: a command loads what it needs when it runs.
"""

from __future__ import annotations

import importlib.metadata
import os
import sys
import traceback
from typing import Annotated

import typer

from app.cli import (
    compare,
    convert,
    demo,
    diff,
    eda,
    error_kinds,
    evaluate,
    exclude,
    info,
    predict,
    qa,
    recipes,
    retrain,
    runs,
    suspects,
    tags,
    train,
)
from app.cli.errors import DONE, FAILED, INTERRUPTED, JobFailed, complain
from app.cli.options import example
from app.cli.output import say
from core.errors import PetsegError

_DEBUG = "--debug"

app = typer.Typer(
    name="petseg",
    help="Look at data, fix labels, train, and see where the model is wrong: without a screen.",
    epilog=example("petseg demo pets", "petseg qa pets", "petseg train pets --recipe demo-cpu"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _module in (
    demo, info, qa, eda, diff, tags, exclude, recipes, train, retrain, runs, predict, evaluate,
    error_kinds, compare, suspects, convert,
):  # fmt: skip
    _module.register(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            version = importlib.metadata.version("petseg-workbench")
        except importlib.metadata.PackageNotFoundError:
            version = "run from a checkout that is not installed"
        say(f"petseg {version}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=_print_version, is_eager=True
        ),
    ] = False,
    _debug: Annotated[
        bool,
        typer.Option(_DEBUG, help="Show the traceback of a failure, before or after a command."),
    ] = False,
) -> None:
    """The options of `petseg` itself. `--debug` is taken out by `run` before it gets here."""


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit code: 0 done, 1 failed, 2 bad arguments, 130 interrupted.
    """
    debug = _DEBUG in arguments
    arguments = [argument for argument in arguments if argument != _DEBUG]
    try:
        app(arguments, prog_name="petseg")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be written there at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        complain("Interrupted.")
        return INTERRUPTED
    except (PetsegError, JobFailed) as error:
        if debug:
            traceback.print_exc()
        complain(str(error))
        return error.code if isinstance(error, JobFailed) else FAILED
    except Exception as error:
        # A fault of the program: still one line, and the way to the rest of it.
        if debug:
            traceback.print_exc()
        complain(f"{type(error).__name__}: {error} (run it again with {_DEBUG} for the traceback)")
        return FAILED
    return DONE


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        # Where the terminal's character set lacks a sign, a replacement beats a crash.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
