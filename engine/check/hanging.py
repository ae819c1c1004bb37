"""Whether any answer hangs on what a rule concludes, or on what it outranks: asked of every case that could exist."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from ..circuit import FALSE, NEVER, Compiler, Pair
from ..rulebook import Rulebook
from .edits import Edit
from .saved import answer_terms

if TYPE_CHECKING:
    from ..proof import Prover

CONFLICTS, SECONDS = 20_000, 1.0


class Hanging:
    """Proves of edits that they change no answer of any patient; without the solver it proves nothing."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.answer = frozenset(answer_terms(rulebook))
        self.prover = _prover(rulebook)
        if self.prover is not None:
            self.scratch = Compiler(rulebook, self.prover.circuit.nodes, self.prover.circuit.places)

    def nothing(self, edit: Edit) -> bool:
        """Whether it is proved that the edit changes no answer and breaks no law; what is undecided is not proved.

        What the rule concludes may change on the way, as long as all that rests on it comes to the same: conclusion by
        conclusion and rule by rule, so that each question is a small one.
        """
        if self.prover is None:
            return False
        told = {term for term, _ in edit.rule.then}
        self._begin(edit)
        read: set[str] = set()
        for stage in self.rulebook.stages:
            for rule in stage.rules:
                if read & self.rulebook.rules[rule].condition.terms() and self._marked_otherwise(rule):
                    told.update(term for term, _ in self.rulebook.rules[rule].then)
            for term in told.intersection(stage.terms):
                if self._settled_otherwise(term):
                    if term in self.answer or self._in_a_law(term):
                        return False
                    read.add(term)
        return True

    def _begin(self, edit: Edit) -> None:
        assert self.prover is not None
        self.scratch.rulebook = replace(self.rulebook, rules={**self.rulebook.rules, edit.rule.id: edit.edited})
        self.scratch.lines = {}
        for room in ("rules", "support", "values", "members", "scales", "counts"):
            setattr(self.scratch, room, dict(getattr(self.prover.circuit, room)))

    def _in_a_law(self, term: str) -> bool:
        return any(term in law.condition.terms() for law in self.rulebook.laws.values())

    def _marked_otherwise(self, rule: str) -> bool:
        """Whether a rule that reads what has changed may come to another mark; if not, it is left as it was."""
        assert self.prover is not None
        base = self.prover.circuit.rules[rule]
        pair = self.scratch.condition(self.rulebook.rules[rule].condition)
        self.scratch.rules[rule] = pair if self._differ([base], [pair]) else base
        return self.scratch.rules[rule] != base

    def _settled_otherwise(self, term: str) -> bool:
        """Whether a conclusion settled anew may come to other marks; if not, it is left as it was."""
        assert self.prover is not None
        self.scratch.settle(self.rulebook.terms[term])
        if self._differ(_marks(self.prover.circuit, term), _marks(self.scratch, term)):
            return True
        for room in ("values", "members", "scales", "counts"):
            before: Mapping[str, object] = getattr(self.prover.circuit, room)
            if term in before:
                getattr(self.scratch, room)[term] = before[term]
        return False

    def _differ(self, one: Sequence[Pair], other: Sequence[Pair]) -> bool:
        assert self.prover is not None
        pairs = list(zip_longest(one, other, fillvalue=NEVER))  # a tally of fewer rules has fewer steps
        node = self.prover.differs([before for before, _ in pairs], [after for _, after in pairs])
        return node != FALSE and self.prover.possible(node) is not None


def _prover(rulebook: Rulebook) -> "Prover | None":
    """A prover with short limits; None where the solver is not installed."""
    try:
        from ..proof import Limits, Prover
    except ModuleNotFoundError as error:
        if error.name != "pysat":
            raise
        return None
    return Prover(rulebook, Limits(CONFLICTS, SECONDS))


def _marks(compiler: Compiler, term: str) -> Sequence[Pair]:
    if term in compiler.counts:
        return compiler.counts[term]
    return list((compiler.values.get(term) or compiler.members.get(term) or compiler.scales[term]).values())
