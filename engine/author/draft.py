"""A card that is being written: what it says so far, as a rule and as text."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ..errors import Place
from ..language import Condition
from ..loader import writing
from ..rulebook import Citation, Example, Rule, Rulebook


@dataclass(frozen=True)
class Draft:
    """A card on its way: the file it is to stand in, and what it says."""

    file: str
    says: str = ""
    condition: Condition = field(default_factory=Condition)
    then: tuple[tuple[str, str | None], ...] = ()
    because: str = ""
    sources: tuple[Citation, ...] = ()
    outranks: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()

    @property
    def name(self) -> str:
        """The rule's id, which is the file's name."""
        return PurePosixPath(self.file).stem

    @property
    def rule(self) -> Rule:
        """The rule that the card says."""
        return Rule(
            id=self.name,
            says=self.says,
            condition=self.condition,
            then=self.then,
            because=self.because,
            sources=self.sources,
            place=Place(self.file, 1),
            outranks=self.outranks,
            examples=self.examples,
        )

    @property
    def text(self) -> str:
        """The card as it will stand in its file."""
        return writing.card(self.rule)


def rests_on(rulebook: Rulebook, name: str) -> frozenset[str]:
    """The terms that a term rests on, itself included, through all rules."""
    seen, queue = {name}, [name]
    while queue:
        for entry in rulebook.support.get(queue.pop(), ()):
            for rule in (entry.rule, *entry.outrankers):
                fresh = rulebook.rules[rule].condition.terms() - seen
                seen |= fresh
                queue += fresh
    return frozenset(seen)
