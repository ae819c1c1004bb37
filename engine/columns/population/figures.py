"""What the rules make of the population: who is caught and who is stopped, by which rule, with which answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from ...circuit import CompiledRulebook
from ...population import Population
from ...record import Json
from ...rulebook import Rulebook, Term
from ..plan import Plan
from .answers import Patients, Truth
from .sampler import Draw, Sampler, unpacked
from .visits import NextVisit

ALL, WELL, ILL = "all", "well", "ill"


@dataclass(frozen=True)
class Wanted:
    """Which patients the figures are of: of each illness as many, weighted by their shares."""

    patients: int = 100_000
    seed: int = 0
    factor: float = 1.0
    wrong_answers: bool = False
    next_visit: bool = False
    common: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Some of the patients: their share of all, and parts of a hundred of them."""

    share: float
    serious: bool
    parts: Mapping[str, float]
    """By `term: value` of an alarm (on a scale this one or above), `term = value`, and `rule`."""

    def __getitem__(self, name: str) -> float:
        return self.parts.get(name, 0.0)

    def as_json(self) -> Json:
        """Its share and its parts, in hundredths."""
        parts = {name: round(value, 3) for name, value in self.parts.items() if value >= 0.0005}
        return {"share": round(self.share, 4), "serious": self.serious, "parts": parts}


@dataclass(frozen=True)
class Figures:
    """The figures of one draw."""

    wanted: Wanted
    illness: str
    groups: Mapping[str, Group]
    alarms: tuple[str, ...]
    alarm_rules: Mapping[str, str]
    """Each rule that raises an alarm, with the alarm: the first that it gives."""
    answers: Mapping[str, tuple[str, ...]]
    rules: tuple[str, ...]
    redrawn: float
    added: tuple[str, ...]

    def as_json(self) -> Json:
        """All of it, as JSON; what never occurs is left out."""
        return {
            "patients": self.wanted.patients,
            "seed": self.wanted.seed,
            "factor": round(self.wanted.factor, 4),
            "wrong answers": self.wanted.wrong_answers,
            "visit": "next" if self.wanted.next_visit else "first",
            "given": dict(self.wanted.common),
            "redrawn": round(self.redrawn, 3),
            "not in the population": list(self.added),
            "groups": {name: group.as_json() for name, group in self.groups.items()},
        }


def alarms_of(rulebook: Rulebook) -> dict[str, tuple[Term, str]]:
    """The alarms by name, each with its conclusion and value, lower steps of a scale before higher."""
    return {f"{term.name}: {value}": (term, value) for term in rulebook.conclusions for value in term.alarms}


def figures(
    compiled: CompiledRulebook, population: Population, wanted: Wanted, span: float = 1.0
) -> tuple[Figures, ...]:
    """What the rules make of so many patients; with a `span`, also where guesses are divided and multiplied by it."""
    counter = _Counter(compiled, population)
    factors = (1.0, 1 / span, span) if span > 1 else (1.0,)
    return tuple(counter.figures(replace(wanted, factor=factor)) for factor in factors)


