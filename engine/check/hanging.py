"""Whether any answer hangs on what a rule concludes, or on what it outranks: asked of every case that could exist."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from .. import truth
from ..case import Case, Decision
from ..circuit import FALSE, NEVER, Compiler, Pair, marks_of
from ..language import terms_of
from ..proof import Limits, Undecided
from ..rulebook import Rulebook
from .edits import Edit
from .noticed import Watch
from .saved import answer_terms

if TYPE_CHECKING:
    from ..proof.prover import Prover
    from ..proof.verdicts import Facts

LIMITS = Limits(conflicts=20_000, seconds=1.0)
ROOMS = ("values", "members", "scales", "counts")


class Hanging:
    """Proves of edits that they change no answer of any patient; without a prover it proves nothing.

    A patient for whom an edit changed an answer, now or at an earlier time, is tried with the next edit before anything
    is asked.
    """

    def __init__(self, rulebook: Rulebook, prover: "Prover | None", patients: Sequence["Facts"] = ()) -> None:
        self.rulebook = rulebook
        self.prover = prover
        self.before = patients if prover is not None else ()
        self.useful: dict[str, Facts] = {}
        in_laws = (term for law in rulebook.laws.values() for term in law.condition.terms())
        self.final = frozenset([*answer_terms(rulebook), *in_laws])
        self.reads = {rule.id: rule.condition.terms() for rule in rulebook.rules.values()}
        if prover is not None:
            self.scratch = Compiler(rulebook, prover.circuit.nodes, prover.circuit.places)
            known = prover.circuit.lines.items()
            self.lines = {line: pair for line, pair in known if all(rulebook.terms[t].finding for t in terms_of(line))}

    @cached_property
    def _decisions(self) -> list[Decision]:
        possible = (facts for facts in self.before if not truth.impossibilities(self.rulebook, facts))
        return [self._decided(facts, number) for number, facts in enumerate(possible)]

    @cached_property
    def _watch(self) -> Watch:
        return Watch(self.rulebook, self._decisions, self.final)

    @property
    def patients(self) -> tuple["Facts", ...]:
        """The patients who showed that an answer hangs on an edit."""
        return tuple(self.useful.values())

    def _decided(self, facts: "Facts", number: int) -> Decision:
        return truth.decide(self.rulebook, Case(f"patient {number}", facts))

    def _shown(self, edit: Edit) -> bool:
        """Whether a patient at hand shows that an answer hangs on the edit."""
        decision = self._watch.noticing(edit)
        if decision is not None:
            self.useful[decision.case.id] = decision.case.facts
        return decision is not None

    def nothing(self, edit: Edit) -> bool:
        """Whether it is proved that the edit changes no answer and breaks no law; what is undecided is not proved."""
        if self.prover is None or self._shown(edit):
            return False
        found = self._differing(edit)
        if isinstance(found, Mapping):
            self._decisions.append(self._decided(found, len(self._decisions)))
            self._shown(edit)
        return found is None

    def _differing(self, edit: Edit) -> "Facts | Undecided | None":
        """A case in which an answer, or what a law speaks of, stands otherwise once the rule is edited.

        What the rule concludes may change on the way, as long as all that rests on it comes to the same: conclusion by
        conclusion and rule by rule, so that each question is a small one.
        """
        told = {term for term, _ in edit.rule.then}
        read: set[str] = set()
        self._begin(edit)
        for stage in self.rulebook.stages:
            for rule in stage.rules:
                if read & self.reads[rule] and self._marked_otherwise(rule):
                    told.update(term for term, _ in self.rulebook.rules[rule].then)
            for term in (term for term in stage.terms if term in told):
                found = self._settled_otherwise(term)
                if found is not None:
                    if term in self.final:
                        return found
                    read.add(term)
        return None

    def _begin(self, edit: Edit) -> None:
        assert self.prover is not None
        self.scratch.rulebook = replace(self.rulebook, rules={**self.rulebook.rules, edit.rule.id: edit.edited})
        self.scratch.lines = dict(self.lines)
        for room in ("rules", "support", *ROOMS):
            setattr(self.scratch, room, dict(getattr(self.prover.circuit, room)))

    def _marked_otherwise(self, rule: str) -> bool:
        """Whether a rule that reads what has changed may come to another mark; if not, it is left as it was."""
        assert self.prover is not None
        base = self.prover.circuit.rules[rule]
        pair = self.scratch.condition(self.rulebook.rules[rule].condition)
        self.scratch.rules[rule] = pair if self._differ([base], [pair]) is not None else base
        return self.scratch.rules[rule] != base

    def _settled_otherwise(self, term: str) -> "Facts | Undecided | None":
        """A case in which a conclusion settled anew comes to other marks; if there is none, it is left as it was."""
        assert self.prover is not None
        self.scratch.settle(self.rulebook.terms[term])
        found = self._differ(*(list(marks_of(one, term).values()) for one in (self.prover.circuit, self.scratch)))
        for room in ROOMS if found is None else ():
            before: Mapping[str, object] = getattr(self.prover.circuit, room)
            if term in before:
                getattr(self.scratch, room)[term] = before[term]
        return found

    def _differ(self, one: Sequence[Pair], other: Sequence[Pair]) -> "Facts | Undecided | None":
        assert self.prover is not None
        pairs = list(zip_longest(one, other, fillvalue=NEVER))  # a tally of fewer rules has fewer steps
        node = self.prover.differs([before for before, _ in pairs], [after for _, after in pairs])
        return None if node == FALSE else self.prover.believed(node, limits=LIMITS)
