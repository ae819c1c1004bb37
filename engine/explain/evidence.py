"""For and against: what speaks for values of a conclusion, what against them, and what is not known yet.

An argument is a rule: one that decides (it gives the value, or another one), or one that a tally counts. How strong it
is stands in its own words and sources; nothing is added to them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from .. import semantics
from ..case import Decision
from ..language import Against, Within
from ..record import Json, JsonRecord
from ..rulebook import Rulebook, RuleFor, Term
from .answers import Outcome, outcome
from .preconditions import check_values, check_weighed
from .reasons import RuleReason
from .verify import check_argument
from .why import Explainer

ValueState = Literal["holds", "fails", "open", "disputed"]
FOR, AGAINST = "for", "against"


@dataclass(frozen=True)
class Argument:
    """A rule that speaks for a value or against it; `tally` is the one that counts it, empty where the rule decides."""

    reason: RuleReason
    tally: str = ""

    def as_json(self) -> Json:
        """The argument as an object; docs/schema describes it."""
        return {"tally": self.tally, "rule": self.reason.as_json()}


@dataclass(frozen=True)
class Weighed(JsonRecord):
    """A value with its arguments.

    `speaking_for` and `speaking_against` fire in this case, even where they are disputed; `ruled_out` are the rules
    that would have given the value or spoken for it; `open_for` and `open_against` wait for answers. Of a scale,
    `higher` are the rules that fire for more than the value, and so for at least as much.
    """

    KEYS: ClassVar = {"speaking_for": "for", "speaking_against": "against"}

    value: str
    state: ValueState
    speaking_for: tuple[Argument, ...] = ()
    speaking_against: tuple[Argument, ...] = ()
    open_for: tuple[Argument, ...] = ()
    open_against: tuple[Argument, ...] = ()
    ruled_out: tuple[Argument, ...] = ()
    higher: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Weighing(JsonRecord):
    """The values of a conclusion side by side, and its present answer."""

    KEYS: ClassVar = {"term": ""}

    term: Term
    now: Outcome
    values: tuple[Weighed, ...]

    def as_json(self) -> Json:
        """The weighing as the object that `lumbar weigh --json` prints; docs/schema describes it."""
        return {"term": self.term.name, **super().as_json()}


def weigh(rulebook: Rulebook, decision: Decision, term: str, values: Sequence[str] = ()) -> Weighing:
    """What speaks for each of the values and against it; none named: those that are weighed, or have a rule alive."""
    values = check_values(rulebook, decision, term, values)
    check_weighed(rulebook, term)
    found = rulebook.terms[term]
    scales = _Scales(rulebook, decision, found)
    chosen = values or scales.weighed() or scales.alive() or found.domain.values
    return Weighing(found, outcome(decision, term), tuple(scales.weigh(value) for value in chosen))


class _Scales:
    def __init__(self, rulebook: Rulebook, decision: Decision, term: Term) -> None:
        self.rulebook, self.decision, self.term = rulebook, decision, term
        self.explainer = Explainer(rulebook, decision)
        self.support = rulebook.support[term.name]

    def weighed(self) -> tuple[str, ...]:
        """The values that have tallies of their own."""
        return tuple(value for value in self.term.domain.values if any(True for _ in self._tallies(value)))

    def alive(self) -> tuple[str, ...]:
        """The values that a rule gives, or still may."""
        values = {entry.value for entry in self.support if self._status(entry) != semantics.FAILS}
        return tuple(value for value in self.term.domain.values if value in {*values, self.term.otherwise})

    def weigh(self, value: str) -> Weighed:
        """One value with its arguments."""
        own = [entry for entry in self.support if entry.value == value]
        firing = [entry for entry in self.support if entry.value != value and self._excludes(entry)]
        found = {FOR: self._arguments(own), AGAINST: self._arguments(firing)}
        for side, tally in dict.fromkeys(self._tallies(value)):
            found[side] += self._arguments(self.rulebook.support[tally], tally)
        return Weighed(
            value,
            self._state(value),
            speaking_for=_with(found[FOR], "fires", "disputed"),
            speaking_against=_with(found[AGAINST], "fires", "disputed"),
            open_for=_with(found[FOR], "waits"),
            open_against=_with(found[AGAINST], "waits"),
            ruled_out=_with(found[FOR], "ruled out"),
            higher=tuple(self._higher(value)) if self.term.takes_highest else (),
        )

    def _status(self, entry: RuleFor) -> int:
        return semantics.status(entry, self.decision.marks)

    def _excludes(self, entry: RuleFor) -> bool:
        """Whether a rule for another value speaks against this one: where one value at most may hold."""
        return self.term.single and bool(self._status(entry) & semantics.HOLDS)

    def _higher(self, value: str) -> Iterator[str]:
        """The rules that fire for more than a value of a scale."""
        above = self.term.domain.values[self.term.domain.values.index(value) + 1 :]
        yield from (one.rule for one in self.support if one.value in above and self._status(one) & semantics.HOLDS)

    def _state(self, value: str) -> ValueState:
        name = semantics.NAMES[self.decision.state.marks_of(self.term.name)[value]]
        return "open" if name == "waits" else name

    def _arguments(self, entries: Iterable[RuleFor], tally: str = "") -> list[Argument]:
        found = [Argument(self.explainer.reason(entry, False), tally) for entry in entries]
        for argument in found:
            check_argument(
                self.rulebook, self.decision, argument.reason.rule.id, argument.reason.status, tally or self.term.name
            )
        return found

    def _tallies(self, value: str) -> Iterator[tuple[str, str]]:
        """The tallies that speak for or against a value: those shown beside it, and those that its rules read."""
        recommendation = self.rulebook.recommendation
        for section in recommendation.sections if recommendation else ():
            if self.term.name in section.terms:
                for name, pro, contra in section.sides:
                    if name == value:
                        yield from ((FOR, pro), (AGAINST, contra))
        for entry in self.support:
            if entry.value == value:
                yield from self._tallies_read(entry)

    def _tallies_read(self, entry: RuleFor) -> Iterator[tuple[str, str]]:
        for line in self.rulebook.rules[entry.rule].condition.leaves():
            if self.rulebook.terms[line.term].domain.kind != "tally":
                continue
            if isinstance(line, Within):
                yield (FOR if line.high is None else AGAINST), line.term
            elif isinstance(line, Against):
                over = line.relation in ("over", "at least", "above")
                yield (FOR if over else AGAINST), line.term
                yield (AGAINST if over else FOR), line.other


def _with(arguments: Iterable[Argument], *statuses: str) -> tuple[Argument, ...]:
    return tuple(argument for argument in arguments if argument.reason.status in statuses)
