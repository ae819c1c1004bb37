"""The shortest way from a case to another answer: the fewest answers that would have to be other, or be given."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from ..case import Decision, Value
from .bit_parallel import Pairs, Variants, places, trying
from .bounds import Bounds
from .findings import FindingChange, finding_changes, with_changes
from .plan import Option, Plan, ordinary_value
from .sat_queries import Fewest, fewest_changes


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
    """The fewest other answers that make a node true; of two as good one that changes the two of `hint`.

    To give an answer comes before giving another one.
    """
    return _Search(plan, decision.case.facts, goal, hint).way()


class _Search:
    """Looks for the shortest way by trying, and proves that it is; what trying does not reach a solver is asked."""

    def __init__(self, plan: Plan, facts: Mapping[str, Value], goal: int, hint: frozenset[str]) -> None:
        self.plan, self.facts, self.goal, self.hint = plan, facts, goal, hint
        self.nodes = plan.asked_of([goal])
        self.options = sorted(options_of(plan, facts, [goal]), key=lambda option: option.term in facts)
        self.values: dict[str, list[Value | None]] = {}
        for option in self.options:
            self.values.setdefault(option.term, []).append(option.value)

    def way(self) -> Way:
        """The shortest way."""
        found = self._first([(), *((option,) for option in self.options)])
        if found is not None:
            return self._way(found)
        needed = self._needed()
        if needed is None:
            return Way("none")
        found = self._near() or self._through(needed)
        if found is not None and (len(found) == max(len(needed), 2) or not self._only(needed)):
            return self._way(found)
        return self._asked_of_a_solver(needed, found)

    # --- trying ------------------------------------------------------------------------------------------------------

    def _first(self, sets: Sequence[tuple[Option, ...]], always: tuple[Option, ...] = ()) -> tuple[Option, ...] | None:
        """The first of the sets that leads there, together with the answers that are given always."""
        variants = trying(self.plan, self.facts, sets)
        for option in always:
            variants.choose(option, variants.full)
        found = self._there(variants)
        return (*always, *sets[next(places(found))]) if found else None

    def _near(self) -> tuple[Option, ...] | None:
        """Two answers to the two findings named that lead there."""
        near = [option for option in self.options if option.term in self.hint]
        return self._first(list(sets_of(near, 2))) if len(self.hint) == 2 else None

    def _pair(self) -> tuple[Option, ...] | None:
        """Two answers that lead there, of all."""
        pairs = Pairs(self.plan, self.facts, self.options)
        return next(pairs.at(self._there(pairs)), None)

    def _there(self, variants: Variants) -> int:
        """The variants that lead there, and that there can be."""
        variants.settle(self.nodes)
        return variants.mark(self.goal) & variants.possible()

    # --- proving -----------------------------------------------------------------------------------------------------

    def _needed(self) -> list[str] | None:
        """The findings without which no way leads there; None where none leads there at all."""
        names = list(self.values)
        bounds = Bounds(self.plan, self.facts, self.values, len(names) + 1)
        for place, name in enumerate(names, 1):
            bounds.fix(name, 1 << place)
        may = self._may(bounds)
        return [name for place, name in enumerate(names, 1) if not may >> place & 1] if may & 1 else None

    def _fitting(self, needed: Sequence[str]) -> list[Option]:
        """For each of these findings an answer that may lead there: the usual one, or the nearest."""
        options = [option for option in self.options if option.term in needed]
        bounds = Bounds(self.plan, self.facts, self.values, len(options))
        for place, option in enumerate(options):
            bounds.choose(option, 1 << place)
        found: dict[str, Option] = {}
        for option in (options[place] for place in places(self._may(bounds))):
            if option.term not in found or option.value == ordinary_value(self.plan.rulebook.terms[option.term]):
                found[option.term] = option
        return list(found.values())

    def _through(self, needed: Sequence[str]) -> tuple[Option, ...] | None:
        """A way of answers to all the findings needed, and at most one other."""
        always = tuple(self._fitting(needed))
        others = [(option,) for option in self.options if option.term not in needed]
        return self._first([(), *others], always) if len(always) == len(needed) > 0 else None

    def _only(self, needed: Sequence[str]) -> bool:
        """Whether answers to the findings needed alone may lead there."""
        return bool(self._may(Bounds(self.plan, self.facts, {name: self.values[name] for name in needed})))

    def _may(self, bounds: Bounds) -> int:
        bounds.settle(self.nodes)
        return bounds.may(self.goal)

    # --- telling -----------------------------------------------------------------------------------------------------

    def _way(self, found: Iterable[Option], smallest: bool = True) -> Way:
        answers = with_changes(self.facts, [FindingChange(one.term, None, one.value) for one in found])
        return Way("way", finding_changes(self.plan.rulebook, self.facts, answers), smallest)

    def _asked_of_a_solver(self, needed: Sequence[str], found: tuple[Option, ...] | None) -> Way:
        """The way of so many answers or more; or the proof that there is none."""
        free = [name for name in self.values if name not in needed]
        more = max(2 - len(needed), 0)
        fewest = fewest_changes(self.plan, self.facts, self.goal, free, needed, more)
        if isinstance(fewest, Fewest) and not (found is not None and not fewest.proved):
            after = self._more_ordinary(fewest.facts)
            return Way("way", finding_changes(self.plan.rulebook, self.facts, after), fewest.proved)
        if fewest is None:
            return Way("none")
        found = found or self._pair()
        return Way("undecided", reason=str(fewest)) if found is None else self._way(found, len(found) == 2)

    def _more_ordinary(self, after: Mapping[str, Value]) -> dict[str, Value]:
        """The other answers as they usually are, if that leads there as well: all, those that do alone, or one."""
        usual: list[Option] = []
        for change in finding_changes(self.plan.rulebook, self.facts, after):
            ordinary = ordinary_value(self.plan.rulebook.terms[change.term])
            if ordinary is not None and ordinary not in (change.before, change.after):
                usual.append(Option(change.term, ordinary))
        alone = places(self._there(trying(self.plan, after, [(option,) for option in usual])))
        fitting = [usual[place] for place in alone]
        tried = [usual, fitting, fitting[:1]]
        there = self._there(trying(self.plan, after, tried))
        chosen = tried[next(places(there))] if there else []
        return {**after, **{option.term: option.value for option in chosen if option.value is not None}}
