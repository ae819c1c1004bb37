"""What was enough: a smallest part of the answers that gives the advice, whatever the others are.

Such a part is a sufficient reason, or prime implicant explanation (Darwiche and Hirth 2020), of the smallest kind.
Learning more only ever sets marks, so a part of the answers is enough where it sets the marks that all of them set: to
evaluate it is to know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ..case import Decision, Value
from ..circuit import CompiledRulebook, Option, set_bits
from ..proof.hitting_sets import HittingSets
from ..record import Json, JsonRecord
from .answers import Outcome, advice, shown
from .preconditions import check_asked
from .verify import check_enough


@dataclass(frozen=True, repr=False)
class Enough(JsonRecord):
    """A part of the answers that gives the advice by itself.

    `needed` are the answers without which it is never given; together with `chosen` they are enough. `smallest` says
    that no smaller part is enough. `needless` are the other answers of the case.
    """

    KEYS: ClassVar = {"decision": ""}

    decision: Decision
    advice: Mapping[str, Outcome]
    needed: tuple[str, ...]
    chosen: tuple[str, ...]
    needless: tuple[str, ...]
    smallest: bool = True

    @property
    def part(self) -> dict[str, Value]:
        """The answers that are enough."""
        facts = self.decision.case.facts
        return {term: value for term, value in facts.items() if term in self.needed or term in self.chosen}

    def as_json(self) -> Json:
        """The part as the object that `lumbar enough --json` prints; docs/schema describes it."""
        found = super().as_json()
        return {**self.decision.named, "advice": found.pop("advice"), "part": self.part, **found}


def enough(compiled: CompiledRulebook, decision: Decision, terms: Sequence[str] = ()) -> Enough:
    """A smallest part of the answers that gives the advice, or the terms named."""
    check_asked(compiled.rulebook, decision, terms)
    terms_asked = tuple(terms) or shown(compiled.rulebook)
    parts = _Parts(compiled, decision.case.facts, terms_asked)
    chosen = parts.chosen()
    part = [term for term in decision.case.facts if term in parts.needed or term in chosen]
    check_enough(compiled.rulebook, decision, part, terms_asked)
    needless = tuple(term for term in decision.case.facts if term not in part)
    return Enough(decision, advice(decision, terms_asked), parts.needed, chosen, needless)


class _Parts:
    """Tries parts of the answers of a case: whether each still sets the marks that all of them set."""

    def __init__(self, compiled: CompiledRulebook, facts: Mapping[str, Value], terms: Sequence[str]) -> None:
        self.compiled = compiled
        whole = compiled.variants(facts)
        marks = {node for term in terms for node in compiled.deciding(term) if whole.mark(node)}
        self.marks = tuple(sorted(marks))
        reach = compiled.findings_beneath(self.marks)
        self.options = {term: Option(term, value) for term, value in facts.items() if term in reach}
        names = list(self.options)
        enough = self._enough([names[:place] + names[place + 1 :] for place in range(len(names))])
        self.needed = tuple(name for place, name in enumerate(names) if not enough >> place & 1)
        self.free = [name for name in names if name not in self.needed]

    def chosen(self) -> tuple[str, ...]:
        """The fewest answers that set the marks together with those needed."""
        found = HittingSets(self.free).smallest(self._lacks)
        assert isinstance(found, tuple)  # all of them do
        return found

    def _lacks(self, part: Sequence[str]) -> list[str] | None:
        """The answers that are left where as many as can be are added without setting the marks; None where they are.

        They are a correction set: without one of them no part is enough.
        """
        part_so_far, lacking = [*self.needed, *part], list[str]()
        left = [name for name in self.free if name not in part]
        if self._enough([part_so_far]):
            return None
        while left:
            enough = self._enough([part_so_far + left[: count + 1] for count in range(len(left))])
            if not enough:
                break
            place = next(set_bits(enough))
            part_so_far += left[:place]
            lacking.append(left[place])
            left = left[place + 1 :]
        return lacking

    def _enough(self, parts: Sequence[Sequence[str]]) -> int:
        """The parts that set the marks; a bit for each."""
        variants = self.compiled.variants_with({}, [[self.options[name] for name in part] for part in parts])
        variants.settle(self.compiled.order(self.marks))
        return variants.all_of(self.marks)
