"""Short names for what is said: equal where the same is said, wherever it is written."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from .record import Record


class WithDigest(Record):
    """What is written in a file, with a short name for all that it says, worked out once."""

    @cached_property
    def digest(self) -> str:
        """Equal where the same is said, wherever it is written and whatever examples it has."""
        return digest_of(canonical(self, ("place", "examples")))


def digest_of(said: Any) -> str:
    """The short name of what is said, which is made of tuples and texts."""
    return sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:16]


def canonical(record: Any, leave_out: Collection[str] = ("place",)) -> Any:
    """A record as tuples of all that it says, whatever the order of a mapping, without these fields."""
    if is_dataclass(record):
        names = (entry.name for entry in fields(record) if entry.name not in leave_out)
        return type(record).__name__, *(canonical(getattr(record, name), leave_out) for name in names)
    if isinstance(record, Mapping):
        return tuple(sorted((name, canonical(value, leave_out)) for name, value in record.items()))
    return tuple(canonical(one, leave_out) for one in record) if isinstance(record, list | tuple) else record
