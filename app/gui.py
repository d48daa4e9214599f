"""The entry point `petseg-gui`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from types import TracebackType

# Before pyqtgraph and qtawesome look for a Qt of their own choosing.
os.environ["PYQTGRAPH_QT_LIB"] = "PySide6"
os.environ["QT_API"] = "pyside6"

import cv2
from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.settings import Settings, load_settings
from core.errors import PetsegError
from widgets import theme

# OpenCV's own Qt 5 plugins would be found before Qt 6's. Threads: the checks run side by side.
for _variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
    if "cv2" in os.environ.get(_variable, ""):
        del os.environ[_variable]
cv2.setNumThreads(1)
# A thread that computes must not keep the window waiting for 5 ms each time Qt is called.
sys.setswitchinterval(0.0005)


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="petseg-gui",
        description="Look at data, fix labels, train, and see where the model is wrong.",
        epilog="Example: petseg-gui ~/pets",
    )
    parser.add_argument("dataset", nargs="?", type=Path, help="folder of the dataset to open")
    parser.add_argument("--demo", action="store_true", help="open the demo, drawing it if needed")
    parser.add_argument("--workspace", type=Path, help="where to keep flags, originals and runs")
    return parser.parse_args(arguments)


def make_application(settings: Settings) -> QApplication:
    """Make the QApplication with the program's name, font and theme."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("petseg")
    application.setApplicationDisplayName("PetSeg Workbench")
    application.setDesktopFileName("petseg")
    application.setFont(theme.base_font())
    theme.apply(application, theme.resolve(settings.theme, application))
    application.setWindowIcon(QIcon(str(theme.resource("icons/petseg.svg"))))
    return application


def tell_of_errors(window: MainWindow) -> None:
    """Let the window say what went wrong where nothing else did, besides the log."""
    log = sys.excepthook

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log(kind, error, trace)
        mistake = f"The program made a mistake ({kind.__name__}: {error}); the terminal tells more."
        window.session.problem.emit(str(error) if isinstance(error, PetsegError) else mistake)

    sys.excepthook = tell


def main(arguments: list[str] | None = None) -> int:
    """Open the window and run until it is closed."""
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    settings = load_settings()
    application = make_application(settings)
    window = MainWindow(settings)
    window.show()
    tell_of_errors(window)

    def open_first() -> None:
        # After the first paint, so that the window is there at once.
        if options.demo:
            window.open_demo()
        elif options.dataset is not None:
            window.open_dataset(options.dataset, options.workspace)

    QTimer.singleShot(0, open_first)
    return application.exec()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PetsegError as error:
        sys.exit(f"petseg-gui: {error}")
