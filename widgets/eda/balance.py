"""The tab of class balance: bars per class, the numbers beside them, and class weights."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.eda.class_weights import METHODS
from widgets import theme
from widgets.eda.bars import Bar, BarPlot, slots
from widgets.eda.choice import Choice, in_split, samples_with_class, samples_with_object
from widgets.eda.data import EdaData
from widgets.eda.look import split_fill
from widgets.eda.tab import ChartTab, ColorKey, color_of, make_combo, make_line, muted_label
from widgets.eda.table import Column, NumbersTable, Row

IMAGES, INSTANCES, PIXELS = "images", "instances", "pixels"
_MEASURES = {
    IMAGES: ("Images", "images with {}"),
    INSTANCES: ("Objects", "objects of {}"),
    PIXELS: ("Pixels, %", "{}"),
}

_FIRST_METHOD = "median_frequency"
_GROUP = 0.76
# From this width on, in px, the bars, their key and the weights by all methods have room.
_WIDE = 1080
_TOOLTIP_ROLE = Qt.ItemDataRole.ToolTipRole

_COLUMNS = (
    Column("Class", "The classes of the dataset"),
    Column("Images", "Images whose mask holds the class"),
    Column("Images\n%", "Share of all masks, in percent"),
    Column("Objects", "Connected pieces of the class, specks left out"),
    Column("Objects\nper image", "Objects for each image that holds the class"),
    Column("Pixels\n%", "Share of all labelled pixels, in percent"),
)


class BalanceTab(ChartTab):
    """How often each class occurs. A bar chooses the samples that hold its class."""

    weights_chosen = Signal(str, object)
    """The name of the method, and a list of weights, one for each class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys: list[tuple[int, int | None]] = []
        self._is_narrow = False
        self.measure = make_combo(
            "Measure", "What the bars count: images that hold the class, objects, or pixels", 104
        )
        for key, (title, _words) in _MEASURES.items():
            self.measure.addItem(title, key)
        self.background = QCheckBox("Background")
        self.background.setToolTip("Show the background, which mostly dwarfs the other classes")
        self.key = ColorKey()
        self.plot = BarPlot("Class balance")
        self.table = NumbersTable("Class balance in numbers", _COLUMNS, choosable=False)
        self.weights_from = muted_label()
        self.method = make_combo("Class weights", "How class weights are computed", 152)
        self.use_button = QPushButton("Use in a recipe")
        self.use_button.setToolTip("Train with these class weights: the recipe's form takes them")
        theme.set_icon(self.use_button, "scale-balance")
        self._lay_out()
        self.measure.currentIndexChanged.connect(self._on_other_bars)
        self.background.toggled.connect(self._on_other_bars)
        self.method.currentIndexChanged.connect(self._mark_method)
        self.use_button.clicked.connect(self._use_weights)
        self.plot.bar_chosen.connect(self._on_bar_chosen)
        self.plot.choice_undone.connect(self.unchosen)

    def forget_choice(self) -> None:
        """Show that nothing is chosen."""
        self.plot.forget()

    def refresh(self, *, keep: bool = False) -> None:
        """Draw bars and table anew."""
        self._offer_methods(self.data)
        self._draw_bars(keep=keep)
        self._fill_table(self.data)

    def _lay_out(self) -> None:
        self._left = left = QVBoxLayout()
        left.setSpacing(4)
        self._head = make_line(self.measure, self.background, None, self.key)
        left.addLayout(self._head)
        left.addWidget(self.plot, 1)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addLayout(make_line(self.weights_from, None, self.method, self.use_button))
        right.addWidget(self.table, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 6, 8, 4)
        line.setSpacing(2 * theme.GRID)
        line.addLayout(left, 1)
        line.addLayout(right)
        self.plot.setMinimumWidth(240)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the key stands below and only the weights in use are listed."""
        super().resizeEvent(event)
        is_narrow = self.width() < _WIDE
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        (self._left if is_narrow else self._head).addWidget(self.key)
        self._mark_method()

    def _on_other_bars(self) -> None:
        if self._data is None:
            return
        had_choice = self.plot.chosen is not None
        self._draw_bars(keep=False)
        if had_choice:
            self.unchosen.emit()

    def _splits_shown(self, data: EdaData) -> list[int | None]:
        """One bar for each of these in every class."""
        if self.split is not None or len(data.splits) < 2:
            return [self.split]
        return list(range(len(data.splits)))

    def _draw_bars(self, *, keep: bool) -> None:
        data, measure = self.data, self.measure.currentData()
        splits = self._splits_shown(data)
        first = 0 if self.background.isChecked() and measure != INSTANCES else 1
        self.background.setEnabled(measure != INSTANCES)  # nobody counts its pieces
        shown = data.classes[first:]
        width = _GROUP / len(splits)
        values = {
            IMAGES: data.images,
            INSTANCES: data.instances,
            PIXELS: data.pixel_share,
        }[measure]
        columns = {split: values(split) for split in splits}
        bars: list[Bar] = []
        self._keys = []
        for place, info in enumerate(shown):
            for number, split in enumerate(splits):
                left = place - _GROUP / 2 + number * width
                value = float(columns[split][info.index])
                self._keys.append((info.index, split))
                bars.append(
                    Bar(
                        left=left,
                        right=left + width * (0.94 if len(splits) > 1 else 1),
                        bottom=0,
                        top=value,
                        color=color_of(info, data),
                        tip=self._tip(info.index, split, value),
                        fill=split_fill(0 if split is None else split),
                    )
                )
        labels = [(float(place), info.name) for place, info in enumerate(shown)]
        self.plot.set_bars(bars, slots(len(shown), least=3), labels=labels, keep=keep)
        entries = [
            (data.splits[split], None, split_fill(split)) for split in splits if split is not None
        ]
        self.key.set_entries(entries if len(entries) > 1 else [])

    def _tip(self, class_index: int, split: int | None, value: float) -> str:
        data, measure = self.data, self.measure.currentData()
        name = data.classes[class_index].name
        if measure == PIXELS:
            said = f"{name}: {value:.2f} % of the labelled pixels"
        else:
            of_all = f" of {data.masks_in(split):,}" if measure == IMAGES else ""
            said = f"{name}: {int(value):,}{of_all} {_MEASURES[measure][1].split(' ')[0]}"
        return f"{in_split(said, data, split)}\nClick to show these samples"

    def _on_bar_chosen(self, number: int) -> None:
        class_index, split = self._keys[number]
        data, name = self.data, self.data.classes[self._keys[number][0]].name
        if self.measure.currentData() == INSTANCES:
            words, positions = f"objects of {name}", samples_with_object(data, class_index, split)
        else:
            words, positions = f"with {name}", samples_with_class(data, class_index, split)
        self.choose(Choice(in_split(words, data, split), positions))

    def _offer_methods(self, data: EdaData) -> None:
        if [self.method.itemData(place) for place in range(self.method.count())] == list(
            data.weights
        ):
            return
        self.method.blockSignals(True)
        wanted = self.method.currentData() or _FIRST_METHOD
        self.method.clear()
        for name in data.weights:
            self.method.addItem(_title(name), name)
            self.method.setItemData(self.method.count() - 1, _help(name), _TOOLTIP_ROLE)
        self.method.setCurrentIndex(max(self.method.findData(wanted), 0))
        self.method.blockSignals(False)

    def _fill_table(self, data: EdaData) -> None:
        split = self.split
        images, instances = data.images(split), data.instances(split)
        pixels, masks = data.pixel_share(split), max(data.masks_in(split), 1)
        self.table.set_columns([*_COLUMNS, *(_weight_column(name) for name in data.weights)])
        rows = []
        for info in data.classes:
            index = info.index
            held = int(images[index])
            has_objects = index > 0
            rows.append(
                Row(
                    info.name,
                    color_of(info, data),
                    (
                        f"{held:,}",
                        f"{100 * held / masks:.1f}",
                        f"{int(instances[index]):,}" if has_objects else "–",
                        f"{instances[index] / held:.2f}" if has_objects and held else "–",
                        f"{pixels[index]:.2f}",
                        *(f"{weights[index]:.3f}" for weights in data.weights.values()),
                    ),
                )
            )
        self.table.set_rows(rows)
        # Without a single mask all weights are 0, and nobody is to train with those.
        has_weights = any(max(weights, default=0) > 0 for weights in data.weights.values())
        where = data.weights_split
        self.weights_from.setText(f"Weights from {where}" if where else "Weights from all samples")
        for widget in (self.weights_from, self.method, self.use_button):
            widget.setVisible(has_weights)
        self._mark_method()

    def _mark_method(self) -> None:
        place = self.method.currentIndex()
        self.use_button.setEnabled(place >= 0)
        self.table.emphasise(len(_COLUMNS) + place if place >= 0 else None)
        for number in range(self.method.count()):
            hidden = self._is_narrow and number != place
            self.table.setColumnHidden(len(_COLUMNS) + number, hidden)
        self.table.updateGeometry()
        words = _help(self.method.currentData() or "")
        self.method.setToolTip("\n".join(filter(None, ["How class weights are computed", words])))

    def _use_weights(self) -> None:
        method = self.method.currentData()
        self.weights_chosen.emit(method, [float(each) for each in self.data.weights[method]])


def _title(method: str) -> str:
    known = METHODS.get(method)
    return known.title if known is not None else method.replace("_", " ").capitalize()


def _help(method: str) -> str:
    known = METHODS.get(method)
    return known.help if known is not None else ""


def _weight_column(method: str) -> Column:
    title = _title(method)
    words = "\n".join(filter(None, [f"Class weight: {title.lower()}", _help(method)]))
    return Column(f"Weight\n{title.split(' ')[0].lower()}", words)
