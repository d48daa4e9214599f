"""Pictures of every page with the demo: `python -m app.screenshots FOLDER`.

Everything in them is real: the demo is drawn and checked, and two models are trained on it, which
takes a few minutes. They are for looking at one's own work, and for the README.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

# Off the screen, unless the caller wants to watch.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QSize, QTimer

from app.gui import make_application
from app.main_window import MainWindow
from app.pages.annotate_page import AnnotatePage
from app.pages.compare_page import ComparePage
from app.pages.dataset_page import DatasetPage
from app.pages.page import Page
from app.pages.train_page import TrainPage
from app.settings import Settings
from core.demo.dataset import make_demo
from core.runs.store import RunState, RunSummary
from core.training.recipes.catalogue import find_recipe
from core.training.request import TrainRequest
from widgets import theme

SIZES = (QSize(1280, 720), QSize(1920, 1080))
_RECIPE = "demo-cpu"
_MOST_REGIONS = 8
_P = TypeVar("_P", bound=Page)

THEMES: tuple[theme.Name, ...] = ("dark", "light")


def main(arguments: list[str] | None = None) -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description="Make pictures of every page with the demo.")
    parser.add_argument("folder", type=Path, help="where to put the PNG files")
    parser.add_argument("--iterations", type=int, help="train for fewer iterations than the recipe")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="petseg-screenshots-") as scratch:
        # Settings and data of its own: the pictures show a first start, and touch nothing of the
        # user's.
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
            os.environ[variable] = str(Path(scratch) / variable.lower())
        _Photographer(options.folder, options.iterations).work(Path(scratch) / "demo")


class _Photographer:
    """Drives a real window through the whole loop and takes its picture at each stop."""

    def __init__(self, folder: Path, iterations: int | None) -> None:
        self._folder = folder
        self._iterations = iterations
        self._application = make_application(Settings(theme="dark"))
        self._window = MainWindow(Settings(theme="dark"))
        self._window.show()

    def work(self, demo: Path) -> None:
        window, session = self._window, self._window.session
        self._picture("1-empty")
        make_demo(demo)
        window.open_dataset(demo)
        self._wait(lambda: session.dataset is not None and not session.is_scanning)
        session.set_current(self._most_telling())
        self._picture("2-dataset", DatasetPage)
        charts = self._page(DatasetPage).charts.panel
        self._wait(lambda: charts.data is not None)
        for number, tab in enumerate(("Class balance", "Areas", "Position", "Light & contrast")):
            charts.show_tab(tab)
            self._picture(f"2-dataset-charts-{number + 1}", DatasetPage)
        session.edit(session.current or "")
        self._picture("3-annotate", AnnotatePage)
        self._train("baseline", 0.4)
        run = self._train("longer", 1.0, picture="4-train-running")
        self._picture("5-train-finished", TrainPage)
        session.open_run_requested.emit(run)
        comparison = self._page(ComparePage).comparison
        self._wait(lambda: any(comparison.findings.metrics) and not window.jobs.running)
        self._picture("6-compare", ComparePage)
        window.close()

    def _train(self, name: str, share: float, picture: str = "") -> str:
        """Train for a share of the iterations, with a picture in the middle; the run's id."""
        dataset = self._window.session.dataset
        assert dataset is not None
        control = self._page(TrainPage).control
        whole = self._iterations or int(find_recipe(_RECIPE).fields["max_iters"])
        overrides = {"max_iters": round(share * whole), "val_interval": max(1, whole // 10)}
        control.start(TrainRequest(dataset, _RECIPE, name=name, overrides=overrides))

        def run() -> RunSummary | None:
            runs = control.snapshot.runs if control.snapshot is not None else ()
            return next((entry for entry in runs if entry.name == name), None)

        def is_past_half() -> bool:
            found = run()
            return found is not None and found.iteration > 0.55 * overrides["max_iters"]

        def is_over() -> bool:
            found = run()
            return found is not None and found.state.is_over

        if picture:
            self._wait(is_past_half)
            self._picture(picture, TrainPage)
        self._wait(is_over)
        found = run()
        assert found is not None
        if found.state is not RunState.FINISHED:
            raise RuntimeError(f"the run {name} did not finish: {found.reason}")
        return found.id

    def _most_telling(self) -> str:
        """The sample with the most regions to show, but not so many that they hide the object."""
        flags = self._window.session.flags
        regions = {sample: sum(len(flag.region) for flag in flags[sample]) for sample in flags}
        return max(regions, key=lambda sample: regions[sample] * (regions[sample] <= _MOST_REGIONS))

    def _page(self, kind: type[_P]) -> _P:
        return next(page for page in self._window.pages if isinstance(page, kind))

    def _picture(self, name: str, page: type[Page] | None = None) -> None:
        if page is not None:
            index = [type(entry) for entry in self._window.pages].index(page)
            self._window.show_page(index)
        for chosen in THEMES:
            theme.apply(self._application, chosen)
            for size in SIZES:
                self._window.resize(size)
                self._settle()
                path = self._folder / f"{name}-{chosen}-{size.width()}.png"
                self._window.grab().save(str(path))
                print(path)  # noqa: T201 - this is what the command tells
        self._window.resize(SIZES[0])
        theme.apply(self._application, THEMES[0])

    def _settle(self) -> None:
        """Let layouts, decoders and thumbnails finish."""
        loop = QEventLoop()
        QTimer.singleShot(1200, loop.quit)
        loop.exec()

    def _wait(self, condition: Callable[[], bool], seconds: int = 1200) -> None:
        deadline = QDeadlineTimer(1000 * seconds)
        loop = QEventLoop()
        timer = QTimer()
        timer.timeout.connect(lambda: loop.quit() if condition() or deadline.hasExpired() else None)
        timer.start(100)
        loop.exec()
        timer.stop()
        if not condition():
            raise TimeoutError("the window did not get there in time")


if __name__ == "__main__":
    main()
