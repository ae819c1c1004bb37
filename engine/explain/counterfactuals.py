"""Other answers: what those that are named would change, and the fewest that would change the advice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from math import prod
from typing import Any

from .. import semantics
from ..case import Decision, Value
from ..record import Record
from ..rulebook import Rulebook, facts_in_order
from .answers import shown
from .bit_parallel import Pairs, Variants, places, trying
from .contrast import Difference, compare
from .correction_sets import Larger, OptionSet
from .counterfactual import options_of
from .findings import FindingChange, with_changes
from .plan import Option, Plan, Told
from .preconditions import check_answers, check_asked, check_most, check_other_answers
from .rule_changes import Change, Judged, changes
from .verify import check_changed

TRIED_WHOLE = 2
"""Sets of so many other answers are tried whole; of the larger ones a solver is asked."""
SIZES = 2
"""So many sizes are told: the smallest, and the next."""
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


@dataclass(frozen=True, repr=False)
class Alternatives(Record):
    """The smallest sets of changed answers that would change the advice of a case, and those of the next size.

    `sets` has them, the smallest first; `counts` how many there are of each size, with every answer counted by itself;
    `hangs_on` the findings whose answer alone changes the advice; `left_alone` the fixed facts. The list is proved
    complete for each size that has a count, unless `undecided` says why the search stopped: there may be more sets of
    size `undecided_from` or larger. `all_told` means proved: there are no others of any size.
    """

    decision: Decision
    sets: tuple[Alternative, ...]
    counts: Mapping[int, int]
    hangs_on: tuple[str, ...]
    left_alone: tuple[str, ...]
    all_told: bool = False
    undecided: str = ""
    undecided_from: int | None = None

    def as_json(self) -> dict[str, Any]:
        """The alternatives as the object that `lumbar whatif --json` prints; docs/schema describes it."""
        return {
            "case": self.decision.case.id,
            "rulebook": self.decision.rulebook,
            "sets": [one.as_json() for one in self.sets],
            "counts": {str(size): count for size, count in self.counts.items()},
            "hangs on": list(self.hangs_on),
            "left alone": list(self.left_alone),
            "all told": self.all_told,
            "undecided": self.undecided,
            "undecided from": self.undecided_from,
        }


def what_if(
    plan: Plan, decision: Decision, answers: Mapping[str, Value | None], terms: Sequence[str] = ()
) -> Difference:
    """What other answers would change, and through which rules; None takes an answer back."""
    check_asked(plan.rulebook, decision, terms)
    check_other_answers(answers)
    facts = with_changes(decision.case.facts, [FindingChange(term, None, value) for term, value in answers.items()])
    check_answers(plan.rulebook, facts, answers)
    case = replace(decision.case, facts=facts_in_order(plan.rulebook, facts), expected=None)
    return compare(plan, decision, semantics.decide(plan.rulebook, case), terms)


def what_would_change(
    plan: Plan, decision: Decision, terms: Sequence[str] = (), most: int | None = MOST_TOLD
) -> Alternatives:
    """The fewest other answers that would change the advice, or the terms named; of each size so many are told."""
    check_asked(plan.rulebook, decision, terms)
    check_most(most)
    told = tuple(terms) or shown(plan.rulebook)
    search = _Search(plan, decision, told)
    found: list[Alternative] = []
    counts: dict[int, int] = {}
    for size, hits in search.sizes():
        counts[size] = len(hits)
        found += islice(search.told(hits), most)
        if sum(map(bool, counts.values())) == SIZES:
            break
    larger, whole = search.larger, sum(map(bool, counts.values())) < SIZES
    return Alternatives(
        decision,
        tuple(found),
        counts,
        tuple(term.name for term in plan.rulebook.findings if term.name in search.alone),
        fixed_in(plan.rulebook, decision.case.facts),
        all_told=whole and not larger.reason,
        undecided=larger.reason,
        undecided_from=larger.size if larger.reason else None,
    )


class _Search:
    """Looks for sets of other answers to one case, each size whole."""

    def __init__(self, plan: Plan, decision: Decision, terms: tuple[str, ...]) -> None:
        self.plan, self.decision, self.terms = plan, decision, terms
        self.facts = decision.case.facts
        self.standing = plan.standing(terms)
        now = Variants(plan, self.facts)
        now.settle(self.standing)
        self.aims = [node for term in terms for node in plan.otherwise(term, now)]
        self.options = options_of(plan, self.facts, self.aims)
        self.larger = Larger(plan, self.facts, self.aims, self.options)
        self.alone: set[str] = set()

    def sizes(self) -> Iterator[tuple[int, list[OptionSet]]]:
        """The sets of each size that change the advice, and no part of which does."""
        single = [(option,) for option in self.options]
        ones = [single[place] for place in places(self._do(trying(self.plan, self.facts, single)))]
        self.alone = {option.term for (option,) in ones}
        yield 1, list[OptionSet](ones)
        left = [option for option in self.options if (option,) not in set(ones)]
        pairs = Pairs(self.plan, self.facts, left)
        twos = list(pairs.at(self._do(pairs)))
        yield TRIED_WHOLE, list[OptionSet](twos)
        yield from self.larger.sizes(TRIED_WHOLE + 1, [*ones, *twos])

    def _do(self, variants: Variants) -> int:
        """The variants that change the advice, of a patient that there can be."""
        variants.settle(self.standing)
        return variants.any_of(self.aims) & variants.possible()

    def told(self, hits: Sequence[OptionSet]) -> Iterator[Alternative]:
        """The sets with what they change: those that bring the same are one, and the first of each is checked."""
        variants = trying(self.plan, self.facts, hits)
        variants.settle(self.standing)
        where = {options: place for place, options in enumerate(hits)}
        for options in self._merged(hits, variants):
            first = tuple(option[0] for option in options)
            answers = tuple(self._answers(option) for option in options)
            changed = self._changes(first, variants, where[first])
            yield Alternative(answers, changed, prod(len(option) for option in options))

    def _changes(self, options: OptionSet, variants: Variants, place: int) -> tuple[Change, ...]:
        rulebook = self.plan.rulebook
        then = {
            term: self.plan.outcome(term, lambda node: bool(variants.mark(node) >> place & 1)) for term in self.terms
        }
        after = check_changed(rulebook, self.facts, {option.term: option.value for option in options}, then)
        return changes(Judged(rulebook, self.decision), Judged(rulebook, after), self.terms)

    def _answers(self, options: Sequence[Option]) -> OtherAnswers:
        term = self.plan.rulebook.terms[options[0].term]
        now = self.facts.get(term.name)
        return OtherAnswers(term.name, now, self.plan.told(term, [option.value for option in options], now))

    def _merged(self, hits: Sequence[OptionSet], variants: Variants) -> Iterator[tuple[OptionSet, ...]]:
        """Sets on the same findings that bring the same as one, each finding with all its answers."""
        marks = {variants.mark(node) for term in self.terms for node in self.plan.telling(term)}
        varying = (marks - {variants.full}) | {0}
        effects = list(zip(*(f"{mark:0{len(hits)}b}" for mark in varying), strict=True))[::-1]
        groups: dict[Any, list[tuple[OptionSet, ...]]] = {}
        for effect, options in zip(effects, hits, strict=False):
            key = (tuple(option.term for option in options), effect)
            groups.setdefault(key, []).append(tuple((option,) for option in options))
        for rows in groups.values():
            for axis in range(len(rows[0])):
                rows = list(_along(rows, axis))
            yield from rows


def _along(rows: Iterable[tuple[OptionSet, ...]], axis: int) -> Iterator[tuple[OptionSet, ...]]:
    """Rows that differ in one place alone as one."""
    joined: dict[Any, OptionSet] = {}
    for row in rows:
        key = row[:axis], row[axis + 1 :]
        joined[key] = joined.get(key, ()) + row[axis]
    yield from ((*left, options, *right) for (left, right), options in joined.items())


def fixed_in(rulebook: Rulebook, facts: Mapping[str, Value]) -> tuple[str, ...]:
    """The answers that cannot be otherwise."""
    return tuple(term.name for term in rulebook.findings if term.fixed and term.name in facts)
