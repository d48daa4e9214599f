"""One layer in the panel: whether it is shown, how strongly, filled or as borders."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QWidget

from widgets.arrow_slider import ArrowSlider
from widgets.editor.side.flat_buttons import ROW_HEIGHT, IconToggle, MenuButton
from widgets.editor.side.layer_kinds import LayerKind

_SLIDER, _PERCENT, _NAME, _CONTROL = 56, 38, 112, 98


class LayerRow(QWidget):
    """The controls of a layer. What would change nothing now is not shown."""

    visibility_changed = Signal(bool)
    opacity_changed = Signal(float)
    outline_changed = Signal(bool)
    picked = Signal(object)
    """The key of what the user has chosen from the layer's menu."""

    def __init__(self, kind: LayerKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self._note = ""
        self._borders_only = False
        self.setFixedHeight(ROW_HEIGHT)
        self.setAccessibleName(kind.title)
        self.menu: MenuButton | None = None
        self.eye = IconToggle(
            kind.eye, "eye-outline", "eye-off-outline", "" if kind.picks else kind.title
        )
        self.eye.setChecked(kind.visible)
        self.eye.setAccessibleName(f"Show {kind.title.lower()}")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        if kind.picks:
            self.menu = MenuButton(f"Pick_{kind.id}", kind.icon)
            self.menu.setMinimumWidth(_NAME - self.eye.width())
            self.menu.picked.connect(self._on_picked)
            row.addWidget(self.eye)
            row.addWidget(self.menu, 1)
            self.set_choices((), None)
        else:
            self.eye.setMinimumWidth(_NAME if kind.is_of_classes else 0)
            row.addWidget(self.eye, 1)
        self.slider = ArrowSlider(Qt.Orientation.Horizontal)
        self._percent = QLabel()
        self._told = QLabel()
        self._control = QStackedWidget()
        self.style_button = IconToggle(f"Outline_{kind.id}", "square-outline", "square")
        self.style_button.setChecked(bool(kind.outline))
        self._lay_out_controls(row)
        self.eye.toggled.connect(self._on_eye)
        self.style_button.toggled.connect(self._on_style)
        self.slider.valueChanged.connect(self._on_slider)
        self.show_opacity(kind.opacity if kind.opacity is not None else 1.0)
        self._refresh()

    @property
    def is_shown(self) -> bool:
        """Whether the user wants to see the layer."""
        return self.eye.isChecked()

    @property
    def opacity(self) -> float:
        """How strongly the layer's fill covers the photo, 0 to 1."""
        return self.slider.value() / 100

    @property
    def is_outlined(self) -> bool:
        """Whether only borders are drawn: of this layer, or of all of them."""
        return self.kind.is_of_classes and (self._borders_only or self.style_button.isChecked())

    @property
    def chosen(self) -> str | None:
        """The key of what is chosen from the layer's menu."""
        return self.menu.chosen if self.menu is not None else None

    @property
    def note(self) -> str:
        """Why there is nothing to show; "" when there is something."""
        return self._note

    @property
    def why(self) -> str:
        """The note as a sentence."""
        return self._told.toolTip()

    def show_opacity(self, opacity: float) -> None:
        """Show another opacity, 0 to 1, without telling of it."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * opacity))
        self._show_percent()

    def set_borders_only(self, on: bool) -> None:
        """Say whether all layers are drawn as borders, whatever each has chosen."""
        self._borders_only = on
        self._refresh()

    def set_note(self, note: str, why: str = "") -> None:
        """Say why there is nothing to show of this sample; "" when there is something.

        Args:
            note: Two or three words.
            why: The same as a sentence, for the tooltip.
        """
        self._note = note
        self._told.setText(note)
        self._told.setToolTip(why or note)
        self._refresh()

    def choose(self, key: str | None) -> None:
        """Show another choice of the menu as chosen, without telling of it."""
        if self.menu is not None and key != self.menu.chosen:
            self.menu.choose(key)
            self._name_choice()

    def set_choices(self, choices: Sequence[tuple[str | None, str]], chosen: str | None) -> None:
        """Offer other things to choose from, each a key and its words; with none the row goes."""
        if self.menu is None:
            raise RuntimeError(f"the layer {self.kind.id!r} has no menu")
        self.menu.set_choices(list(choices), chosen)
        self.setVisible(bool(choices))
        self._name_choice()

    def _lay_out_controls(self, row: QHBoxLayout) -> None:
        kind, name = self.kind, self.kind.title.lower()
        self.slider.setObjectName(f"{kind.id.capitalize()}Opacity")
        self.slider.setRange(0, 100)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.slider.setFixedWidth(_SLIDER)
        self.slider.setAccessibleName(f"Opacity of {name} in percent")
        self._percent.setProperty("role", "muted")
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setFixedWidth(_PERCENT)
        self._told.setProperty("role", "muted")
        self._told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        pair = QWidget()
        line = QHBoxLayout(pair)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.slider)
        line.addWidget(self._percent)
        self._control.addWidget(pair)
        self._control.addWidget(self._told)
        self._control.setFixedWidth(_CONTROL)
        row.addWidget(self._control)
        row.addSpacing(2)
        row.addWidget(self.style_button)
        policy = self.style_button.sizePolicy()
        policy.setRetainSizeWhenHidden(kind.is_of_classes)
        self.style_button.setSizePolicy(policy)

    def _refresh(self) -> None:
        shown, kind = self.is_shown, self.kind
        if kind.is_of_classes:
            outlined = self.is_outlined
            self._control.setCurrentIndex(1 if self._note else 0)
            self._control.setVisible(shown and (bool(self._note) or not outlined))
            self.style_button.setVisible(shown and not self._note)
            self.style_button.setEnabled(not self._borders_only)
            self.style_button.setToolTip(self._style_hint())
            self.style_button.setAccessibleName(f"{kind.title}: borders only")
        else:
            self._control.hide()
            self.style_button.hide()
        self.eye.setToolTip(f"{'Hide' if shown else 'Show'} {kind.hint}")
        self._name_choice()

    def _style_hint(self) -> str:
        name = self.kind.title
        if self._borders_only:
            return "All layers are drawn as borders (T)"
        if self.style_button.isChecked():
            return f"{name}: borders only. Click to fill it"
        return f"{name}: filled. Click to draw borders only"

    def _name_choice(self) -> None:
        if self.menu is None:
            return
        words = {key: text for key, text in self.menu.choices if key is not None}
        chosen = words.get(self.menu.chosen or "")
        title, picks = self.kind.title, self.kind.picks
        strong = self.is_shown and chosen is not None
        self.menu.show_text(chosen if chosen is not None else title, strong=strong)
        self.menu.setToolTip(
            f"{title}: {chosen}\nClick to choose another {picks}"
            if chosen is not None
            else f"Choose a {picks} to lay over the photo"
        )
        self.menu.setAccessibleName(f"{title}: {chosen or f'no {picks} chosen'}")

    def _show_percent(self) -> None:
        self._percent.setText(f"{self.slider.value()} %")
        wheel = " (Ctrl+wheel)" if self.kind.id == "mask" else ""
        self.slider.setToolTip(f"Opacity: {self.slider.value()} %{wheel}. Borders stay visible")

    def _on_eye(self, shown: bool) -> None:
        if shown and self.menu is not None and self.menu.chosen is None:
            # Whoever opens the eye wants to see something: the first there is.
            first = next((key for key, _words in self.menu.choices if key is not None), None)
            if first is not None:
                self.menu.choose(first)
                self.picked.emit(first)
        self._refresh()
        self.visibility_changed.emit(shown)

    def _on_style(self, _on: bool) -> None:
        self._refresh()
        self.outline_changed.emit(self.is_outlined)

    def _on_slider(self, value: int) -> None:
        self._show_percent()
        self.opacity_changed.emit(value / 100)

    def _on_picked(self, key: str | None) -> None:
        self.picked.emit(key)
        self.eye.setChecked(key is not None)
        self._refresh()
