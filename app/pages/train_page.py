"""The Train page: start runs, watch them, stop them."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from app.actions import Action
from app.jobs import Jobs
from app.pages.cancel_question import CancelQuestion
from app.pages.page import Page
from app.session import Session
from app.training_control import TrainingControl
from app.training_watch import RunsSnapshot
from core.errors import PetsegError
from core.runs.store import RunState, RunSummary
from core.training.devices import devices
from core.training.recipes import recipes
from core.training.request import TrainRequest
from widgets import theme
from widgets.plots.run_plots import GOAL_MDICE, RunPlots
from widgets.training.form import FormValues, TrainingForm
from widgets.training.log_view import LogView
from widgets.training.run_header import RunHeader
from widgets.training.run_panel import RunPanel
from widgets.training.words import end_words, iterations, loses_work, run_title

_FORM_WIDTH = 304
_RUNS_WIDTH = 288
_LOG_HEIGHT = 120
