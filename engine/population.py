"""Who the patients are: how often each answer is given, by whom, and what that rests on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .citation import Citation
from .errors import Place
from .language import Condition, Domain
from .record import Record

CONVENTION = "convention"
UNKNOWN = -(1 << 30)
"""In the ranges of an entry: no answer."""


@dataclass(frozen=True, repr=False)
class Entry(Record):
    """How often each answer is given by those of whom `condition` speaks.

    `ranges` has the places of values among those of the finding, or numbers, and `shares` how many of a hundred give
    each. `start` names the finding from which a number is counted. Without a source there is a `label`.
    """

    condition: Condition
    ranges: tuple[tuple[int, int], ...]
    shares: tuple[float, ...]
    place: Place
    start: str = ""
    sources: tuple[Citation, ...] = ()
    label: str = ""

    @property
    def convention(self) -> bool:
        """Whether nobody has measured it."""
        labels = [self.label] if self.label else [one.label for one in self.sources]
        return all(label == CONVENTION for label in labels)


@dataclass(frozen=True, repr=False)
class Step(Record):
    """The entries of hidden facts and findings, in an order in which each is drawn after what its entries read."""

    entries: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, repr=False)
class FollowUp(Record):
    """The next visit: how many of those in whom `returns` holds come, what it takes from the last one, what is new.

    `carry` has for a finding what it takes over: another finding, or a conclusion that has the same values. `step` has
    every finding in the order of drawing, most of them without an entry of their own.
    """

    share: float
    returns: Condition
    carry: Mapping[str, str]
    step: Step


@dataclass(frozen=True, repr=False)
class Population(Record):
    """The patients for whom a knowledge base is made.

    `serious` is about the hidden facts for which alarms are there, `signs` about the findings by one of which they can
    be known. `uncertain` has for a finding the answers whose share, where it is a convention, is divided and multiplied
    for the span of a figure. `wrong_answers` has what patients say instead of what is so.
    """

    hidden: Mapping[str, Domain]
    first: Step
    serious: Condition
    signs: tuple[Condition, ...]
    uncertain: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    wrong_answers: Step = field(default_factory=Step)
    follow_up: FollowUp | None = None

    @property
    def illness(self) -> str:
        """The hidden fact that tells who is seriously ill."""
        return next(iter(self.serious.terms()))
