"""What is handed to the outbox: a message frozen in every layout that it may have to take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

Block = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay the message out; ``picture`` says that a picture follows it in its thread."""

    blocks: tuple[Block, ...] = ()
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message for one channel. ``text`` says it all in a sentence; ``layouts`` are tried in order, then text alone.

    ``late`` is put before it when it goes out late, ``latest`` into the first message of its thread.
    ``picture_name`` is what the picture's file is called.
    """

    text: str
    layouts: tuple[Layout, ...]
    late: str = ""
    latest: str = ""
    picture_name: str = "aiops.png"

    def to_json(self) -> str:
        """Return the parcel as it is kept; `from_json` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Parcel:
        """Read a parcel.

        Raises:
            ValueError: it is none.
        """
        try:
            found = json.loads(text)
            layouts = tuple(Layout(tuple(each["blocks"]), bool(each["picture"])) for each in found.pop("layouts"))
            return cls(layouts=layouts, **found)
        except (KeyError, TypeError, AttributeError) as problem:
            raise ValueError("not a parcel") from problem
