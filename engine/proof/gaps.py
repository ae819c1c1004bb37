"""Gaps: complete cases that no rule gives an answer, or only the answer that its term calls a gap."""

from collections.abc import Iterator
from dataclasses import dataclass

from .. import semantics
from ..case import Decision
from ..circuit import FALSE
from ..rulebook import COMPLETE, Term
from .prover import Prover, Shows
from .verdicts import Patient, Unknown, Unsat

GROUPS = 3


@dataclass(frozen=True)
class Gap:
    """A conclusion that complete cases may be left without, by the answers that decide it, smallest first.

    Each of `groups` leaves the conclusion without an answer whatever else is answered; `more`: there are others.
    """

    term: str
    groups: tuple[Patient, ...]
    more: bool = False
    undecided: str = ""


def gaps(prover: Prover, terms: tuple[str, ...]) -> Iterator[Gap]:
    """The gaps of some conclusions."""
    for name in terms:
        node = _gap(prover, prover.rulebook.terms[name])
        found = _gap_of(prover, prover.rulebook.terms[name], node) if node != FALSE else None
        if found is not None:
            yield found


def _gap(prover: Prover, term: Term) -> int:
    if not term.gap or term.otherwise is None:
        return prover.gap(term.name)
    entries = prover.rulebook.support[term.name]
    return prover.circuit.all_of(prover.circuit.support[entry.rule, term.name][1] for entry in entries)


def _gap_of(prover: Prover, term: Term, node: int) -> Gap | None:
    complete = prover.circuit.values[COMPLETE]["yes"][0]
    groups: list[Patient] = []
    excluded: list[int] = []
    while len(groups) <= GROUPS:
        found = prover.possible(node, complete, *excluded)
        if isinstance(found, Unsat):
            break
        if isinstance(found, Unknown):
            return Gap(term.name, tuple(groups), undecided=found.reason)
        patient = prover.patient(node, *excluded, shows=_shows(prover, term))
        if not isinstance(patient, Patient):
            break
        groups.append(patient)
        excluded.append(prover.circuit.negation(prover.circuit.all_of(prover.alike(patient.facts))))
    return Gap(term.name, tuple(groups[:GROUPS]), len(groups) > GROUPS) if groups else None


def _shows(prover: Prover, term: Term) -> Shows:
    def shows(decision: Decision) -> bool:
        entries = prover.rulebook.support[term.name]
        ruled_out = all(semantics.status(entry, decision.marks) & semantics.FAILS for entry in entries)
        return term.name in decision.gaps or (term.gap and ruled_out)

    return shows
