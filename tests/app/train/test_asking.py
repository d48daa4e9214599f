"""The form on the Train page: checks of real samples, recipes, trust, previews."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.jobs import Jobs
from app.pages.train_page import TrainPage
from app.session import Session
from core.errors import PetsegError
from core.runs.store import RunStore
from core.runs.supervisor import Supervisor
from core.training.checks.finding import Level
from core.training.recipes.catalogue import configs_folder
from core.training.recipes.saved import saved_names
from tests.making import blob, make_dataset
from widgets.training.asking.augmented_dialog import COUNT, AugmentedDialog
from widgets.training.asking.config_dialog import ConfigDialog
from widgets.training.asking.trust_dialog import TrustDialog
from widgets.training.form import TrainingForm

LONG = 20_000


class Desk:
    """A Train page with a dataset, and what the session told."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.jobs = Jobs()
        self.supervisor = Supervisor("tests.app.fake_training_worker")
        self.session = Session(self.jobs)
        self.page = TrainPage(self.session, self.jobs, supervisor=self.supervisor)
        self.problems: list[str] = []
        self.undo: list = []
        self.session.problem.connect(self.problems.append)
        self.session.undoable.connect(lambda _text, back: self.undo.append(back))
        qtbot.addWidget(self.page)
        self.page.resize(1200, 640)
        with qtbot.waitExposed(self.page):
            self.page.show()

    @property
    def form(self) -> TrainingForm:
        return self.page.panels.form

    def click(self, button) -> None:
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def wait_for(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=LONG)

    def names(self) -> list[str]:
        return [recipe.name for recipe in self.form.recipes.recipes]

    def said(self, level: Level | None = None) -> str:
        return "\n".join(str(f) for f in self.form.checks.findings if level in (None, f.level))

    def dialog(self, kind):
        return self.page.findChild(kind)

    def close(self) -> None:
        self.page.shut_down()
        self.session.close()
        self.jobs.shut_down()
        self.supervisor.end_all()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "pets", samples=8)


@pytest.fixture
def desk(qtbot: QtBot, root: Path, monkeypatch) -> Iterator[Desk]:
    worker = "tests.core.training.preview.odd_worker"
    monkeypatch.setattr("core.training.preview.client.WORKER", worker)
    desk = Desk(qtbot)
    desk.session.open(root)
    desk.form.recipes.choose("demo-cpu")
    yield desk
    desk.close()


def test_that_samples_are_looked_at_and_every_change_is_judged(desk):
    desk.wait_for(lambda: "6 photos to train on, 2 to validate on" in desk.said())
    desk.form.field("crop_size").edit.setText("96")
    desk.form.field("image_size").edit.setText("64")
    desk.wait_for(lambda: "smaller than the crop of 96 × 96" in desk.said(Level.WARNING))
    assert "warning" in desk.form.foot.checks_button.text()
    menu = [action.text() for action in desk.form.class_weight_menu.menu().actions()]
    assert any(text.startswith("Median frequency: ") for text in menu)


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_that_checks_that_cannot_be_made_say_why(desk, monkeypatch):
    desk.wait_for(lambda: bool(desk.said()))

    def gone(name: str) -> None:
        raise PetsegError(f"There is no recipe {name!r}")

    monkeypatch.setattr("app.pages.train.looking.find_recipe", gone)
    desk.form.put({"batch_size": 3})
    desk.wait_for(lambda: "There is no recipe 'demo-cpu'" in texts(desk.form.checks))


def test_that_a_mask_that_is_written_and_a_sample_that_is_excluded_are_looked_at_again(desk, root):
    desk.wait_for(lambda: "6 photos" in desk.said())
    Image.fromarray(blob(64, 9)).save(root / "labels" / "train" / "001.png")
    desk.session.masks_saved(["train/001"])
    desk.wait_for(lambda: "values that are no class" in desk.said())
    desk.session.curation.exclude(["train/000"], "blurred")
    desk.wait_for(lambda: "4 photos to train on" in desk.said())
    assert "you excluded them: train/000" in desk.said()


def test_that_an_error_of_the_checks_keeps_the_run_from_starting(desk, root):
    desk.wait_for(lambda: "6 photos" in desk.said())
    desk.form.field("class_weights").edit.setText("1, 2")
    desk.wait_for(lambda: "2 class weights" in desk.said(Level.ERROR))
    desk.click(desk.form.start_button)
    assert RunStore(desk.session.workspace.runs_dir).list() == []


