"""Frozen records show themselves in a line at a prompt, as HTML in a notebook, and as JSON."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, ClassVar

Json = dict[str, Any]
"""An object as JSON has it; docs/schema.md says what is in each."""
SHOWN = 3  # entries of a collection; more are counted
LONGEST = 60  # letters of a text


class Record:
    """What dataclasses with `repr=False` inherit; `html` is set by `engine.api`, which knows how each is rendered."""

    html: ClassVar[Callable[["Record"], str | None]] = lambda _: None

    def __repr__(self) -> str:
        shown = (f"{one.name}={_short(getattr(self, one.name))}" for one in fields(self) if self._tells(one))  # type: ignore[arg-type]
        return f"{type(self).__name__}({', '.join(shown)})"

    def _tells(self, one: "Field[object]") -> bool:
        """Whether a field is shown: it is not left out by `repr=False`, nor as it is without being given."""
        default = one.default_factory() if one.default_factory is not MISSING else one.default
        return one.repr and getattr(self, one.name) != default

    def _repr_html_(self) -> str | None:
        return Record.html(self)


class JsonRecord(Record):
    """A record that is an object of JSON: its fields in order, each under its name with spaces, or as `KEYS` has it.

    A field whose key is empty is left out. docs/schema.md describes the objects.
    """

    KEYS: ClassVar[Mapping[str, str]] = {}

    def as_json(self) -> Json:
        """The record as an object."""
        keys = {one.name: self.KEYS.get(one.name, one.name.replace("_", " ")) for one in fields(self)}  # type: ignore[arg-type]
        return {key: json_of(getattr(self, name)) for name, key in keys.items() if key}


def json_of(value: Any) -> Any:
    """A value as JSON has it: of what has `as_json` that; mappings as objects, other collections as lists."""
    if value is None or isinstance(value, str | int | float):
        return value
    if hasattr(value, "as_json"):
        return value.as_json()
    if isinstance(value, Mapping):
        return {str(key): json_of(one) for key, one in value.items()}
    return [json_of(one) for one in value]


def _short(value: object) -> str:
    """A value in a few words: records by their first field, collections by their first entries and their number."""
    if is_dataclass(value):
        first = next((getattr(value, one.name) for one in fields(value)), "")
        return f"{type(value).__name__}({_short(first)})"
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else value[: LONGEST - 1] + "…")
    if isinstance(value, Mapping):
        return _listed(
            "{", [f"{_short(key)}: {_short(one)}" for key, one in list(value.items())[:SHOWN]], len(value), "}"
        )
    if isinstance(value, Sequence | Set):
        return _listed("(", [_short(one) for one in list(value)[:SHOWN]], len(value), ")")
    return repr(value)


def _listed(start: str, shown: list[str], count: int, end: str) -> str:
    more = [f"and {count - len(shown)} more"] if count > len(shown) else []
    return start + ", ".join([*shown, *more]) + end
