"""Other answers: what those that are named would change, and the fewest that would change the advice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from typing import Any

from .. import truth
from ..case import Case, Decision, Value
from ..rulebook import Rulebook, facts_in_order
from .checked import check_changed
from .differences import Difference, FindingChange, compare, with_changes
from .outcomes import advice, shown
from .plan import Option, Plan, Told
from .turns import Change, Judged, changes
from .variants import Variants, places, trying
from .ways import options_of, sets_of

LARGEST = 2
"""Sets of so many other answers are tried whole."""
MOST_TOLD = 30
"""So many sets of a size are told; the others are counted."""


@dataclass(frozen=True)
class OtherAnswers:
    """A finding, its answer now, and the other answers that do the same."""

    term: str
    before: Value | None
    after: Told

    def as_json(self) -> dict[str, Any]:
        """The answers as an object; docs/schema describes it."""
        return {"term": self.term, "before": self.before, "after": self.after.as_json()}


@dataclass(frozen=True)
class Alternative:
    """Other answers that together change the advice, and no fewer of them; with what they change.

    It stands for `count` sets, each with one answer to a finding (of numbers, one of each class).
    """

    answers: tuple[OtherAnswers, ...]
    advice: tuple[Change, ...]
    count: int

    def as_json(self) -> dict[str, Any]:
        """The alternative as an object; docs/schema describes it."""
        return {
            "answers": [answer.as_json() for answer in self.answers],
            "advice": [change.as_json() for change in self.advice],
            "count": self.count,
        }


@dataclass(frozen=True)
class Alternatives:
    """The smallest sets of other answers that would change the advice of a case, and those one larger.

    `sets` are those told, the smallest first, and `counts` how many there are of each size, with every answer counted
    by itself; `hangs_on` the findings of which another answer alone changes the advice; `left_alone` those that cannot
    be otherwise. A set of a size that has a count has been tried, and no other of that size changes the advice.
    """

    decision: Decision
    sets: tuple[Alternative, ...]
    counts: Mapping[int, int]
    hangs_on: tuple[str, ...]
    left_alone: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The alternatives as the object that `lumbar whatif --json` prints; docs/schema describes it."""
        return {
            "case": self.decision.case.id,
            "rulebook": self.decision.rulebook,
            "sets": [one.as_json() for one in self.sets],
            "counts": {str(size): count for size, count in self.counts.items()},
            "hangs on": list(self.hangs_on),
            "left alone": list(self.left_alone),
        }


def what_if(
    plan: Plan, decision: Decision, answers: Mapping[str, Value | None], terms: Sequence[str] = ()
) -> Difference:
    """What other answers would change, and through which rules; None takes an answer back."""
    facts = with_changes(decision.case.facts, [FindingChange(term, None, value) for term, value in answers.items()])
    case = Case(f"{decision.case.id}, otherwise", facts_in_order(plan.rulebook, facts))
    return compare(plan, decision, truth.decide(plan.rulebook, case), terms)


def what_would_change(plan: Plan, decision: Decision, terms: Sequence[str] = (), most: int = MOST_TOLD) -> Alternatives:
    """The fewest other answers that would change the advice, or the terms named; of each size so many are told."""
    told = tuple(terms) or shown(plan.rulebook)
    search = _Search(plan, decision, told)
    found: list[Alternative] = []
    counts: dict[int, int] = {}
    for size in range(1, LARGEST + 1):
        hits = search.of_size(size)
        counts[size] = len(hits)
        found += islice(search.told(hits), most)
    single = {option.term for options in search.minimal if len(options) == 1 for option in options}
    return Alternatives(
        decision,
        tuple(found),
        counts,
        tuple(term.name for term in plan.rulebook.findings if term.name in single),
        fixed_in(plan.rulebook, decision.case.facts),
    )


class _Search:
    """Tries sets of other answers to one case, each size whole."""

    def __init__(self, plan: Plan, decision: Decision, terms: tuple[str, ...]) -> None:
        self.plan, self.decision, self.terms = plan, decision, terms
        self.facts = decision.case.facts
        now = Variants(plan, self.facts)
        self.aims = [node for term in terms for node in plan.otherwise(term, now)]
        self.options = options_of(plan, self.facts, self.aims)
        self.minimal: set[tuple[Option, ...]] = set()

    def of_size(self, size: int) -> list[tuple[Option, ...]]:
        """The sets of so many answers that change the advice, and no part of which does."""
        alone = {options[0] for options in self.minimal if len(options) == 1}
        left = [option for option in self.options if option not in alone]
        sets = list(sets_of(left, size))
        variants = trying(self.plan, self.facts, sets)
        hits = [sets[place] for place in places(variants.any_of(self.aims) & variants.possible())]
        self.minimal.update(hits)
        return hits

    def told(self, hits: Sequence[tuple[Option, ...]]) -> Iterator[Alternative]:
        """The sets with what they change: those that bring the same are one, and the first of each is checked."""
        for options in self._merged(hits):
            first = {option[0].term: option[0].value for option in options}
            answers = tuple(self._answers(option) for option in options)
            yield Alternative(answers, self._changes(first), prod(len(option) for option in options))

    def _changes(self, answers: Mapping[str, Value | None]) -> tuple[Change, ...]:
        rulebook = self.plan.rulebook
        facts = {**self.facts, **answers}
        after = truth.decide(
            rulebook, Case("otherwise", {term: value for term, value in facts.items() if value is not None})
        )
        check_changed(rulebook, self.facts, answers, advice(after, self.terms))
        return changes(Judged(rulebook, self.decision), Judged(rulebook, after), self.terms)

    def _answers(self, options: Sequence[Option]) -> OtherAnswers:
        term = self.plan.rulebook.terms[options[0].term]
        now = self.facts.get(term.name)
        return OtherAnswers(term.name, now, self.plan.told(term, [option.value for option in options], now))

    def _merged(self, hits: Sequence[tuple[Option, ...]]) -> Iterator[tuple[tuple[Option, ...], ...]]:
        """Sets on the same findings that bring the same as one, each finding with all its answers."""
        variants = trying(self.plan, self.facts, hits)
        nodes = [node for term in self.terms for node in self.plan.telling(term)]
        marks = [variants.mark(node) for node in nodes]
        groups: dict[Any, list[tuple[tuple[Option, ...], ...]]] = {}
        for place, options in enumerate(hits):
            effect = tuple(mark >> place & 1 for mark in marks)
            key = (tuple(option.term for option in options), effect)
            groups.setdefault(key, []).append(tuple((option,) for option in options))
        for rows in groups.values():
            for axis in range(len(rows[0])):
                rows = list(_along(rows, axis))
            yield from rows


def _along(rows: Iterable[tuple[tuple[Option, ...], ...]], axis: int) -> Iterator[tuple[tuple[Option, ...], ...]]:
    """Rows that differ in one place alone as one."""
    joined: dict[Any, tuple[Option, ...]] = {}
    for row in rows:
        key = row[:axis], row[axis + 1 :]
        joined[key] = joined.get(key, ()) + row[axis]
    yield from ((*left, options, *right) for (left, right), options in joined.items())


def fixed_in(rulebook: Rulebook, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """The answers that cannot be otherwise."""
    return tuple(term.name for term in rulebook.findings if term.fixed and term.name in facts)