class _Counter:
    """Draws the patients of each illness by themselves, decides them and counts."""

    def __init__(self, compiled: CompiledRulebook, population: Population) -> None:
        self.rulebook = rulebook = compiled.rulebook
        self.population = population
        self.sampler = Sampler(compiled, population)
        later = population.follow_up
        self.next_visit = NextVisit(compiled, self.sampler, later) if later else None
        self.alarms = alarms_of(rulebook)
        self.circuit = compiled.circuit
        self.alarm_rules = dict(self._alarm_rules())
        self.answers = {
            term.name: term.domain.values for term in rulebook.conclusions if term.single or term.takes_highest
        }
        self.nodes = self._wanted_nodes()
        self.plan = Plan(rulebook.terms, self.circuit.nodes, list(self.nodes.values()))

    def _alarm_rules(self) -> Iterator[tuple[str, str]]:
        given = {(term.name, value): name for name, (term, value) in self.alarms.items()}
        for rule in self.rulebook.rules.values():
            raised = [given[name, value] for name, value in rule.then if value and (name, value) in given]
            if raised:
                yield rule.id, raised[0]

    def _wanted_nodes(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for name, (term, value) in self.alarms.items():
            found[name] = self._value(term, value)
        for name in self.answers:
            term = self.rulebook.terms[name]
            found |= {f"{name} = {value}": self._value(term, value) for value in term.domain.values}
        for rule in self.rulebook.rules.values():
            found[rule.id] = self.circuit.any_of(self.circuit.support[rule.id, name][0] for name, _ in rule.then)
        return found

    def _value(self, term: Term, value: str) -> int:
        """The node that says that a conclusion has a value, or on a scale at least this."""
        if term.takes_highest:
            return self.circuit.scales[term.name][value][0]
        return (self.circuit.values.get(term.name) or self.circuit.members[term.name])[value][0]

    def figures(self, wanted: Wanted) -> Figures:
        """The figures of one draw."""
        shares = self.sampler.shares()
        each = -(-wanted.patients // max(1, len(shares)))
        serious = {value for line in self.population.serious.leaves() for value in getattr(line, "values", ())}
        counted: dict[str, dict[str, float]] = {}
        self.sampler.drawn = self.sampler.redrawn = 0
        self.answered: set[str] = set()
        for block, illness in enumerate(list(shares)):
            common = {**wanted.common, self.population.illness: illness}
            draw = Draw(wanted.seed, block, wanted.factor, common)
            patients = self.sampler.patients(each, draw)
            if wanted.wrong_answers:
                patients = self.sampler.misreported(patients, draw)
            if wanted.next_visit and self.next_visit:
                later, comes = self.next_visit.of(patients, draw)
                patients = later.at(np.flatnonzero(comes))
                shares[illness] *= patients.count / each
            self.answered.update(name for name, answer in patients.answers.items() if answer.known.any())
            counted[illness] = self._count(patients)
        whole = sum(shares.values()) or 1
        groups = {n: Group(100 * shares[n] / whole, n in serious, parts) for n, parts in counted.items()}
        named = {ALL: groups, WELL: {n: g for n, g in groups.items() if not g.serious}}
        named[ILL] = {name: group for name, group in groups.items() if group.serious}
        return Figures(
            wanted,
            self.population.illness,
            {**{name: _together(those.values()) for name, those in named.items()}, **groups},
            tuple(self.alarms),
            self.alarm_rules,
            self.answers,
            tuple(self.rulebook.rules),
            100 * self.sampler.redrawn / max(1, self.sampler.drawn),
            tuple(term.name for term in self.sampler.added if term.name in self.answered),
        )

    def _count(self, patients: Patients) -> dict[str, float]:
        """Parts of a hundred of some patients."""
        count = patients.count
        found = self.plan.run(patients.given(), count)
        truth = {name: unpacked(found[node], count) for name, node in self.nodes.items()}
        for name in self.answers:
            if self.rulebook.terms[name].takes_highest:
                _only_highest(truth, [f"{name} = {value}" for value in self.answers[name]])
        signs = np.zeros(count, np.bool_)
        for sign in self.population.signs:
            signs |= patients.holds(sign, unasked=True)
        parts = {name: _percent(here) for name, here in truth.items()}
        parts["with a sign"] = _percent(signs)
        parts |= {f"{name} with a sign": _percent(truth[name] & signs) for name in self.alarms}
        return parts | dict(self._alone(truth))

    def _alone(self, truth: Mapping[str, Truth]) -> Iterator[tuple[str, float]]:
        """For each alarm rule, in how many only it raises its alarm."""
        for alarm in self.alarms:
            rules = [rule for rule in self.alarm_rules if self._raises(rule, alarm)]
            firing = reduce(np.add, (truth[rule].astype(np.uint16) for rule in rules), np.uint16(0))
            for rule in rules:
                if self.alarm_rules[rule] == alarm:
                    yield f"{rule} alone", _percent(truth[rule] & (firing == 1))

    def _raises(self, rule: str, alarm: str) -> bool:
        """Whether a rule gives the value of an alarm, or on its scale one above."""
        term, value = self.alarms[alarm]
        given = [one for name, one in self.rulebook.rules[rule].then if name == term.name]
        scale = term.domain.values
        enough = scale[scale.index(value) :] if term.takes_highest else (value,)
        return any(one in enough for one in given)


def _percent(here: Truth) -> float:
    """How many of a hundred."""
    return 100 * int(here.sum()) / len(here) if len(here) else 0.0


def _only_highest(truth: dict[str, Any], names: list[str]) -> None:
    """Of the steps of a scale, in whom each is the highest that is reached."""
    for lower, higher in pairwise(names):
        truth[lower] = truth[lower] & ~truth[higher]


def _together(groups: Any) -> Group:
    """Groups as one, weighted by their shares."""
    those = list(groups)
    share = sum(group.share for group in those)
    names = those[0].parts if those else ()
    parts = {name: sum(group.share * group[name] for group in those) / share for name in names} if share else {}
    return Group(share, bool(those) and all(group.serious for group in those), parts)
