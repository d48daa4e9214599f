"""The walls of the house: who may import whom. The rules are in pyproject.toml."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "widgets", "core")

# Imports every module below the packages named on the command line, then says what got loaded of
# the libraries named after "--".
IMPORT_EVERYTHING = """
import importlib, pkgutil, sys
split = sys.argv.index("--")
packages, libraries = sys.argv[1:split], sys.argv[split + 1:]
count = 0
for package in packages:
    module = importlib.import_module(package)
    for found in pkgutil.walk_packages(module.__path__, package + "."):
        importlib.import_module(found.name)
        count += 1
assert count > 0
print("loaded:", *sorted(set(libraries) & set(sys.modules)))
"""

BLOCK_QT = """
import sys
from importlib.abc import MetaPathFinder

class NoQt(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy"):
            raise ImportError(f"{name} is not installed")

sys.meta_path.insert(0, NoQt())
"""


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_that_the_import_rules_hold() -> None:
    outcome = lint_imports(ROOT)
    assert outcome.returncode == 0, outcome.stdout
    assert "0 broken" in outcome.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("core/errors.py", "import widgets.theme", "app -> widgets -> core"),
        ("widgets/theme.py", "import app.actions", "app -> widgets -> core"),
        ("core/errors.py", "from PySide6 import QtCore", "core knows no Qt"),
        ("app/actions.py", "import torch", "the window never loads torch"),
        ("core/errors.py", "import mmengine", "the window never loads torch"),
    ],
)
def test_that_a_deliberate_violation_breaks_the_rules(
    tmp_path: Path, module: str, line: str, broken: str
) -> None:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / module).open("a") as stream:
        stream.write(f"\n{line}\n")
    outcome = lint_imports(tmp_path)
    assert outcome.returncode == 1, outcome.stdout
    verdicts = [text for text in outcome.stdout.splitlines() if "BROKEN" in text]
    assert any(broken in text for text in verdicts), verdicts


def test_that_nothing_of_the_window_loads_torch() -> None:
    outcome = run_python(
        IMPORT_EVERYTHING, "app", "widgets", "--", "torch", "mmengine", "mmcv", "mmseg"
    )
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == "loaded:"


def test_that_the_commands_load_neither_qt_nor_torch() -> None:
    outcome = run_python(IMPORT_EVERYTHING, "app.cli", "--", "torch", "mmengine", "PySide6")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == "loaded:"


def test_that_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom app.cli.main import run\nassert run(['--help']) == 0\n"
        "print(sorted({'numpy', 'cv2', 'rich', 'PySide6', 'torch'} & set(sys.modules)))"
    )
    outcome = run_python(code)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1] == "[]"


def test_that_core_is_whole_without_qt() -> None:
    outcome = run_python(BLOCK_QT + IMPORT_EVERYTHING, "core", "--", "PySide6", "widgets", "app")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.splitlines()[-1] == "loaded:"  # MMSegmentation prints as it loads
