"""Results of mutation testing, kept from one time to the next in the user's cache folder.

What examples show is kept for each card and each table, and what became of the other mutants for each rule, under a
digest of all that it rests on: the rule, all that follows from what it concludes, and the saved cases. If that has
changed it is found again; the proofs among it are kept by the prover, question by question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from ... import cache
from ...case import Given
from ...digests import canonical
from ...language import show
from ...proof.prover import Prover
from ...rulebook import Law, Rule, Rulebook
from ..saved_cases import answer_terms


@dataclass(frozen=True)
class ByExamples:
    """What the examples of a card or a table show, of each rule: the mutants and lines.

    `made` is how many mutants there are, `missed` has the places of those that no example kills, `not_covered` the
    places of the lines that no example covers.
    """

    made: Mapping[str, int]
    missed: Mapping[str, tuple[int, ...]]
    not_covered: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Fate:
    """What became of a mutant that no example kills; of one that survived, the smallest example that would kill it."""

    fate: Literal["killed", "equivalent", "survived"]
    example: Given | None = None


Fates = Mapping[tuple[str, int], Fate]
"""By rule and place among its mutants."""


@dataclass(frozen=True)
class Results:
    """What is kept: for each rule the digest of all that the fates of its mutants rest on, and the results."""

    rests_on: Mapping[str, str] = field(default_factory=dict)
    by_examples: Mapping[str, ByExamples] = field(default_factory=dict)
    fates: Fates = field(default_factory=dict)


class StoredResults:
    """What was kept of one folder of knowledge; nothing where the folder has no name, or what follows has changed."""

    def __init__(self, rulebook: Rulebook, prover: Prover) -> None:
        self.file = cache.Cached(Results, rulebook.directory)
        self.path = self.file.path
        self.rests_on = _Digests(rulebook, prover).of_rules() if self.path else {}
        found = self.file.read() or Results()
        self.by_examples = found.by_examples
        same = {rule for rule, digest in self.rests_on.items() if found.rests_on.get(rule) == digest}
        self.fates: Fates = {key: fate for key, fate in found.fates.items() if key[0] in same}

    def save(self, by_examples: Mapping[str, ByExamples], fates: Fates) -> None:
        """Keep what was found for the next time."""
        self.file.write(Results(self.rests_on, dict(by_examples), dict(fates)))


def key_of(rulebook: Rulebook, terms: str, table: str, rules: list[Rule]) -> str:
    """A digest of all that examples of a card or a table rest on; `terms` is that of the terms."""
    return _digest((terms, rules, rulebook.row_examples.get(table)))


def terms_key(rulebook: Rulebook) -> str:
    """A digest of the terms, with how many rules there are for each tally."""
    tallies = [term.name for term in rulebook.conclusions if term.domain.kind == "tally"]
    return _digest((rulebook.terms, {name: len(rulebook.support.get(name, ())) for name in tallies}))


class _Digests:
    """For each rule, a digest of all that says what becomes of its mutants."""

    def __init__(self, rulebook: Rulebook, prover: Prover) -> None:
        self.rulebook = rulebook
        self.prover = prover
        self.answer = frozenset(answer_terms(rulebook))
        self.readers: dict[str, list[Rule]] = {}
        for rule in rulebook.rules.values():
            for name in rule.condition.terms():
                self.readers.setdefault(name, []).append(rule)
        self.laws: dict[str, list[Law]] = {}
        for law in rulebook.laws.values():
            for name in law.condition.terms():
                self.laws.setdefault(name, []).append(law)
        self.following: dict[str, frozenset[str]] = {}

    def of_rules(self) -> dict[str, str]:
        """By rule: itself, the conclusions that follow with all that gives them, and what is the same for all."""
        terms = {term.name: self._term(term.name) for term in self.rulebook.conclusions}
        for stage in reversed(self.rulebook.stages):
            for name in stage.terms:
                self.following[name] = self._following(name)
        assumed = [self.prover.kept.digest(node) for node in self.prover.assumptions.values()]
        for_all = _digest(([case.facts for case in self.rulebook.cases.values()], assumed))
        found = {}
        for rule in self.rulebook.rules.values():
            after = sorted(frozenset().union(*(self.following[name] for name, _ in rule.then)))
            own = (rule.id, rule.row, show(rule.condition), rule.then, rule.outranks)
            found[rule.id] = _digest((own, self._reads(rule), [terms[name] for name in after], for_all))
        return found

    def _following(self, name: str) -> frozenset[str]:
        """The conclusion, and those that rest on it."""
        concluded = {other for rule in self.readers.get(name, ()) for other, _ in rule.then}
        return frozenset({name}).union(*(self.following[other] for other in concluded))

    def _term(self, name: str) -> str:
        """A conclusion, the rules that give it, and the laws about it, as they are written and as they are compiled."""
        circuit, book = self.prover.circuit, self.rulebook
        support = []
        for entry in book.support[name]:
            rule = book.rules[entry.rule]
            nodes = [self.prover.kept.digest(node) for node in circuit.rules[rule.id]]
            support.append((entry, show(rule.condition), nodes, self._reads(rule)))
        laws = [(law.id, show(law.condition, law=True)) for law in self.laws.get(name, ())]
        broken = [self.prover.kept.digest(circuit.breaks(law.condition)) for law in self.laws.get(name, ())]
        return _digest((book.terms[name], name in self.answer, support, laws, broken))

    def _reads(self, rule: Rule) -> list[object]:
        """What the values of the findings are that a rule reads, from which its mutants are made."""
        terms = self.rulebook.terms
        return [(name, terms[name].domain, terms[name].asked_if) for name in sorted(rule.condition.terms())]


def _digest(whole: object) -> str:
    return blake2b(repr(canonical(whole)).encode(), digest_size=16).hexdigest()
