"""How conclusions stand in a decision, and which of them are the advice, as the knowledge base shows it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..case import Answer, Decision, plain
from ..language import Condition, Group, Line, show_line, title_of
from ..rulebook import Rulebook
from ..semantics import STATES, STATUS

__all__ = ["STATES", "STATUS", "Outcome", "advice", "in_a_phrase", "outcome", "shown"]


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
        return {"gap": True} if self.gap else plain(self.answer)


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
