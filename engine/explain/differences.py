"""What made the difference between two decisions: the findings, or the part of the knowledge, that does it alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any, TypeVar

from .. import truth
from ..case import Decision, Value
from ..rulebook import Circle, Rule, Rulebook, Term
from .checked import check_difference
from .outcomes import Outcome, advice, shown
from .plan import Option, Plan
from .turns import Change, Judged, changes, steps
from .variants import Variants, places, trying

MOST_SETS = 8_000
"""So many sets of findings are tried, the smallest first, before they are left out one by one."""

Thing = TypeVar("Thing")
First = Callable[[Sequence[Sequence[Thing]]], int | None]


@dataclass(frozen=True)
class FindingChange:
    """A finding with its answers before and after; None where it is not answered."""

    term: str
    before: Value | None
    after: Value | None

    def as_json(self) -> dict[str, Any]:
        """The change as an object; docs/schema describes it."""
        return {"term": self.term, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class KnowledgeChange:
    """A rule or term that one rulebook has otherwise than the other: `how` is new, gone or changed."""

    kind: str
    name: str
    how: str
    says: str = field(compare=False)
    file: str = field(compare=False)

    def as_json(self) -> dict[str, Any]:
        """The change as an object; docs/schema describes it."""
        return {"kind": self.kind, "name": self.name, "how": self.how, "says": self.says, "file": self.file}


@dataclass(frozen=True)
class Difference:
    """What made the advice after differ from that before, and nothing else.

    `findings` (or `knowledge`, of two rulebooks) make all of the difference by themselves; those `beside` differ and
    make none. `smallest` where no smaller set does, else only that none of it can be left out. `steps` are the
    conclusions on the way to what changed of the advice.
    """

    before: Decision
    after: Decision
    findings: tuple[FindingChange, ...] = ()
    knowledge: tuple[KnowledgeChange, ...] = ()
    beside: tuple[str, ...] = ()
    smallest: bool = True
    steps: tuple[Change, ...] = ()
    advice: tuple[Change, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The difference as the object that `lumbar compare --json` prints; docs/schema describes it."""
        return {
            "before": {"case": self.before.case.id, "rulebook": self.before.rulebook},
            "after": {"case": self.after.case.id, "rulebook": self.after.rulebook},
            "findings": [finding.as_json() for finding in self.findings],
            "knowledge": [change.as_json() for change in self.knowledge],
            "beside": list(self.beside),
            "smallest": self.smallest,
            "steps": [step.as_json() for step in self.steps],
            "advice": [change.as_json() for change in self.advice],
        }


def compare(plan: Plan, before: Decision, after: Decision, terms: Sequence[str] = ()) -> Difference:
    """What made the difference between two cases under one rulebook: in the advice, or in the terms named."""
    rulebook = plan.rulebook
    told = tuple(terms) or shown(rulebook)
    first, second = Judged(rulebook, before), Judged(rulebook, after)
    differing = finding_changes(rulebook, before.case.facts, after.case.facts)
    needed, smallest = _needed(plan, before, differing, advice(after, told))
    check_difference(rulebook, before, after, [(change.term, change.after) for change in needed], told)
    found = changes(first, second, told)
    return Difference(
        before,
        after,
        findings=needed,
        beside=tuple(change.term for change in differing if change not in needed),
        smallest=smallest,
        steps=steps(first, second, found),
        advice=found,
    )


def finding_changes(
    rulebook: Rulebook, before: Mapping[str, Value], after: Mapping[str, Value]
) -> tuple[FindingChange, ...]:
    """The findings that are answered otherwise, in the order of the terms."""
    pairs = ((term.name, before.get(term.name), after.get(term.name)) for term in rulebook.findings)
    return tuple(FindingChange(*pair) for pair in pairs if pair[1] != pair[2])


def with_changes(facts: Mapping[str, Value], chosen: Iterable[FindingChange]) -> dict[str, Value]:
    """The answers with some of them changed, given, or taken back."""
    answers = {**facts, **{change.term: change.after for change in chosen}}
    return {term: value for term, value in answers.items() if value is not None}


def _needed(
    plan: Plan, before: Decision, differing: Sequence[FindingChange], wanted: Mapping[str, Outcome]
) -> tuple[tuple[FindingChange, ...], bool]:
    """The findings whose change alone brings the advice wanted, and whether no smaller set of them does."""

    first = _trial(plan, before, differing, tuple(wanted))
    tried = -1
    for sets in _by_size(differing, MOST_SETS):
        tried = len(sets[0])
        found = first(sets)
        if found is not None:
            return sets[found], True
    needed = without_the_needless(differing, first)
    return needed, len(needed) <= tried + 1


def _by_size(things: Sequence[Thing], most: int) -> Iterator[list[tuple[Thing, ...]]]:
    """The sets of things, those of one size at a time, while there are not too many to try."""
    tried = 0
    for size in range(len(things) + 1):
        sets = []
        for one in combinations(things, size):
            sets.append(one)
            if tried + len(sets) > most:
                return
        tried += len(sets)
        yield sets


