"""The nodes of conditions, and what their terms may be."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..errors import Place

Kind = Literal["yes/no", "choice", "number", "several", "tally"]
KINDS: tuple[Kind, ...] = ("yes/no", "choice", "number", "several", "tally")
UNSETTLED = ("unknown", "disputed")
NUMERIC = ("number", "tally")
TERM = "term"


@dataclass(frozen=True)
class Domain:
    """What a term may be: its kind, its values in order, or the range of a number."""

    kind: Kind
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


@dataclass(frozen=True)
class Is:
    """The term has one of the values (several: one of them is a member).

    Where the text says `other than`, `besides` has the values that it names, and `values` all others of the term.
    """

    term: str
    values: tuple[str, ...]
    place: Place | None = field(default=None, compare=False)
    besides: tuple[str, ...] = ()


@dataclass(frozen=True)
class Within:
    """The number lies between two bounds, None where open; `words` is how the author put it."""

    term: str
    low: int | None
    high: int | None
    words: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Against:
    """The number stands in a relation to another: `relation` is a key of RELATIONS."""

    term: str
    relation: str
    other: str
    amount: int = 0
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Unsettled:
    """In laws: the finding is unanswered or the conclusion open (unknown), or it has two answers (disputed)."""

    term: str
    word: str
    place: Place | None = field(default=None, compare=False)


Line = Is | Within | Against | Unsettled


@dataclass(frozen=True)
class Group:
    """At least so many of the lines hold."""

    least: int
    lines: tuple[Line, ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Condition:
    """Every part of `lines` holds and no part of `unless` does; both empty: always."""

    lines: tuple[Line | Group, ...] = ()
    unless: tuple[Line | Group, ...] = ()

    def leaves(self) -> Iterator[Line]:
        """Every line, those inside groups too, in the order of the text."""
        for part in self.lines + self.unless:
            yield from part.lines if isinstance(part, Group) else (part,)

    def terms(self) -> frozenset[str]:
        """The terms that the condition reads."""
        return frozenset(term for line in self.leaves() for term in terms_of(line))


def terms_of(line: Line) -> tuple[str, ...]:
    """The terms that a line reads."""
    return (line.term, line.other) if isinstance(line, Against) else (line.term,)


def runs(values: Collection[str], scale: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The runs of neighbours that some values form on a scale: the place of the first, and the place after the last."""
    start = None
    for place, value in enumerate(scale):
        if value in values and start is None:
            start = place
        elif value not in values and start is not None:
            yield start, place
            start = None
    if start is not None:
        yield start, len(scale)


RELATIONS = {
    "over": "over {term}",
    "under": "under {term}",
    "at least": "at least {term}",
    "at most": "at most {term}",
    "same as": "same as {term}",
    "above": "at least {amount} above {term}",
    "below": "at least {amount} below {term}",
    "% below": "at least {amount}% below {term}",
}
