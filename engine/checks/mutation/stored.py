"""Results of mutation testing, kept from one time to the next in the user's cache folder.

What examples show is kept for each card and each table, and what became of the other mutants for the whole knowledge
base, each under a digest of all that it rests on. Where that has changed it is found anew; the proofs among it are kept
by the prover, question by question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from ... import cache
from ...digests import canonical
from ...language import show
from ...rulebook import Rule, Rulebook
from ..saved_cases import answer_terms

LAWS = ("laws", "impossible")


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
    example: Mapping[str, Any] | None = None


Fates = Mapping[tuple[str, int], Fate]
"""By rule and place among its mutants."""


@dataclass(frozen=True)
class Results:
    """What is kept: the digest of the meaning that the fates rest on, and the results."""

    meaning: str = ""
    by_examples: Mapping[str, ByExamples] = field(default_factory=dict)
    fates: Fates = field(default_factory=dict)


class Kept:
    """What was kept of one folder of knowledge; nothing where the folder has no name, or what follows has changed."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.file = cache.Kept(Results, rulebook.directory)
        self.path = self.file.path
        self.meaning = _meaning(rulebook) if self.path else ""
        found = self.file.read() or Results()
        self.by_examples = found.by_examples
        self.fates: Fates = found.fates if found.meaning == self.meaning else {}

    def save(self, by_examples: Mapping[str, ByExamples], fates: Fates) -> None:
        """Keep what was found for the next time."""
        self.file.write(Results(self.meaning, dict(by_examples), dict(fates)))


def key_of(rulebook: Rulebook, terms: str, table: str, rules: list[Rule]) -> str:
    """A digest of all that examples of a card or a table rest on; `terms` is that of the terms."""
    return _digest((terms, rules, rulebook.row_examples.get(table)))


def terms_key(rulebook: Rulebook) -> str:
    """A digest of the terms, with how many rules there are for each tally."""
    return _digest((rulebook.terms, {name: len(rules) for name, rules in rulebook.support.items()}))


def _meaning(rulebook: Rulebook) -> str:
    """A digest of all that says what follows from a case, of the examples' rules, and of the saved cases."""
    rules = [(one.id, one.row, show(one.condition), one.then, one.outranks) for one in rulebook.rules.values()]
    laws = [(kind, one.id, show(one.condition, law=True)) for kind in LAWS for one in getattr(rulebook, kind).values()]
    cases = [case.facts for case in rulebook.cases.values()]
    return _digest((rules, laws, cases, rulebook.terms, answer_terms(rulebook)))


def _digest(whole: object) -> str:
    return blake2b(repr(canonical(whole)).encode(), digest_size=16).hexdigest()
