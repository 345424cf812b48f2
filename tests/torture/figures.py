"""What an attack measured, beside what is promised."""

from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of `make torture`: the item of docs/guarantees.md, what, the figure, the limit."""

    item: int
    what: str
    figure: str
    limit: str

    def __str__(self) -> str:
        return f"{self.item:>2}  {self.what:<58} {self.figure:<40} {self.limit}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
