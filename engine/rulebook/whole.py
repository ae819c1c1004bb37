"""A knowledge base in memory, whole: the order of work, what follows from its parts, the digest."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from ..case import Case, Value
from ..digests import canonical, digest_of
from ..errors import LumbarError, Place, Problem
from ..language import Condition, Domain
from ..layer import Layer
from ..population import Population
from ..record import Record
from ..review import Review
from .records import Claim, Law, QuestionGroup, Recommendation, Retired, RowExample, Rule, Source, Term


@dataclass(frozen=True, repr=False)
class RuleFor(Record):
    """One rule for a conclusion: the value it gives, and the rules that outrank it there."""

    rule: str
    value: str | None
    outrankers: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Stage(Record):
    """One step of the order of work: rules whose terms are settled by then, and the terms they settle."""

    rules: tuple[str, ...]
    terms: tuple[str, ...]


class DependencyCycle(LumbarError):
    """Terms and rules that need each other; carries them in order."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(Problem(Place("rulebook"), " > ".join(path), "no circle"))
        self.path = path

    def __reduce__(self) -> tuple[type["DependencyCycle"], tuple[object, ...]]:
        return type(self), (self.path,)


@dataclass(frozen=True, repr=False)
class Rulebook(Record):
    """Everything that a knowledge base says; made by `load`, and never changed.

    Of a layer it is the sum of it and all beneath: `layers` has them, the lowest first, and `beneath` is the sum
    without the highest. Every term, rule and law says of which layer it is; where there are none, of the layer "".
    """

    terms: Mapping[str, Term]
    rules: Mapping[str, Rule]
    laws: Mapping[str, Law] = field(default_factory=dict)
    impossible: Mapping[str, Law] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    row_examples: Mapping[str, tuple[RowExample, ...]] = field(default_factory=dict)
    recommendation: Recommendation | None = None
    population: Population | None = None
    groups: Mapping[str, QuestionGroup] = field(default_factory=dict)
    retired: Mapping[str, Retired] = field(default_factory=dict)
    reviews: Mapping[str, tuple[Review, ...]] = field(default_factory=dict)
    directory: str = ""
    layers: tuple[Layer, ...] = ()
    beneath: "Rulebook | None" = None

    def __repr__(self) -> str:
        return f"Rulebook({len(self.rules)} rules, {len(self.terms)} terms, {self.digest})"

    def __hash__(self) -> int:
        return hash(self.digest)

    def moved(self, directory: str) -> "Rulebook":
        """The same, with all that was worked out of it, read from another folder."""
        if directory == self.directory:
            return self
        found = copy(self)
        found.__dict__["directory"] = directory
        return found

    @cached_property
    def digest(self) -> str:
        """A short name for all that is said here, worked out from it: equal where meaning and wording are.

        Where it is written, the saved cases, examples, population and reviews say nothing of what follows from a case,
        and are left out.
        """
        parts = (self.rules, self.laws, self.impossible, self.sources, self.claims)
        said = [sorted((name, record.digest) for name, record in part.items()) for part in parts]
        shown = (self.recommendation, [*self.groups.values()])
        stack = [self.beneath.digest, *(layer.name for layer in self.layers)] if self.beneath else []
        stack += [f"{name}: {self.lowers(name)}" for name in sorted(self.taking) if name in self.retired]
        return digest_of([[term.digest for term in self.terms.values()], *said, *map(canonical, shown), *stack])

    @property
    def layer(self) -> str:
        """The name of the highest layer, whose author works on it; empty where it builds on nothing."""
        return self.layers[-1].name if self.layers else ""

    def is_beneath(self, place: Place) -> bool:
        """Whether a place is in a file of a layer beneath, whose name it begins with."""
        return any(place.file.startswith(f"{layer.name}:") for layer in self.layers[:-1])

    @property
    def own_rules(self) -> Iterator[Rule]:
        """The rules of the highest layer."""
        return (rule for rule in self.rules.values() if rule.layer == self.layer)

    @cached_property
    def taking(self) -> Mapping[str, tuple[str, ...]]:
        """What takes something from rules beneath the highest layer, each with those rules.

        It is a rule of the layer that replaces or outranks them, or the rule itself where the layer retires it.
        """
        beneath = self.beneath.rules if self.beneath else {}
        found: dict[str, tuple[str, ...]] = {}
        for name, record in self.retired.items():
            if name in beneath and record.layer == self.layer:
                found[name] = (name,)
        for rule in self.own_rules if beneath else ():
            taken = [name for name in (rule.replaces, *rule.outranks) if name in beneath]
            if taken:
                found[rule.id] = tuple(taken)
        return found

    @cached_property
    def taking_from_alarms(self) -> Mapping[str, tuple[str, ...]]:
        """What of `taking` takes something from a rule that an alarm beneath rests on."""
        behind = self.beneath.behind_alarms if self.beneath else frozenset()
        return {name: taken for name, taken in self.taking.items() if not behind.isdisjoint(taken)}

    @cached_property
    def behind_alarms(self) -> frozenset[str]:
        """The rules that an alarm rests on: those that give it, what they read, and what outranks any of these."""
        found: set[str] = set()
        queue = [one for term in self.conclusions for one in self.support[term.name] if one.value in term.alarms]
        while queue:
            entry = queue.pop()
            for rule in {entry.rule, *entry.outrankers} - found:
                found.add(rule)
                queue += [one for name in self.rules[rule].condition.terms() for one in self.support.get(name, ())]
        return frozenset(found)

    def lowers(self, name: str) -> str:
        """Why a rule of the highest layer, or the record of a retired one, may lower an alarm; empty if not said."""
        return self.rules[name].lowers if name in self.rules else self.retired[name].lowers

    @cached_property
    def domains(self) -> Mapping[str, Domain]:
        """What each term may be."""
        return {name: term.domain for name, term in self.terms.items()}

    @cached_property
    def findings(self) -> tuple[Term, ...]:
        """The terms that a case may answer."""
        return tuple(term for term in self.terms.values() if term.finding)

    @cached_property
    def finding_names(self) -> tuple[str, ...]:
        """The names of the terms that a case may answer."""
        return tuple(term.name for term in self.findings)

    @cached_property
    def former_names(self) -> Mapping[str, str]:
        """The names that terms had before, each with the present one."""
        return {old: term.name for term in self.terms.values() for old in term.formerly}

    @cached_property
    def split_names(self) -> Mapping[str, tuple[str, ...]]:
        """The names of findings that were split, each with the findings that ask its parts today."""
        found: dict[str, list[str]] = {}
        for term in self.terms.values():
            for old in term.split_from:
                found.setdefault(old, []).append(term.name)
        return {old: tuple(names) for old, names in found.items()}

    @cached_property
    def names_of_before(self) -> frozenset[str]:
        """The names that terms no longer have: of those that are called otherwise, and of findings that were split."""
        return frozenset((*self.former_names, *self.split_names))

    def with_gates(self, names: Iterable[str]) -> tuple[str, ...]:
        """Findings, and those that decide whether they are asked."""
        found, left = dict[str, None](), [*names]
        while left:
            name = left.pop(0)
            gate = self.terms[name].asked_if
            if name not in found:
                left += sorted(gate.terms()) if gate else []
            found[name] = None
        return tuple(found)

    @cached_property
    def used_names(self) -> Mapping[str, Place]:
        """The names of rules that are no more, each with where that is written: none is used again."""
        found = dict(self.beneath.used_names) if self.beneath else {}
        found |= {name: record.place for name, record in self.retired.items()}
        found |= {rule.replaces: rule.place for rule in self.rules.values() if rule.replaces}
        return found | {old: rule.place for rule in self.rules.values() for old in rule.formerly}

    @cached_property
    def allowed(self) -> Mapping[str, Collection[Value]]:
        """For each finding, every value that a case may give to it."""
        return {
            term.name: frozenset(term.domain.values) or range(term.domain.low, term.domain.high + 1)
            for term in self.findings
        }

    @cached_property
    def conclusions(self) -> tuple[Term, ...]:
        """The terms that rules reach, without the built-in ones."""
        return tuple(term for term in self.terms.values() if not term.finding and not term.built_in)

    @cached_property
    def outranking(self) -> Mapping[str, tuple[str, ...]]:
        """For each rule that is outranked, the rules that name it."""
        found: dict[str, list[str]] = {}
        for rule in self.rules.values():
            for lower in rule.outranks:
                found.setdefault(lower, []).append(rule.id)
        return {lower: tuple(above) for lower, above in found.items()}

    @cached_property
    def support(self) -> Mapping[str, tuple[RuleFor, ...]]:
        """For each conclusion, the rules that give it."""
        support: dict[str, list[RuleFor]] = {term.name: [] for term in self.conclusions}
        for rule in self.rules.values():
            for name, value in rule.then:
                above = self.outranking.get(rule.id, ()) if self.terms[name].single else ()
                naming = tuple(
                    other for other in above if any(name == concluded for concluded, _ in self.rules[other].then)
                )
                support[name].append(RuleFor(rule.id, value, naming))
        return {name: tuple(entries) for name, entries in support.items()}

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The order of work, found from what reads what; raises DependencyCycle."""
        rule_depth: dict[str, int] = {}
        term_depth: dict[str, int] = {}
        for kind, name in _sorted(self._needs()):
            below = self._needs_of(kind, name)
            depth = max(
                (term_depth[other] if sort == "term" else rule_depth[other] for sort, other in below), default=-1
            )
            if kind == "rule":
                rule_depth[name] = depth + 1
            else:
                term_depth[name] = max(depth, 0)
        count = max([*rule_depth.values(), *term_depth.values()], default=-1) + 1
        return tuple(
            Stage(
                tuple(rule for rule in self.rules if rule_depth[rule] == level),
                tuple(term.name for term in self.conclusions if term_depth[term.name] == level),
            )
            for level in range(count)
        )

    def _needs(self) -> dict[tuple[str, str], set[tuple[str, str]]]:
        nodes = [("rule", rule) for rule in self.rules] + [("term", term.name) for term in self.conclusions]
        return {(kind, name): set(self._needs_of(kind, name)) for kind, name in nodes}

    def _needs_of(self, kind: str, name: str) -> Iterator[tuple[str, str]]:
        if kind == "term":
            for entry in self.support[name]:
                yield from (("rule", rule) for rule in (entry.rule, *entry.outrankers))
        else:
            for read in self.rules[name].condition.terms():
                if read in self.support:
                    yield "term", read

    @cached_property
    def gates(self) -> Mapping[str, Condition]:
        """What each finding that is asked only of some is asked if."""
        return {term.name: term.asked_if for term in self.findings if term.asked_if is not None}

    @cached_property
    def grouped(self) -> Mapping[str, tuple[Term, ...]]:
        """The findings of each group, in the order of the groups; last, without a name, those of none."""
        names = [*self.groups, ""]
        found = {name: tuple(term for term in self.findings if term.group == name) for name in names}
        return {name: terms for name, terms in found.items() if terms}

    def readers(self, term: str) -> tuple[Rule, ...]:
        """The rules whose condition reads the term."""
        return tuple(rule for rule in self.rules.values() if term in rule.condition.terms())

    def applies_to(self, term: str) -> Iterable[str]:
        """The findings that decide whether the finding is asked, as its `asked if` names them."""
        condition = self.terms[term].asked_if
        return condition.terms() if condition else ()

    def gating(self, term: str) -> frozenset[str]:
        """The findings that decide whether the finding is asked, and those that decide whether these are, and so on."""
        named = frozenset(self.applies_to(term))
        return named.union(*(self.gating(name) for name in named))


def _sorted(needs: dict[tuple[str, str], set[tuple[str, str]]]) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise DependencyCycle(tuple(name for _, name in error.args[1])) from error


def facts_in_order(rulebook: Rulebook, facts: Mapping[str, Value]) -> dict[str, Value]:
    """The facts in the order of the terms, so that equal cases print alike."""
    return {term.name: facts[term.name] for term in rulebook.findings if term.name in facts}
