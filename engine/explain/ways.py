"""The shortest way from a case to another answer: the fewest answers that would have to be other, or be given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from ..case import Decision, Value
from .differences import FindingChange, finding_changes, with_changes
from .plan import Option, Plan, ordinary_value
from .solved import fewest_changes
from .variants import places, trying

TRIED_WHOLE = 2
"""From so many other answers on a solver is asked; all sets of fewer are tried."""


@dataclass(frozen=True)
class Way:
    """The fewest other answers that lead there; `kind` is way, none (proved) or undecided, with the reason.

    `smallest` where it is proved that no fewer do.
    """

    kind: Literal["way", "none", "undecided"]
    answers: tuple[FindingChange, ...] = ()
    smallest: bool = True
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The way as an object; docs/schema describes it."""
        answers = [answer.as_json() for answer in self.answers]
        return {"kind": self.kind, "answers": answers, "smallest": self.smallest, "reason": self.reason}


def options_of(plan: Plan, facts: Mapping[str, Value], aims: Iterable[int]) -> list[Option]:
    """The other answers that can bear on the nodes aimed at; what cannot be otherwise is left alone."""
    reach = plan.related(aims)
    terms = (term for term in plan.rulebook.findings if term.name in reach and not (term.fixed and term.name in facts))
    return [option for term in terms for option in plan.options(term, facts)]


def sets_of(options: Sequence[Option], size: int) -> Iterator[tuple[Option, ...]]:
    """The sets of so many options, each of another finding."""
    return (one for one in combinations(options, size) if len({option.term for option in one}) == size)


def shortest_way(plan: Plan, decision: Decision, goal: int, hint: frozenset[str] = frozenset()) -> Way:
    """The fewest other answers that make a node true; `hint` names findings to be tried first.

    To give an answer comes before giving another one.
    """
    facts = decision.case.facts
    options = sorted(options_of(plan, facts, [goal]), key=lambda option: option.term in facts)
    near = [option for option in options if option.term in hint]
    for size, tried in ((0, options), (1, options), (2, near)):
        found = _first(plan, facts, goal, list(sets_of(tried, size)))
        if found is not None:
            return _way(plan, facts, found)
    return _asked_of_a_solver(plan, facts, goal, options)


def _way(plan: Plan, facts: Mapping[str, Value], found: Iterable[Option]) -> Way:
    answers = with_changes(facts, [FindingChange(one.term, None, one.value) for one in found])
    return Way("way", finding_changes(plan.rulebook, facts, answers))


def _first(
    plan: Plan, facts: Mapping[str, Value], goal: int, sets: Sequence[tuple[Option, ...]]
) -> tuple[Option, ...] | None:
    variants = trying(plan, facts, sets)
    hits = variants.mark(goal)
    return sets[next(places(hits))] if hits and (hits := hits & variants.possible()) else None


def _asked_of_a_solver(plan: Plan, facts: Mapping[str, Value], goal: int, options: Sequence[Option]) -> Way:
    """The way that needs two other answers or more; or the proof that there is none. Without a solver all pairs."""
    fewest = fewest_changes(plan, facts, goal, TRIED_WHOLE)
    if fewest is None:
        return Way("none")
    if isinstance(fewest, str):
        found = _first(plan, facts, goal, list(sets_of(options, TRIED_WHOLE)))
        return Way("undecided", reason=fewest) if found is None else _way(plan, facts, found)
    after = _more_ordinary(plan, facts, fewest.facts, goal)
    return Way("way", finding_changes(plan.rulebook, facts, after), smallest=fewest.proved)


def _more_ordinary(plan: Plan, facts: Mapping[str, Value], after: Mapping[str, Value], goal: int) -> dict[str, Value]:
    """The other answers as they usually are, one after the other, where they lead there all the same."""
    found = dict(after)
    for change in finding_changes(plan.rulebook, facts, after):
        ordinary = ordinary_value(plan.rulebook.terms[change.term])
        if ordinary is not None and ordinary not in (change.before, change.after):
            trial = trying(plan, found, [[Option(change.term, ordinary)]])
            if trial.mark(goal) & trial.possible():
                found[change.term] = ordinary
    return found
