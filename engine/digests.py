"""Short names for what is said: equal where the same is said, wherever it is written."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import Any

from .record import Record

PLAIN = (str, int, bool, float, type(None))


class WithDigest(Record):
    """What is written in a file, with a short name for all that it says, worked out once."""

    @cached_property
    def digest(self) -> str:
        """Equal where the same is said, wherever it is written and whatever examples it has."""
        return digest_of(canonical(self, ("place", "examples", "layer")))


def digest_of(said: object) -> str:
    """The short name of what is said, which is made of tuples and texts."""
    return sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:16]


def canonical(record: Any, leave_out: tuple[str, ...] = ("place",)) -> Any:
    """A record as tuples of all that it says, whatever the order of a mapping, without these fields."""
    kind: Any = type(record)
    if kind in PLAIN:
        return record
    if isinstance(record, list | tuple):
        return tuple([canonical(one, leave_out) for one in record])
    if (names := _names(kind, leave_out)) is not None:
        return kind.__name__, *[canonical(getattr(record, name), leave_out) for name in names]
    if isinstance(record, Mapping):
        return tuple(sorted((name, canonical(value, leave_out)) for name, value in record.items()))
    return record


@cache
def _names(kind: type, leave_out: tuple[str, ...]) -> tuple[str, ...] | None:
    """The fields of a record that count; None of what is no record."""
    return tuple(one.name for one in fields(kind) if one.name not in leave_out) if is_dataclass(kind) else None
