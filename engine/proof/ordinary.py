"""Whole patients: every question that applies is answered, and as few answers as can be are not as is usual."""

from collections import Counter
from collections.abc import Mapping, Sequence

from .. import semantics
from ..case import Value
from ..minimise import minimise
from ..rulebook import Rulebook, Term
from .verdicts import Facts
from .witness import Holds


class Ordinary:
    """Fills in what is usual around a few answers; what applies by one of the rulebooks is asked."""

    def __init__(self, rulebooks: Sequence[Rulebook], terms: Mapping[str, Term]) -> None:
        self.gates = [book.gates for book in rulebooks]
        findings = [term for term in terms.values() if term.finding]
        depth = {
            term.name: max(len(book.gating(term.name)) for book in rulebooks if term.name in book.terms)
            for term in findings
        }
        self.order = sorted(depth, key=depth.__getitem__)
        common = _most_common(rulebooks[-1])
        self.usual = {term.name: _usual(term, common) for term in findings}

    def whole(self, odd: Facts) -> dict[str, Value]:
        """The case with these answers, and in all else that applies the usual ones."""
        facts: dict[str, Value] = {}
        states = [semantics.State(facts, gates=gates) for gates in self.gates]
        for name in self.order:
            gated = [state for state in states if name in state.gates]
            if not gated or any(semantics.applies(name, state) & semantics.HOLDS for state in gated):
                facts[name] = odd.get(name, self.usual[name])
                for state in states:
                    state.applying.clear()
        return facts

    def like(self, found: Facts, holds: Holds) -> Facts:
        """A whole case that shows what a case shows, with the fewest answers that are not as usual."""
        odd = [(name, value) for name, value in found.items() if value != self.usual[name]]
        if not holds([self.whole(dict(odd))])[0]:
            return found
        kept = minimise(odd, lambda sets: holds([self.whole(dict(one)) for one in sets]))
        return self.whole(dict(kept))


def _usual(term: Term, common: Mapping[str, Value]) -> Value:
    """What is usual by the knowledge base, or else by its saved cases."""
    if term.ordinary is not None:
        return term.ordinary
    return common[term.name] if common.get(term.name) in term.domain.values else term.domain.values[0]


def _most_common(rulebook: Rulebook) -> dict[str, Value]:
    """What the saved cases mostly answer."""
    counts: dict[str, Counter[Value]] = {}
    for case in rulebook.cases.values():
        for name, value in case.facts.items():
            counts.setdefault(name, Counter())[value] += 1
    return {name: counter.most_common(1)[0][0] for name, counter in counts.items()}
