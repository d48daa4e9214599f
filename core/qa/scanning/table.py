"""What a scan found, as columns over all samples: limits move over it without a second look."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from core.flags import BY_RANK, UNFLAGGED, Flag, FlagBook, FlagColumns, Severity
from core.qa.registry import Check, Measurement

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
ReadMeasurements = Callable[[str], Mapping[str, Measurement]]

_REMEMBERED = 512


@dataclass(frozen=True)
class Row:
    """What a scan found in one sample.

    Attributes:
        scores: float32, one per check of the table; NaN where there is nothing to compare.
        classes: Which classes the mask holds, as packed bits.
        severities: Ranks of findings that are not of their check's severity, by check id.
    """

    scores: Floats
    classes: bytes
    severities: Mapping[str, int] = field(default_factory=dict)


class ScanTable(FlagBook):
    """The flags of a label set, computed from scores, limits and acceptances when asked for.

    Attributes:
        label_set: The label set.
        checks: The checks that are on, in the order flags are listed.
        ids: The samples, in the dataset's order.
        scores: float32 N×C; NaN where a check has nothing to compare.
        scanned: bool N, which samples have been looked at.
        cancelled: Whether the scan was ended early.
        dataset_flags: What was found of whole splits.
    """

    def __init__(
        self,
        label_set: str,
        ids: Sequence[str],
        checks: Sequence[Check],
        limits: Mapping[str, float],
        num_classes: int,
        read: ReadMeasurements,
    ) -> None:
        super().__init__()
        self.label_set = label_set
        self.checks = tuple(checks)
        self.ids = ids
        self.scores: Floats = np.full((len(ids), len(self.checks)), np.nan, np.float32)
        self.scanned = np.zeros(len(ids), np.bool_)
        self.cancelled = False
        self.dataset_flags: tuple[Flag, ...] = ()
        self._limits = dict(limits)
        self._num_classes = num_classes
        self._classes = np.zeros((len(ids), -(-num_classes // 8)), np.uint8)
        ranks = np.array([check.severity.rank for check in self.checks], np.int8)
        self._usual_ranks = ranks
        self._ranks = np.tile(ranks, (len(ids), 1))
        self._accepted: set[tuple[int, int]] = set()
        self._places: dict[str, int] | None = None
        self._columns = {check.id: place for place, check in enumerate(self.checks)}
        self._flagged: Bools | None = None
        self._read = lru_cache(_REMEMBERED)(read)

    # Filling

    def place_of(self, sample_id: str) -> int | None:
        """The place of a sample in the columns."""
        if self._places is None:
            self._places = {name: place for place, name in enumerate(self.ids)}
        return self._places.get(sample_id)

    def put(self, place: int, row: Row) -> None:
        """Take over what was found in a sample."""
        self.scores[place] = row.scores
        self.scanned[place] = True
        packed = np.frombuffer(row.classes, np.uint8)
        self._classes[place, : len(packed)] = packed[: self._classes.shape[1]]
        self._ranks[place] = self._usual_ranks
        for check, rank in row.severities.items():
            if check in self._columns:
                self._ranks[place, self._columns[check]] = rank
        self._flagged = None

    def put_many(
        self, places: npt.NDArray[np.intp], scores: Floats, classes: Sequence[bytes]
    ) -> None:
        """Take over what was found in many samples that have the usual severities.

        Args:
            places: Their places, n of them.
            scores: float32 n×C.
            classes: As in `Row`, n of them.
        """
        self.scores[places] = scores
        self.scanned[places] = True
        self._ranks[places] = self._usual_ranks
        width = self._classes.shape[1]
        packed = b"".join(each[:width].ljust(width, b"\0") for each in classes)
        self._classes[places] = np.frombuffer(packed, np.uint8).reshape(-1, width)
        self._flagged = None

    def put_score(self, place: int, check: str, score: float, rank: int | None = None) -> None:
        """Take over the score of one check for one sample."""
        column = self._columns[check]
        self.scores[place, column] = score
        self._ranks[place, column] = self._usual_ranks[column] if rank is None else rank
        self._flagged = None

    def replace(self, sample_id: str, row: Row) -> None:
        """Take over what was found when one sample was looked at again."""
        place = self.place_of(sample_id)
        if place is not None:
            self.put(place, row)
            self._read.cache_clear()
            self._accepted = {key for key in self._accepted if key[0] != place}

    def set_limit(self, check: str, limit: float) -> None:
        """Move a limit. Every flag answers at once."""
        self._limits[check] = limit
        if check in self._columns:
            column = self._columns[check]
            self._accepted = {key for key in self._accepted if key[1] != column}
            self._flagged = None

    def set_accepted(self, accepted: Collection[tuple[str, str]]) -> None:
        """Say which flags, as (sample id, check id), are right as they are and stay silent."""
        silent = set()
        for sample_id, check in accepted:
            place = self.place_of(sample_id)
            if place is not None and check in self._columns:
                silent.add((place, self._columns[check]))
        self._accepted = silent
        self._flagged = None

    # Asking

    @property
    def samples(self) -> int:
        """How many samples have been looked at."""
        return int(np.count_nonzero(self.scanned))

    def limit_of(self, check: str) -> float:
        """The limit of a check as it is set; 0 for a check without one."""
        declared = self.checks[self._columns[check]].limit
        return self._limits.get(check, declared.default if declared is not None else 0.0)

    def declared_limit(self, check: str) -> float | None:
        """As `limit_of`, but None for a check without a limit."""
        return None if self.checks[self._columns[check]].limit is None else self.limit_of(check)

    def scores_of(self, check: str) -> Floats:
        """The scores of a check, float32 N; NaN where it has nothing to compare."""
        return self.scores[:, self._columns[check]]

    def flagged_by(self, check: str) -> list[str]:
        """The samples that a check flags."""
        if check not in self._columns:
            return []
        places = np.flatnonzero(self.flagged[:, self._columns[check]])
        return [self.ids[place] for place in places.tolist()]

    def is_scanned(self, sample_id: str) -> bool:
        """Whether a sample has been looked at."""
        place = self.place_of(sample_id)
        return place is not None and bool(self.scanned[place])

    def with_class(self, index: int) -> Bools:
        """Which samples' masks hold a class, bool N."""
        if not 0 <= index < self._num_classes:
            return np.zeros(len(self.ids), np.bool_)
        byte, bit = divmod(index, 8)
        return (self._classes[:, byte] & np.uint8(128 >> bit)) > 0

    @property
    def flagged(self) -> Bools:
        """Which sample is flagged by which check, bool N×C."""
        if self._flagged is None:
            flagged = np.zeros(self.scores.shape, np.bool_)
            for column, check in enumerate(self.checks):
                scores = self.scores[:, column]
                limit = np.float32(self.limit_of(check.id))
                if check.limit is None:
                    flagged[:, column] = ~np.isnan(scores)
                elif check.limit.flags == "above":
                    flagged[:, column] = scores > limit
                else:
                    flagged[:, column] = scores < limit
            for place, column in self._accepted:
                flagged[place, column] = False
            self._flagged = flagged
        return self._flagged

    def all_flags(self) -> Iterator[Flag]:
        """Every flag with its words, sample after sample."""
        for place in np.flatnonzero(self.flagged.any(1)):
            yield from self._flags_at(int(place))

    def by_sample(self) -> dict[str, list[Flag]]:
        """The flags by sample id, with their words."""
        return {sample: list(flags) for sample, flags in self.items()}

    def accepted_flags(self, sample_id: str) -> list[Flag]:
        """The flags of a sample that stay silent because they were accepted."""
        place = self.place_of(sample_id)
        if place is None:
            return []
        return self._words(place, [column for at, column in self._accepted if at == place])

    # FlagBook

    def __getitem__(self, sample_id: str) -> Sequence[Flag]:
        place = self.place_of(sample_id)
        if place is None or not self.flagged[place].any():
            raise KeyError(sample_id)
        return self._flags_at(place)

    def __contains__(self, sample_id: object) -> bool:
        place = self.place_of(sample_id) if isinstance(sample_id, str) else None
        return place is not None and bool(self.flagged[place].any())

    def __iter__(self) -> Iterator[str]:
        return (self.ids[place] for place in np.flatnonzero(self.flagged.any(1)).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self.flagged.any(1)))

    def severity_of(self, sample_id: str) -> Severity | None:
        """The severity of a sample's worst flag; None without a flag."""
        place = self.place_of(sample_id)
        if place is None:
            return None
        columns = np.flatnonzero(self.flagged[place]).tolist()
        return max(
            (self._severity(place, column) for column in columns),
            key=lambda severity: severity.rank,
            default=None,
        )

    def count_of(self, sample_id: str) -> int:
        """How many flags a sample has."""
        place = self.place_of(sample_id)
        return 0 if place is None else int(np.count_nonzero(self.flagged[place]))

    def columns(self, sample_ids: Sequence[str]) -> FlagColumns:
        """The flags of those samples as columns, in their order."""
        if sample_ids is not self.ids and list(sample_ids) != list(self.ids):
            return super().columns(sample_ids)
        flagged = self.flagged
        ranks = np.where(flagged, self._ranks, np.int8(UNFLAGGED))
        highest = ranks.max(0, initial=UNFLAGGED).tolist()
        found = [column for column, rank in enumerate(highest) if rank != UNFLAGGED]
        return FlagColumns(
            ranks.max(1, initial=UNFLAGGED),
            flagged.sum(1, dtype=np.int32),
            {self.checks[column].id: flagged[:, column] for column in found},
            {self.checks[column].id: BY_RANK[highest[column]] for column in found},
        )

    def _severity(self, place: int, column: int) -> Severity:
        return BY_RANK[int(self._ranks[place, column])]

    def _flags_at(self, place: int) -> list[Flag]:
        return self._words(place, np.flatnonzero(self.flagged[place]).tolist())

    def _words(self, place: int, columns: Sequence[int]) -> list[Flag]:
        sample_id = self.ids[place]
        measurements = self._read(sample_id)
        flags = []
        for column in sorted(columns):
            check = self.checks[column]
            measured = measurements.get(check.id)
            if measured is None:
                continue  # written by a newer scan of another process since; shown at the next one
            found = check.find(measured, self.limit_of(check.id))
            severity = found.severity or check.severity
            value = round(float(found.value), 4)
            flags.append(Flag(sample_id, check.id, severity, value, found.message, found.region))
        return flags
