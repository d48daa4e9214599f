"""Which sample comes next, and with which random numbers. Loaded only by worker processes.

The two classes replace a recipe's sampler and wrap its dataset when a run starts; its `config.py`
knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import Any, NamedTuple

from mmengine.dist import get_dist_info
from mmengine.registry import DATA_SAMPLERS, DATASETS
from torch.utils.data import Dataset, Sampler

from core.training.engine.seeding import order_of, seed_loading


class Turn(NamedTuple):
    """One draw of a sample.

    Attributes:
        place: The sample's index in the dataset.
        number: How many samples were drawn before it since the run began, on all processes.
    """

    place: int
    number: int


@DATA_SAMPLERS.register_module()
class EndlessSampler(Sampler[Turn]):
    """Draws every sample once per epoch, epoch after epoch, and can begin anywhere at once.

    Several processes share one order: each takes every so many-th sample of it, so that together
    they see what a single process would.

    Args:
        dataset: What to draw from.
        shuffle: Whether each epoch has a new order.
        seed: The run's seed.
    """

    def __init__(self, dataset: Sized, shuffle: bool = True, seed: int | None = None) -> None:
        self.seed = seed or 0
        self._size = len(dataset)
        self._shuffle = shuffle
        self._rank, self._world = get_dist_info()
        self._skipped = 0

    def skip(self, num_samples: int) -> None:
        """Begin after so many samples of this process (MMEngine's loop asks for that)."""
        self._skipped = num_samples

    def set_epoch(self, epoch: int) -> None:
        """Nothing: the epochs follow from the number of samples drawn."""

    def __iter__(self) -> Iterator[Turn]:
        number = self._skipped * self._world + self._rank
        epoch, order = -1, None
        while True:
            now, place = divmod(number, self._size)
            if self._shuffle and now != epoch:
                epoch, order = now, order_of(self.seed, now, self._size)
            yield Turn(place if order is None else int(order[place]), number)
            number += self._world

    def __len__(self) -> int:
        return self._size


@DATASETS.register_module()
class SeededDataset(Dataset[Any]):
    """A dataset of which a sample's augmentation depends on the seed and its number alone.

    It does not matter which process or thread loads the sample, nor what was loaded before.

    Args:
        dataset: The dataset, or the config of one.
        seed: The run's seed.
    """

    def __init__(self, dataset: Any, seed: int = 0) -> None:
        self.dataset = DATASETS.build(dataset) if isinstance(dataset, dict) else dataset
        self.seed = seed

    @property
    def metainfo(self) -> dict[str, Any]:
        """Names and colours of the classes."""
        return dict(self.dataset.metainfo)

    def full_init(self) -> None:
        """Read the list of samples now instead of with the first one."""
        self.dataset.full_init()

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, turn: Turn) -> Any:
        index, number = turn
        seed_loading(self.seed, number)
        return self.dataset[index]
