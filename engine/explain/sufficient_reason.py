"""What was enough: a smallest part of the answers that gives the advice, whatever the others are.

Learning more only ever sets marks, so a part of the answers is enough where it sets the marks that all of them set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

from ..case import Decision, Value
from ..record import Record
from .answers import Outcome, advice, shown
from .bit_parallel import Variants, places, trying
from .minimise import minimise
from .plan import Option, Plan
from .preconditions import check_asked
from .sat_queries import smallest_part
from .verify import check_enough

MOST_SETS = 20_000
"""So many parts are tried; where that does not reach, a solver is asked."""


@dataclass(frozen=True, repr=False)
class Enough(Record):
    """A part of the answers that gives the advice by itself.

    `needed` are the answers without which it is never given; together with `chosen` they are enough. `smallest` says
    that no smaller part is enough; if false, none of it can be left out. `needless` are the other answers of the case.
    """

    decision: Decision
    advice: Mapping[str, Outcome]
    needed: tuple[str, ...]
    chosen: tuple[str, ...]
    needless: tuple[str, ...]
    smallest: bool

    @property
    def part(self) -> dict[str, Value]:
        """The answers that are enough."""
        facts = self.decision.case.facts
        return {term: value for term, value in facts.items() if term in self.needed or term in self.chosen}

    def as_json(self) -> dict[str, Any]:
        """The part as the object that `lumbar enough --json` prints; docs/schema describes it."""
        return {
            "case": self.decision.case.id,
            "rulebook": self.decision.rulebook,
            "advice": {term: one.as_json() for term, one in self.advice.items()},
            "part": self.part,
            "needed": list(self.needed),
            "chosen": list(self.chosen),
            "needless": list(self.needless),
            "smallest": self.smallest,
        }


def enough(plan: Plan, decision: Decision, terms: Sequence[str] = ()) -> Enough:
    """A smallest part of the answers that gives the advice, or the terms named."""
    check_asked(plan.rulebook, decision, terms)
    told = tuple(terms) or shown(plan.rulebook)
    facts = decision.case.facts
    now = Variants(plan, facts)
    marks = {node for term in told for node in plan.telling(term) if now.mark(node)}
    parts = _Parts(plan, facts, sorted(marks))
    needed = tuple(term for term, kept in zip(facts, parts.each_left_out(), strict=True) if not kept)
    chosen, smallest = _chosen(parts, needed)
    if not smallest:
        fewest = smallest_part(plan, facts, parts.marks)
        if fewest is not None:
            chosen, smallest = tuple(term for term in facts if term in fewest and term not in needed), True
    part = [term for term in facts if term in needed or term in chosen]
    check_enough(plan.rulebook, decision, part, told)
    needless = tuple(term for term in facts if term not in part)
    return Enough(decision, advice(decision, told), needed, chosen, needless, smallest)


def _chosen(parts: "_Parts", needed: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The fewest answers that are enough together with those needed; and whether they are known to be the fewest."""
    free = [term for term in parts.facts if term not in needed and term in parts.reach]
    size, tried = 0, 0
    while size <= len(free) and tried + comb(len(free), size) <= MOST_SETS:
        sets = list(combinations(free, size))
        kept = parts.with_more(needed, sets)
        if kept:
            return sets[next(places(kept))], True
        size, tried = size + 1, tried + len(sets)
    found = minimise(free, lambda sets: next(places(parts.with_more(needed, sets)), None))
    return found, len(found) == size


class _Parts:
    """Tries parts of the answers of a case: whether each still sets the marks."""

    def __init__(self, plan: Plan, facts: Mapping[str, Value], marks: Sequence[int]) -> None:
        self.plan, self.facts, self.marks = plan, facts, marks
        self.reach = plan.findings_beneath(marks)

    def each_left_out(self) -> list[bool]:
        """For each answer, whether the others still set the marks."""
        kept = self._kept(trying(self.plan, self.facts, [[Option(term, None)] for term in self.facts]))
        return [bool(kept >> place & 1) for place in range(len(self.facts))]

    def with_more(self, part: Sequence[str], sets: Sequence[Sequence[str]]) -> int:
        """Which of the sets of answers set the marks together with the part; a bit for each."""
        options = {term: Option(term, value) for term, value in self.facts.items()}
        base = {term: self.facts[term] for term in part}
        return self._kept(trying(self.plan, base, [[options[term] for term in more] for more in sets]))

    def _kept(self, variants: Variants) -> int:
        kept = variants.full
        for node in self.marks:
            kept &= variants.mark(node)
        return kept