def test_that_a_recipe_is_saved_used_renamed_deleted_and_brought_back(desk):
    desk.form.field("max_iters").edit.setText("33")
    menu = desk.form.recipes.menu
    menu.save_requested.emit("mine")
    assert desk.form.recipes.recipe.name == "mine"
    assert desk.form.field("max_iters").value() == 33
    assert desk.form.values().overrides == {}
    menu.save_requested.emit("demo-cpu")
    assert "name of a recipe of the program" in desk.form.foot.problem
    menu.rename_requested.emit("mine", "ours")
    assert saved_names() == ["ours"]
    assert desk.form.recipes.recipe.name == "ours"
    desk.form.field("batch_size").edit.setText("2")
    menu.save_requested.emit("ours")  # over itself
    assert desk.form.recipes.recipe.overrides == {"max_iters": 33, "batch_size": 2}
    menu.delete_requested.emit("ours")
    assert "ours" not in desk.names()
    desk.undo[-1]()
    assert desk.form.recipes.recipe.name == "ours"


def test_that_a_run_of_a_saved_recipe_starts(desk):
    desk.form.field("max_iters").edit.setText("33")
    desk.form.recipes.menu.save_requested.emit("mine")
    desk.click(desk.form.start_button)
    store = RunStore(desk.session.workspace.runs_dir)
    desk.wait_for(lambda: len(store.list()) == 1)
    record = store.list()[0].record
    assert (record.recipe, record.base_recipe) == ("mine", "demo-cpu")
    assert record.overrides == {"max_iters": 33}


def test_that_a_config_from_elsewhere_is_a_recipe_once_it_is_trusted(desk, tmp_path):
    config = tmp_path / "theirs.py"
    config.write_text((configs_folder() / "demo-cpu.py").read_text())
    desk.page._asking.open_config(config)
    dialog = desk.dialog(TrustDialog)
    assert "theirs" not in desk.names()
    desk.click(dialog.trust_button)
    assert desk.form.recipes.recipe.name == "theirs"
    assert desk.form.values().recipe == str(config)
    desk.wait_for(lambda: desk.dialog(TrustDialog) is None)
    desk.page._asking.open_config(config)
    assert desk.dialog(TrustDialog) is None
    config.write_text("def (")
    desk.page._asking.open_config(config)
    assert "cannot be read" in desk.problems[-1]


def test_that_recipes_begin_with_the_weights_they_were_made_for(desk):
    desk.form.recipes.choose("deeplabv3plus-r50")
    assert desk.form.values().init == "resnet50_v1c"
    desk.wait_for(lambda: "102 MB are fetched before the run" in desk.said())
    desk.form.recipes.choose("demo-cpu")
    assert desk.form.values().init == "none"


def test_that_weights_out_of_reach_are_told_and_the_run_begins_without(desk, monkeypatch):
    monkeypatch.setenv("PETSEG_WEIGHTS_MIRROR", "http://127.0.0.1:9")
    desk.form.recipes.choose("deeplabv3plus-mnv2")
    desk.click(desk.form.start_button)
    desk.wait_for(lambda: desk.form.foot.no_weights_button.isVisible())
    message = desk.form.foot.problem
    assert "http://127.0.0.1:9/" in message
    assert "mobilenet_v2_batch256_imagenet" in message
    desk.click(desk.form.foot.no_weights_button)
    desk.wait_for(desk.form.start_button.isEnabled)
    desk.click(desk.form.start_button)
    store = RunStore(desk.session.workspace.runs_dir)
    desk.wait_for(lambda: len(store.list()) == 1)
    assert store.list()[0].record.init is None


def test_that_augmented_samples_fill_the_dialog_and_the_process_goes_with_it(desk):
    desk.click(desk.form.foot.preview_button)
    dialog = desk.dialog(AugmentedDialog)
    desk.wait_for(lambda: len(dialog.pictures) == COUNT)
    desk.wait_for(dialog.roll_button.isEnabled)
    desk.click(dialog.roll_button)
    desk.wait_for(lambda: len(dialog.pictures) == COUNT and dialog.roll_button.isEnabled())
    client = desk.page._asking.previewing._client
    assert client.worker_pid is not None
    desk.click(dialog.close_button)
    desk.wait_for(lambda: client.worker_pid is None)


def test_that_the_config_is_shown_with_its_difference(desk):
    desk.click(desk.form.foot.config_button)
    dialog = desk.dialog(ConfigDialog)
    desk.wait_for(lambda: dialog.shown_keys() == ["lr", "val_cfg"])
    assert dialog.text.toPlainText() == "lr = 0.2\n"


def test_that_a_process_that_dies_is_told_in_the_dialog(desk, monkeypatch):
    monkeypatch.setattr("core.training.preview.client.WORKER", "tests.no.such.module")
    desk.page._asking.previewing._client._module = "tests.no.such.module"
    desk.click(desk.form.foot.preview_button)
    dialog = desk.dialog(AugmentedDialog)
    desk.wait_for(lambda: "The process that makes the preview" in dialog.state.text())
    assert dialog.roll_button.isEnabled()
