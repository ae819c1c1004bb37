"""What the files of a knowledge base may name: its terms, the keys of its sources, the numbers of its claims."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..language import Domain
from ..rulebook import Rulebook, Term


@dataclass(frozen=True)
class KnownNames:
    """What may be named, by name."""

    terms: Mapping[str, Term]
    sources: Collection[str]
    claims: Collection[str]

    @staticmethod
    def by(rulebook: Rulebook) -> "KnownNames":
        """What a rulebook defines."""
        return KnownNames(rulebook.terms, rulebook.sources, rulebook.claims)

    @cached_property
    def domains(self) -> dict[str, Domain]:
        """What each term may be."""
        return domains_of(self.terms)

    @cached_property
    def concluded(self) -> tuple[str, ...]:
        """The terms that a rule may conclude."""
        return tuple(term.name for term in self.terms.values() if not (term.finding or term.built_in))


def domains_of(terms: Mapping[str, Term]) -> dict[str, Domain]:
    """What each term may be."""
    return {name: term.domain for name, term in terms.items()}
