"""How the buckets of a chart share its columns."""

from __future__ import annotations

from dataclasses import dataclass

_WASTE = 0.2
"""How much of the width equal slots may leave unused."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The columns from ``start`` up to ``end`` and the indices of the buckets that are drawn there, in order."""

    start: int
    end: int
    first: int
    last: int

    @property
    def width(self) -> int:
        """How many columns there are."""
        return self.end - self.start

    @property
    def middle(self) -> int:
        """The column that stands for the slot."""
        return (self.start + self.end - 1) // 2

    @property
    def buckets(self) -> range:
        """The indices of its buckets."""
        return range(self.first, self.last + 1)


def share(count: int, columns: int, *, open_last: bool, equal: bool) -> list[Slot]:
    """Return the slots of ``count`` buckets on ``columns`` columns (both at least 1), from the left.

    ``equal`` slots of more than one column leave some unused rather than differ by one. A bucket that is still filling
    never shares a column, unless there is but one.
    """
    if count <= columns:
        width = columns // count
        if equal and width > 1 and width * count >= (1 - _WASTE) * columns:
            return [Slot(i * width, (i + 1) * width, i, i) for i in range(count)]
        return [Slot(i * columns // count, (i + 1) * columns // count, i, i) for i in range(count)]
    if open_last and columns > 1:
        closed = share(count - 1, columns - 1, open_last=False, equal=False)
        return [*closed, Slot(columns - 1, columns, count - 1, count - 1)]
    return [Slot(c, c + 1, c * count // columns, (c + 1) * count // columns - 1) for c in range(columns)]


def slot_of(slots: list[Slot], bucket: int) -> Slot | None:
    """Return the slot that holds a bucket."""
    return next((slot for slot in slots if slot.first <= bucket <= slot.last), None)
