"""How conclusions stand in a decision, and which of them are the advice, as the knowledge base shows it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import semantics
from ..case import Answer, Decision, Range, Value
from ..circuit import CompiledRulebook
from ..language import Condition, Group, Line, show_line, title_of
from ..record import Json, json_of
from ..rulebook import Rulebook, Term
from ..semantics import STATES, STATUS
from ..withheld import withholds

__all__ = [
    "STATES",
    "STATUS",
    "Outcome",
    "SameEffect",
    "advice",
    "in_a_phrase",
    "outcome",
    "outcome_where",
    "shown",
    "with_same_effect",
]


@dataclass(frozen=True)
class Outcome:
    """How a conclusion stands: its answer, or the values that dispute, or that no rule gives it.

    `withheld` where a law is broken by what it belongs to, and it is no alarm: it is compared, and not shown.
    """

    answer: Answer
    disputed: tuple[str, ...] = ()
    gap: bool = False
    withheld: bool = field(default=False, compare=False)

    def as_json(self) -> Any:
        """The answer as JSON has it; an object of its own for what is withheld, disputed, or a gap."""
        if self.withheld:
            return {"withheld": True}
        if self.disputed:
            return {"disputed": list(self.disputed)}
        return {"gap": True} if self.gap else json_of(self.answer)


@dataclass(frozen=True)
class SameEffect:
    """Answers to one question with the same effect; of a number the ranges, and one value of each."""

    values: tuple[Value, ...]
    ranges: tuple[tuple[int, int], ...] = ()

    def as_json(self) -> Json:
        """The answers as an object; docs/schema describes it."""
        return {"values": list(self.values), "ranges": json_of(Range(low, high) for low, high in self.ranges)}


def with_same_effect(
    compiled: CompiledRulebook, term: Term, values: Sequence[Value | None], near: Value | None
) -> SameEffect:
    """Answers with the same effect: numbers as the ranges they represent, each with the number nearest to this."""
    given = tuple(value for value in values if value is not None)
    ranges: list[tuple[int, int]] = []
    for number in () if term.domain.values else sorted(map(int, given)):
        low, high = compiled.class_of(term, number)
        joined = ranges and ranges[-1][1] + 1 == low
        ranges[-1:] = [(ranges[-1][0], high)] if joined else [*ranges[-1:], (low, high)]
    middle = term.middle if near is None else int(near) if ranges else 0
    return SameEffect(tuple(min(max(middle, low), high) for low, high in ranges) or given, tuple(ranges))


def shown(rulebook: Rulebook) -> tuple[str, ...]:
    """The conclusions that a recommendation shows; where none is laid out, all of them.

    The tallies set side by side beneath a section weigh, and advise nothing: they are no part of the advice.
    """
    if rulebook.recommendation is None:
        return tuple(term.name for term in rulebook.conclusions)
    return tuple(dict.fromkeys(name for section in rulebook.recommendation.sections for name in section.terms))


def outcome(decision: Decision, term: str) -> Outcome:
    """How a conclusion stands in a decision."""
    marked = decision.marked
    disputed = tuple(marked.disputed.get(term, ()))
    return Outcome(marked.conclusions.get(term), disputed, term in marked.gaps, decision.withholds(term))


def outcome_where(compiled: CompiledRulebook, term: str, marked: Callable[[int], bool]) -> Outcome:
    """How a conclusion stands where these nodes of the circuit are marked."""
    found, state = compiled.rulebook.terms[term], semantics.State({})
    state.put(found, [semantics.mark(marked(holds), marked(fails)) for holds, fails in compiled.pairs(term)])
    answer = semantics.answer(found, state)
    disputed = semantics.disputed_values(found, state) if semantics.disputed(found.name, state) else ()
    withheld = marked(compiled.lawless) and withholds(found, answer, disputed)
    return Outcome(answer, disputed, semantics.gap(found, state), withheld)


def advice(decision: Decision, terms: Iterable[str]) -> dict[str, Outcome]:
    """How each of the terms stands."""
    return {term: outcome(decision, term) for term in terms}


def in_a_phrase(condition: Condition) -> str:
    """A condition in one phrase: its lines joined by `and`."""

    def phrase(part: Line | Group) -> str:
        lines = part.lines if isinstance(part, Group) else (part,)
        text = ", ".join(map(show_line, lines))
        return f"{title_of(part)} ({text})" if isinstance(part, Group) else text

    parts = [*map(phrase, condition.lines), *(f"not {phrase(part)}" for part in condition.unless)]
    return " and ".join(parts)
