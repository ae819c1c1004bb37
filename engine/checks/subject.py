"""What the checks look at: a rulebook, its saved cases decided, and what is proved of it; each found once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .. import semantics
from ..case import Case, Decision
from ..circuit import CompiledRulebook
from ..differences import find_renames, renamed
from ..errors import Problem
from ..language import Is
from ..proof.laws import Part, empty_premise, left_over, lines_of, prove
from ..proof.prover import Prover
from ..proof.rules import Dead, Idle, dead
from ..proof.verdicts import Unknown, Verdict
from ..rulebook import Law, Rulebook, facts_in_order
from .as_expected import deviating
from .finding import Finding, Witness
from .saved_cases import breaking


@dataclass(frozen=True)
class ProvedLaw:
    """A law and its verdict over every case; `never_applies` are lines of it that are true of no patient together."""

    law: Law
    verdict: Verdict
    never_applies: tuple[Part, ...] = ()


class Subject:
    """A rulebook that is checked; `decide` decides its saved cases.

    Where none is given the circuit looks at all of them, and `semantics` decides those that are not as they expect.

    `before` is an earlier state of it to compare with, where one is asked for; it is put into the names of today.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        decide: Callable[[Case], Decision] | None = None,
        before: Rulebook | None = None,
    ) -> None:
        self.before = before and renamed(before, find_renames(before, rulebook))
        self.rulebook = rulebook
        self.compiled = CompiledRulebook(rulebook)
        self._decide = decide

    @cached_property
    def prover(self) -> Prover:
        """The prover, which keeps what it proves."""
        return Prover(self.compiled, keep=True)

    @cached_property
    def decisions(self) -> Sequence[Decision]:
        """The decision of each saved case with another answer than it expects, a dispute or a broken law.

        If the cases are decided by a function that was given, the decision of each of them.
        """
        cases = [*self.rulebook.cases.values()]
        if self._decide is not None:
            return list(map(self._decide, cases))
        return [semantics.decide(self.rulebook, case) for case in deviating(self.compiled, cases)]

    @cached_property
    def broken(self) -> Mapping[str, Sequence[str]]:
        """The laws that saved cases break, each with the cases that do."""
        return breaking(self.decisions)

    @cached_property
    def left_over(self) -> tuple[str, ...] | Unknown:
        """The assumptions about patients that together leave nobody whose every question is answered."""
        return left_over(self.prover)

    @property
    def has_patients(self) -> bool:
        """Whether the assumptions leave somebody, or it is not known that they leave nobody."""
        return isinstance(self.left_over, Unknown) or not self.left_over

    @cached_property
    def laws(self) -> Sequence[ProvedLaw]:
        """Every law that no saved case breaks, with its verdict."""
        return [self._proved(law) for law in self.rulebook.laws.values() if law.id not in self.broken]

    def _proved(self, law: Law) -> ProvedLaw:
        never = empty_premise(self.prover, law)
        return ProvedLaw(law, Verdict("proved") if never else prove(self.prover, law), never)

    @property
    def holding(self) -> Sequence[ProvedLaw]:
        """The laws that are proved, and apply to some patient."""
        return [one for one in self.laws if one.verdict.proved and not one.never_applies]

    @cached_property
    def dead(self) -> Sequence[Dead]:
        """The rules that can fire in no case."""
        return list(dead(self.prover))

    @cached_property
    def idle(self) -> Idle:
        """What looks for rules, lines and findings that can be left out."""
        return Idle(self.prover)

    @cached_property
    def idle_rules(self) -> Sequence[str]:
        """Rules that can fire, and that can be left out with no answer changed."""
        return list(self.idle.rules({one.rule for one in self.dead}))

    def of_law(self, law: Law, verdict: Verdict, there: str, name: str, wanted: str, blocks: bool = True) -> Finding:
        """A finding about a law (`there` with {} for its name), or that it is undecided, with the patient."""
        if verdict.kind == "undecided":
            there = f"the law {{}} is undecided ({verdict.reason})"
        problem = Problem(law.place, there.format(repr(law.id)), wanted)
        patient = self.patient(name, f"Against the law: {law.says}", verdict)
        return Finding(problem, blocks, patient, trials=(self.trial(patient, law),) if patient else ())

    def trial(self, case: Case, law: Law) -> Witness:
        """A case that breaks a law; the rules that give what excuses it might have kept it from that."""
        unless = [line for part in law.condition.unless for line in lines_of(part)]
        excusing = {(line.term, value) for line in unless if isinstance(line, Is) for value in line.values}
        rules = (
            entry.rule
            for term in dict.fromkeys(line.term for line in unless)
            for entry in self.rulebook.support.get(term, ())
            if entry.value is None or (term, entry.value) in excusing
        )
        return Witness(case, lambda decision: semantics.breaks(law, decision.state), tuple(rules))

    def patient(self, name: str, says: str, verdict: Verdict) -> Case | None:
        """The patient of a verdict as a case, which is named so that it can be a file."""
        if verdict.patient is None:
            return None
        return Case(file_name(name), facts_in_order(self.rulebook, verdict.patient.facts), says=says)


def file_name(name: str) -> str:
    """A name of letters, digits and underscores."""
    return "".join(letter if letter.isalnum() else "_" for letter in name.lower())
