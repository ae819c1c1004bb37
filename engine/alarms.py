"""How far the alarms of a case with faults reach: two figures for each scale that has alarms."""

from collections.abc import Mapping
from dataclasses import dataclass

from .case import Case, Value
from .circuit import CompiledRulebook, Evaluation
from .facts import check_facts, check_names, check_record
from .record import JsonRecord
from .rulebook import Rulebook, Term


@dataclass(frozen=True)
class AlarmFigures(JsonRecord):
    """For each scale with alarms, the lowest and the highest step that the case reaches once its faults are corrected.

    `at_least` takes what is at fault for unknown, or for the one value that it may be a slip of the pen for, and has
    None where nothing of the case could be read. `at_most` lets it be any of its values: no true value leads higher.
    What nobody answered stays unanswered in both.
    """

    at_least: Mapping[str, Value | None]
    at_most: Mapping[str, Value]


def scales_of(rulebook: Rulebook) -> tuple[Term, ...]:
    """The conclusions whose values are a scale with alarms on it."""
    return tuple(term for term in rulebook.conclusions if term.takes_highest and term.alarms)


class Alarms:
    """The scales of a rulebook, ready for cases with problems."""

    def __init__(self, compiled: CompiledRulebook) -> None:
        self.compiled, self.rulebook = compiled, compiled.rulebook
        self.scales = scales_of(self.rulebook)

    def figures(self, case: Case) -> AlarmFigures:
        """The two figures of a case: one pass of the circuit for each.

        Raises CaseError where a fact is none, or what is at fault is not a finding or meant for no value of its own.
        """
        check_record(case)
        facts, faults = check_facts(self.rulebook, case.facts, case.id), dict(case.at_fault)
        check_names(self.rulebook, [name for name, value in faults.items() if value is None], case.id)
        meant = {name: value for name, value in faults.items() if value is not None}
        meant = check_facts(self.rulebook, meant, case.id)
        at_fault = self.rulebook.finding_names if case.unread else faults
        least = self._reached({**meant, **facts})
        most = self._reached(facts, frozenset(at_fault))
        return AlarmFigures(dict.fromkeys(least) if case.unread else least, most)

    def _reached(self, facts: Mapping[str, Value], at_fault: frozenset[str] = frozenset()) -> dict[str, Value]:
        """The step of each scale that is reached for certain; of what is at fault, every atom is true."""
        circuit = self.compiled.circuit
        found = Evaluation(circuit.nodes, facts, doubted=at_fault)
        return {
            term.name: [value for value, (holds, _) in circuit.scales[term.name].items() if found.mark(holds)][-1]
            for term in self.scales
        }
