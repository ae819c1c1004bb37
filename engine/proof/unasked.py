"""What is not asked one by one may not take an alarm from anybody: "none of these", and questions behind a gate."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .. import semantics
from ..case import Case, Range, Value
from ..circuit import Compiler, Regated, marks_of
from ..language import Line, Unsettled, terms_of
from ..none_of_these import added
from ..rulebook import SCREENED, Rulebook, Term
from .prover import Prover
from .verdicts import Unknown, Verdict, verdict

Alarm = tuple[str, str]
"""A conclusion, and a value of it that is an alarm."""


def alarms_of(rulebook: Rulebook) -> tuple[Alarm, ...]:
    """Every alarm."""
    return tuple((term.name, value) for term in rulebook.conclusions for value in term.alarms)


def _holds(circuit: Compiler, alarm: Alarm) -> int:
    return marks_of(circuit, alarm[0])[alarm[1]][0]


# --- "none of these" -------------------------------------------------------------------------------------------------


@dataclass
class WithoutNone(Compiler):
    """The circuit of a rulebook in which an answer that equals its `none` says nothing, and still counts as one."""

    whole: Compiler | None = field(default=None)

    def _answered(self, term: Term) -> int:
        return self.whole.answered[term.name] if self.whole else super()._answered(term)

    def _own(self, line: Line) -> tuple[int, int]:
        holds, fails = super()._own(line)
        terms = () if isinstance(line, Unsettled) else [self.rulebook.terms[name] for name in terms_of(line)]
        said = self.negation(self.any_of(self.given(term, term.none) for term in terms if term.none is not None))
        return self.all_of((holds, said)), self.all_of((fails, said))


def rests_on_none(prover: Prover) -> Iterator[tuple[Alarm, Verdict]]:
    """For each alarm, whether it can rest on answers that equal their `none`, with a patient whose alarm does."""
    rulebook, whole = prover.rulebook, prover.circuit
    if not any(term.none is not None for term in rulebook.findings):
        return
    without = WithoutNone(rulebook, whole.nodes, whole.places, whole=whole)
    for _ in without.settled():
        pass
    for alarm in alarms_of(rulebook):
        found = prover.patient(_holds(whole, alarm), whole.negation(_holds(without, alarm)))
        if isinstance(found, Unknown) or hasattr(found, "facts"):
            yield alarm, verdict(found)


def nothing_but_none(rulebook: Rulebook) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The case of nothing but "none of these", and the conclusions whose alarm or second step it reaches."""
    facts = added(rulebook, {}, rulebook.groups)
    decision = semantics.decide(rulebook, Case("none", facts)).marked
    reached = []
    for term in rulebook.conclusions:
        answer = decision.conclusions[term.name]
        least = answer.low if isinstance(answer, Range) else answer
        if least in term.alarms or (term.takes_highest and least != term.domain.values[0]):
            reached.append(term.name)
    return facts, tuple(reached)


# --- questions behind a gate -----------------------------------------------------------------------------------------


def open_after_screening(prover: Prover) -> Iterator[tuple[Alarm, Verdict]]:
    """The alarms that may still be open when screening is complete, each with a patient."""
    circuit = prover.circuit
    screened = circuit.values[SCREENED]["yes"][0]
    for alarm in alarms_of(prover.rulebook):
        is_open = circuit.negation(circuit.any_of(marks_of(circuit, alarm[0])[alarm[1]]))
        found = verdict(prover.patient(screened, is_open))
        if not found.proved:
            yield alarm, found


@dataclass(frozen=True)
class Lost:
    """An alarm that some cases have only where the gate of a finding is taken away; "" where no gate alone loses it."""

    finding: str
    alarm: Alarm
    verdict: Verdict


class Gates:
    """Asks which alarms the gates of screening findings lose."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self.regated = Regated(prover.circuit, (name for name, _ in alarms_of(prover.rulebook)))
        self.gated = [term.name for term in prover.rulebook.findings if term.screening and term.asked_if is not None]

    def lost(self) -> Iterator[Lost]:
        """Each alarm that is lost, by the gate that loses it: first by one alone, then by all others together."""
        guilty = []
        for name in self.gated:
            found = [Lost(name, alarm, patient) for alarm, patient in self._lost([name])]
            yield from found
            guilty += [name] if found else []
        rest = [name for name in self.gated if name not in guilty]
        yield from (Lost("", alarm, patient) for alarm, patient in self._lost(rest))

    def _lost(self, names: Iterable[str]) -> Iterator[tuple[Alarm, Verdict]]:
        """The alarms that hold without these gates, and not with them, each with a patient."""
        whole = self.prover.circuit
        without = self.regated.without(frozenset(names))
        shown_before: list[int] = []
        for alarm in alarms_of(whole.rulebook):
            holds, lost = _holds(without, alarm), whole.negation(_holds(whole, alarm))
            found = verdict(self.prover.patient(holds, lost, *shown_before))
            if not found.proved:
                yield alarm, found
