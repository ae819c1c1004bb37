"""A layer: somebody's own knowledge over that of others, as its knowledge.yaml names it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .case import Value
from .errors import Place
from .record import Record

NOWHERE = Place("knowledge.yaml")


@dataclass(frozen=True, repr=False)
class Layer(Record):
    """One of a stack of knowledge bases; the lowest builds on nothing.

    `like` has for each new value of a conclusion beneath the value that it is like, which is how laws beneath read it.
    `in_cases_beneath` is what saved cases beneath answer to findings of this layer.
    """

    name: str
    builds_on: str = ""
    place: Place = NOWHERE
    like: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    in_cases_beneath: Mapping[str, Value] = field(default_factory=dict, hash=False)
