"""A rulebook as it is seen from above: each record knows its layer, and its place begins with the layer's name."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from ..digests import PLAIN
from ..errors import KnowledgeError, Place, Problem
from ..rulebook import Layer, Rulebook

BUILT_IN = "built in"
PARTS = (
    *("terms", "rules", "laws", "impossible", "sources", "claims", "cases", "row_examples"),
    *("population", "groups", "retired", "reviews"),
)
T = TypeVar("T")


def from_above(rulebook: Rulebook, name: str) -> Rulebook:
    """A rulebook as the one beneath a layer, called by a name."""
    place = _placing(rulebook, name)
    found = copy(rulebook)  # with all that was worked out of it, which no place is a part of
    for part in PARTS:
        found.__dict__[part] = _placed(getattr(rulebook, part), place, name)
    found.__dict__["layers"] = (*rulebook.layers[:-1], _named(rulebook, name))
    return found


def _named(rulebook: Rulebook, name: str) -> Layer:
    layer = copy(rulebook.layers[-1]) if rulebook.layers else Layer(name)
    layer.__dict__.update(name=name, place=Place(f"{name}:{layer.place.file}", layer.place.line))
    return layer


def problems_from_above(error: KnowledgeError, name: str) -> KnowledgeError:
    """What is wrong with a layer beneath, reported where it is."""
    return KnowledgeError(_problem(problem, name) for problem in error.problems)


def _problem(problem: Problem, name: str) -> Problem:
    found = copy(problem)
    place = problem.place
    file = place.file if ":" in place.file.partition("/")[0] else f"{name}:{place.file}"
    found.__dict__["place"] = Place(file, place.line, place.column)
    return found


def _placing(rulebook: Rulebook, name: str) -> Callable[[Place], Place]:
    deeper = tuple(f"{layer.name}:" for layer in rulebook.layers[:-1])

    @cache
    def place(old: Place) -> Place:
        if old.file == BUILT_IN or (deeper and old.file.startswith(deeper)):
            return old
        return Place(f"{name}:{old.file}", old.line, old.column)

    return place


def _placed(value: T, place: Callable[[Place], Place], name: str) -> T:
    """The same with each place and layer put in; what has none is left as it is."""
    found: Any = value
    kind = type(value)
    if kind is Place:
        found = place(found)
    elif kind in PLAIN:
        pass
    elif kind is tuple:
        made = tuple([_placed(one, place, name) for one in found])
        found = made if any(new is not old for new, old in zip(made, found, strict=True)) else value
    elif isinstance(value, Mapping):
        found = {key: _placed(one, place, name) for key, one in value.items()}
    elif names := _fields(kind):  # type: ignore[arg-type]
        found = _record(found, names, place, name)
    return found  # type: ignore[no-any-return]


def _record(record: Any, names: tuple[str, ...], place: Callable[[Place], Place], name: str) -> Any:
    changed = {}
    for one in names:
        old = getattr(record, one)
        new = name if one == "layer" and not old else _placed(old, place, name)
        if new is not old:
            changed[one] = new
    if not changed:
        return record
    found = copy(record)  # with its digest, which neither a place nor a layer is a part of
    found.__dict__.update(changed)
    return found


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else ()
