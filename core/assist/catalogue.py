"""The models that can be asked, as far as they are known before any program is loaded."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_MODEL = "efficientsam:10m"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of osam's that finds an object for clicks or a box.

    Attributes:
        name: What osam calls it.
        title: What people call it, with the number of its parameters.
        megabytes: What its weights take, roughly.
        license: The licence of the weights.
        takes_clicks: Whether it can be asked with clicks; otherwise with a box only.
    """

    name: str
    title: str
    megabytes: int
    license: str
    takes_clicks: bool = True

    @property
    def label(self) -> str:
        """Title, size and limits, for a list to choose from."""
        return f"{self.title} · {self.size}" + ("" if self.takes_clicks else " · boxes only")

    @property
    def size(self) -> str:
        """Its size in words."""
        return size_in_words(self.megabytes * 1_000_000)


_APACHE = "Apache License 2.0"

# Sizes as osam's own list of models gives them.
MODELS: tuple[Model, ...] = (
    Model("efficientsam:10m", "EfficientSAM (10M)", 40, _APACHE),
    Model("efficientsam:latest", "EfficientSAM (30M)", 100, _APACHE),
    Model("sam:100m", "SAM (100M)", 100, _APACHE),
    Model("sam:300m", "SAM (300M)", 310, _APACHE),
    Model("sam:latest", "SAM (600M)", 630, _APACHE),
    Model("sam2:tiny", "SAM 2 (tiny)", 150, _APACHE),
    Model("sam2:small", "SAM 2 (small)", 170, _APACHE),
    Model("sam2:latest", "SAM 2 (base plus)", 300, _APACHE),
    Model("sam2:large", "SAM 2 (large)", 870, _APACHE),
    Model("sam3:latest", "SAM 3", 3400, "SAM License", takes_clicks=False),
)


def model_of(name: str) -> Model:
    """The model of that name; the default one for a name that is none."""
    by_name = {model.name: model for model in MODELS}
    return by_name.get(name, by_name[DEFAULT_MODEL])


def size_in_words(size: float) -> str:
    """A size in bytes as people write it: `40 MB`, `3.4 GB`."""
    megabytes = size / 1_000_000
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.0f} MB" if megabytes >= 10 else f"{megabytes:.1f} MB"
