"""What the program remembers between starts: one validated schema, kept as JSON."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import PetsegError
from core.files import atomic_write_text

_log = logging.getLogger(__name__)


class PlotSettings(BaseModel):
    """How the Train page shows curves; the attributes of `widgets.plots.options.PlotOptions`."""

    model_config = ConfigDict(extra="ignore")

    shown: list[str] = []
    axis: Literal["iteration", "epoch", "time"] = "iteration"
    smoothing: float = Field(default=0.0, ge=0, lt=1)
    log: bool = False
    cut_outliers: bool = False
    goal: float = Field(default=75.0, gt=0, le=100)
    own_goal: bool = False


class CompareSettings(BaseModel):
    """How the Compare page was left.

    Attributes:
        folded: Whether the analysis is folded away.
        panel: The word of the tab of the analysis that was shown.
    """

    model_config = ConfigDict(extra="ignore")

    folded: bool = False
    panel: str = ""


class ExperimentSettings(BaseModel):
    """How the view of all runs was left.

    Attributes:
        columns: The columns chosen by hand; None where the program chooses.
        axes: The axes of the parallel coordinates chosen by hand; None likewise.
        group: What groups the runs; "" for nothing.
        view: Which view was below the table.
        sorted_by: The column that sorts, and whether it does so downwards; None for none.
        scatter: The two figures of the scatter.
    """

    model_config = ConfigDict(extra="ignore")

    columns: list[str] | None = None
    axes: list[str] | None = None
    group: str = ""
    view: str = ""
    sorted_by: tuple[str, bool] | None = None
    scatter: tuple[str, str] = ("seconds", "mDice")


class Settings(BaseModel):
    """The settings, each with its default.

    Attributes:
        theme: Light, dark, or the system's.
        recent: Folders of the datasets opened last, newest first.
        geometry: The window's size and place, as Qt saves it, in hexadecimal.
        splitters: Sizes of each panel in px, by the splitter's name.
        thumbnail_size: Side of the gallery's thumbnails in px.
        overlay_opacity: Of masks over photos, 0 to 1.
        editor_folded: Titles of the groups at the editor's side that are folded.
        assist_model: The model that the AI click asks.
        plots: How the Train page shows curves.
        compare: How the Compare page was left.
        experiments: How the view of all runs was left.
    """

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    theme: Literal["light", "dark", "system"] = "system"
    recent: list[str] = []
    geometry: str = ""
    splitters: dict[str, list[int]] = {}
    thumbnail_size: int = 128
    overlay_opacity: float = 0.45
    editor_folded: list[str] = ["Image"]
    assist_model: str = "efficientsam:10m"
    plots: PlotSettings = PlotSettings()
    compare: CompareSettings = CompareSettings()
    experiments: ExperimentSettings = ExperimentSettings()

    def remember(self, folder: Path) -> None:
        """Put a dataset at the head of the recent ones."""
        path = str(folder)
        self.recent = [path, *(entry for entry in self.recent if entry != path)][:10]


def settings_path() -> Path:
    """Where the settings are kept."""
    return Path(platformdirs.user_config_path("petseg")) / "settings.json"


def load_settings() -> Settings:
    """Read the settings; damaged ones are set aside, and the defaults used."""
    path = settings_path()
    try:
        return Settings.model_validate_json(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValidationError, UnicodeDecodeError) as error:
        _log.warning("the settings in %s are damaged and were not used: %s", path, error)
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write the settings. A folder that cannot be written is worth a log line, not a dialog."""
    try:
        atomic_write_text(settings_path(), json.dumps(settings.model_dump(), indent=2) + "\n")
    except PetsegError as error:
        _log.warning("%s", error)