def _trial(
    plan: Plan, before: Decision, differing: Sequence[FindingChange], wanted: tuple[str, ...]
) -> First[FindingChange]:
    """What tells the first of some sets of changes that brings what all of them bring: they are tried at once."""
    standing = plan.standing(wanted)
    nodes = list(dict.fromkeys(node for term in wanted for node in plan.telling(term)))
    aim = Variants(plan, with_changes(before.case.facts, differing))
    aim.settle(standing)

    def first(sets: Sequence[Sequence[FindingChange]]) -> int | None:
        variants = trying(plan, before.case.facts, [[Option(one.term, one.after) for one in some] for some in sets])
        variants.settle(standing)
        hits = variants.full
        for node in nodes:
            hits &= variants.mark(node) if aim.mark(node) else ~variants.mark(node)
        return next(places(hits), None)

    return first


def without_the_needless(things: Sequence[Thing], first: First[Thing]) -> tuple[Thing, ...]:
    """Some of the things, which bring the same by themselves, and of which none can be left out.

    `first` tells the first of some sets that brings it.
    """
    kept, size = list(things), max(len(things) // 2, 1)
    while True:
        before, starts = len(kept), range(0, len(kept), size)
        while (found := first([kept[:start] + kept[start + size :] for start in starts])) is not None:
            kept[starts[found] : starts[found] + size] = []
            starts = range(starts[found], len(kept), size)
        if size == 1 and len(kept) == before:
            return tuple(kept)
        size = max(size // 2, 1)


# --- two rulebooks ---------------------------------------------------------------------------------------------------


def compare_rulebooks(before: Judged, after: Judged, terms: Sequence[str] = ()) -> Difference:
    """What of the knowledge made the difference between the decisions of one case under two rulebooks."""
    told = tuple(terms) or tuple(dict.fromkeys((*shown(after.rulebook), *shown(before.rulebook))))
    wanted = advice(after.decision, told)

    def brings(chosen: Sequence[KnowledgeChange]) -> bool:
        mixed = _mixed(before.rulebook, after.rulebook, chosen)
        return _is_whole(mixed) and advice(truth.decide(mixed, before.decision.case), told) == wanted

    def first(sets: Sequence[Sequence[KnowledgeChange]]) -> int | None:
        return next((place for place, chosen in enumerate(sets) if brings(chosen)), None)

    differing = knowledge_changes(before.rulebook, after.rulebook)
    needed = without_the_needless(differing, first)
    found = changes(before, after, told)
    return Difference(
        before.decision,
        after.decision,
        knowledge=needed,
        beside=tuple(change.name for change in differing if change not in needed),
        smallest=len(needed) <= 1,
        steps=steps(before, after, found),
        advice=found,
    )


def knowledge_changes(before: Rulebook, after: Rulebook) -> tuple[KnowledgeChange, ...]:
    """The terms and rules that answers can depend on, and that two rulebooks do not have alike."""
    found = []
    kinds: tuple[tuple[str, Mapping[str, Rule | Term], Mapping[str, Rule | Term]], ...] = (
        ("term", before.terms, after.terms),
        ("rule", before.rules, after.rules),
    )
    for kind, old, new in kinds:
        for name in dict.fromkeys([*new, *old]):
            told = new.get(name) or old[name]
            how = "gone" if name not in new else "new" if name not in old else "changed"
            if how != "changed" or _meaning(old[name]) != _meaning(new[name]):
                found.append(KnowledgeChange(kind, name, how, told.says, told.place.file))
    return tuple(found)


def _meaning(thing: Rule | Term) -> tuple[Any, ...]:
    """What of a rule or term answers depend on."""
    if isinstance(thing, Rule):
        return thing.condition, thing.then, thing.outranks
    return thing.domain, thing.finding, thing.screening, thing.asked_if, thing.otherwise, thing.takes_highest


def _mixed(before: Rulebook, after: Rulebook, chosen: Iterable[KnowledgeChange]) -> Rulebook:
    """The rulebook before, with what is chosen as it is after."""
    terms, rules = dict(before.terms), dict(before.rules)
    for change in chosen:
        if change.how == "gone":
            (terms if change.kind == "term" else rules).pop(change.name)
        elif change.kind == "term":
            terms[change.name] = after.terms[change.name]
        else:
            rules[change.name] = after.rules[change.name]
    return replace(before, terms=terms, rules=rules)


def _is_whole(rulebook: Rulebook) -> bool:
    """Whether the rules speak only of terms and values that there are, and form no circle."""
    for rule in rulebook.rules.values():
        names = {*rule.condition.terms(), *(term for term, _ in rule.then)}
        if not names <= rulebook.terms.keys() or not set(rule.outranks) <= rulebook.rules.keys():
            return False
        if any(value is not None and value not in rulebook.terms[term].domain.values for term, value in rule.then):
            return False
    try:
        return bool(rulebook.stages)
    except Circle:
        return False
