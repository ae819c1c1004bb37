"""Other answers: what those that are named would change, and the fewest that would change the advice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain, compress, islice, product
from math import prod
from operator import and_
from typing import Any, ClassVar

from .. import semantics
from ..case import Decision, Value
from ..circuit import CompiledRulebook, Evaluation, Option, set_bits
from ..proof import Unknown
from ..record import Json, JsonRecord
from ..rulebook import Rulebook, facts_in_order
from .answers import SameEffect, outcome_where, shown, with_same_effect
from .contrast import Difference, compare
from .correction_sets import CorrectionSets
from .counterfactual import LOOSE, options_of, prefer_ordinary
from .findings import FindingChange, with_changes
from .preconditions import check_answers, check_asked, check_most, check_other_answers
from .rule_changes import ConclusionChange, Judged, changes
from .sat_queries import other_answers, prover_of
from .verify import check_changed

TRIED = 2
"""Where no set of any size changes anything, up to so many answers together are reported not to."""
FEW = 100
"""So many answers to the findings of one set are found one by one; of more all are tried at once."""
MOST_TRIED = 100_000
"""So many answers to the findings of one set are tried."""
MOST_FOUND = 10_000
"""Where there are more sets of a size they are left at that."""
SIZES = 2
"""So many sizes are shown: the smallest, and the next."""
MOST_SHOWN = 30
"""So many sets of a size are shown; the others are counted."""

OptionSet = tuple[Option, ...]


@dataclass(frozen=True)
class OtherAnswers(JsonRecord):
    """A finding, its answer now, and the other answers that do the same."""

    term: str
    before: Value | None
    after: SameEffect


@dataclass(frozen=True)
class Alternative(JsonRecord):
    """Other answers that together change the advice, and no fewer of them; with what they change.

    It stands for `count` sets, each with one answer to a finding (of numbers, one of each class).
    """

    answers: tuple[OtherAnswers, ...]
    advice: tuple[ConclusionChange, ...]
    count: int


@dataclass(frozen=True, repr=False)
class Alternatives(JsonRecord):
    """The smallest sets of changed answers that would change the advice of a case, and those of the next size.

    `sets` has them, the smallest first; `counts` how many there are of each size, with every answer counted by itself;
    `hangs_on` the findings whose answer alone changes the advice; `left_alone` the fixed facts. The list is proved
    complete for each size that has a count, unless `undecided` says why the search stopped: there may be more sets of
    size `undecided_from` or larger. `all_shown` means proved: there are no others of any size.
    """

    KEYS: ClassVar = {"decision": "", "all_shown": "all told"}

    decision: Decision
    sets: tuple[Alternative, ...]
    counts: Mapping[int, int]
    hangs_on: tuple[str, ...]
    left_alone: tuple[str, ...]
    all_shown: bool = False
    undecided: str = ""
    undecided_from: int | None = None

    def as_json(self) -> Json:
        """The alternatives as the object that `lumbar whatif --json` prints; docs/schema describes it."""
        return self.decision.named | super().as_json()


def what_if(
    compiled: CompiledRulebook, decision: Decision, answers: Mapping[str, Value | None], terms: Sequence[str] = ()
) -> Difference:
    """What other answers would change, and through which rules; None takes an answer back."""
    check_asked(compiled.rulebook, decision, terms)
    check_other_answers(answers)
    facts = with_changes(decision.case.facts, [FindingChange(term, None, value) for term, value in answers.items()])
    check_answers(compiled.rulebook, facts, answers)
    case = replace(decision.case, facts=facts_in_order(compiled.rulebook, facts), expected=None)
    return compare(compiled, decision, semantics.decide(compiled.rulebook, case), terms)


def what_would_change(
    compiled: CompiledRulebook, decision: Decision, terms: Sequence[str] = (), most: int | None = MOST_SHOWN
) -> Alternatives:
    """The fewest other answers that would change the advice, or the terms named; so many of each size are shown."""
    check_asked(compiled.rulebook, decision, terms)
    check_most(most)
    search = _Search(compiled, decision, tuple(terms) or shown(compiled.rulebook))
    search.run()
    counts = search.counts()
    alone = {option.term for (option,) in search.found.get(1, ())}
    return Alternatives(
        decision,
        tuple(alternative for size in sorted(search.found) for alternative in islice(search.alternatives(size), most)),
        counts,
        tuple(term.name for term in compiled.rulebook.findings if term.name in alone),
        fixed_in(compiled.rulebook, decision.case.facts),
        all_shown=sum(map(bool, counts.values())) < SIZES and not search.undecided,
        undecided=search.undecided,
        undecided_from=search.undecided_from,
    )


class _Search:
    """Looks for sets of other answers to one case, the smallest first, of each size all."""

    def __init__(self, compiled: CompiledRulebook, decision: Decision, terms: tuple[str, ...]) -> None:
        self.compiled, self.decision, self.terms = compiled, decision, terms
        self.facts = decision.case.facts
        self.nodes = compiled.order(compiled.nodes_for(terms))
        current = compiled.variants(self.facts)
        current.settle(self.nodes)
        self.aims = [node for term in terms for node in compiled.nodes_that_would_differ(term, current)]
        self.options = options_of(compiled, self.facts, self.aims)
        every = [option for options in self.options.values() for option in options]
        self.places = {option: place for place, option in enumerate(every)}
        self.found: dict[int, list[OptionSet]] = {}
        self.undecided = ""
        self.undecided_from: int | None = None

    def run(self) -> None:
        """Look for the sets of the smallest two sizes that there are."""
        prover = prover_of(self.compiled)
        hard, as_is = other_answers(self.compiled, prover, self.facts, list(self.options))
        prefer_ordinary(self.compiled, self.options)
        sets = CorrectionSets(prover, [*hard, self.compiled.circuit.any_of(self.aims)], as_is, ranked=False)
        while not self.undecided and (names := sets.smallest(self._most())) is not None:
            if isinstance(names, Unknown):
                self._give_up(names.reason, max(self.found, default=0) or 1)
            else:
                self._add(names, sets.case(), sets)
        self.found = {size: self._checked(size, found) for size, found in self.found.items()}

    def _most(self) -> int | None:
        """The largest size that is still looked for, once there are sets of two."""
        return max(self.found) if len(self.found) == SIZES else None

    def _give_up(self, reason: str, size: int) -> None:
        self.undecided, self.undecided_from = reason, size

    def _add(self, names: Sequence[str], case: Mapping[str, Value], sets: CorrectionSets) -> None:
        """Keep the answers to these findings that do it, and look no more for them, nor for what has them in it.

        Of a few answers that of the case is kept, and the next is found in its turn; of many all are tried at once.
        """
        options = tuple(option for name in names if (option := self._option(name, case[name])) is not None)
        size, many = len(names), prod(len(self.options[name]) for name in names)
        if len(options) < size:
            self._give_up(LOOSE, size)
            return
        found = self._all_that_do(names) if FEW < many <= MOST_TRIED else [options]
        for one in found:
            sets.bar(map(self.compiled.node_of, one))
        self.found.setdefault(size, []).extend(found)
        if many > MOST_TRIED:
            self._give_up(f"there are too many answers to {size} questions to try them all", size)
        elif not found:
            self._give_up(LOOSE, size)
        elif len(self.found[size]) > MOST_FOUND:
            self._give_up(f"the search ends at {MOST_FOUND:,}", size)

    def _all_that_do(self, names: Sequence[str]) -> list[OptionSet]:
        """All answers to these findings that change the advice, and have in them no set that does it already."""
        axes = [self.options[name] for name in names]
        variants = self.compiled.combinations(self.facts, axes)
        hits = variants.any_of(self.aims) & self.compiled.possible(variants)
        for one in chain.from_iterable(self.found.values()):
            if all(option.term in names for option in one):
                hits &= ~reduce(and_, (variants.chosen[option.term][option.value] for option in one))
        return list(compress(product(*axes), map(int, f"{hits:b}"[::-1])))

    def _option(self, name: str, value: Value) -> Option | None:
        """The option for an answer; None where the rulebook does not distinguish it from the answer there is."""
        term = self.compiled.rulebook.terms[name]
        if term.domain.values:
            return Option(name, value)
        low, high = self.compiled.class_of(term, int(value))
        return next((one for one in self.options[name] if low <= int(one.value or 0) <= high), None)

    def _checked(self, size: int, sets: list[OptionSet]) -> list[OptionSet]:
        """The sets of a size in order, those that the circuit says to change the advice too."""
        sets.sort(key=lambda options: [self.places[option] for option in options])
        variants = self.compiled.variants_with(self.facts, sets)
        variants.settle(self.nodes)
        hits = variants.any_of(self.aims) & self.compiled.possible(variants)
        if hits != variants.full:
            self._give_up(LOOSE, min(size, self.undecided_from or size))
        return [sets[place] for place in set_bits(hits)]

    def counts(self) -> dict[int, int]:
        """How many sets there are of each size, up to the largest that was looked at."""
        largest = max(TRIED, self.undecided_from or 0, *self.found)
        if sum(map(bool, self.found.values())) == SIZES:
            largest = max(self.found)
        return {size: len(self.found.get(size, ())) for size in range(1, largest + 1)}

    def alternatives(self, size: int) -> Iterator[Alternative]:
        """The sets with what they change: those with the same effect are one, and the first of each is checked."""
        hits = self.found[size]
        variants = self.compiled.variants_with(self.facts, hits)
        variants.settle(self.nodes)
        where = {options: place for place, options in enumerate(hits)}
        for options in self._merged(hits, variants):
            first = tuple(option[0] for option in options)
            answers = tuple(self._answers(option) for option in options)
            changed = self._changes(first, variants, where[first])
            yield Alternative(answers, changed, prod(len(option) for option in options))

    def _changes(self, options: OptionSet, variants: Evaluation, place: int) -> tuple[ConclusionChange, ...]:
        rulebook = self.compiled.rulebook
        then = {
            term: outcome_where(self.compiled, term, lambda node: bool(variants.mark(node) >> place & 1))
            for term in self.terms
        }
        after = check_changed(rulebook, self.facts, {option.term: option.value for option in options}, then)
        return changes(Judged(rulebook, self.decision), Judged(rulebook, after), self.terms)

    def _answers(self, options: Sequence[Option]) -> OtherAnswers:
        term = self.compiled.rulebook.terms[options[0].term]
        current = self.facts.get(term.name)
        return OtherAnswers(
            term.name, current, with_same_effect(self.compiled, term, [option.value for option in options], current)
        )

    def _merged(self, hits: Sequence[OptionSet], variants: Evaluation) -> Iterator[tuple[OptionSet, ...]]:
        """Sets on the same findings that bring the same as one, each finding with all its answers."""
        marks = {variants.mark(node) for term in self.terms for node in self.compiled.deciding(term)}
        varying = (marks - {variants.full}) | {0}
        effects = list(zip(*(f"{mark:0{len(hits)}b}" for mark in varying), strict=True))[::-1]
        groups: dict[object, list[tuple[OptionSet, ...]]] = {}
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
