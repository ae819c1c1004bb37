"""The alarms of what lies beneath a layer, over every case: which of them the layer lowers, by which of its rules."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from ..circuit import CompiledRulebook, Compiler, marks_of
from ..rulebook import Rulebook
from .prover import Prover
from .unasked import Alarm, alarms_of
from .verdicts import Unsat, Verdict, verdict


@dataclass(frozen=True)
class LostAlarm:
    """An alarm that some cases have beneath, and not in the layer.

    `by` names what of the layer takes it: one rule, or several of which none does alone. It is empty where the alarm
    would hold beneath without all that the layer replaces, retires or outranks: nothing that it names is the cause.
    """

    by: tuple[str, ...]
    alarm: Alarm
    verdict: Verdict


class Lowering:
    """Asks which alarms of what lies beneath a layer it lowers.

    B is what lies beneath, B⁻ the same without the rules that the layer replaces, retires or outranks, L the sum. For
    every possible case and every alarm a: a(B) and a(B⁻) implies a(L). What else L lowers, it lowers by these rules.

    Of a layer that is not the highest (`book`), it asks the same of those cases in which the whole stack, which is the
    prover's, does not have the alarm either.
    """

    def __init__(self, prover: Prover, book: Rulebook) -> None:
        assert book.beneath is not None
        self.prover = prover
        self.book, self.beneath = book, book.beneath
        self.assuming = [name for name, law in self.book.impossible.items() if law.layer != self.book.layer]
        self.alarms = tuple(reversed(alarms_of(self.beneath)))

    def lost(self) -> Iterator[LostAlarm]:
        """Each alarm that is lost: first silently, then by each rule that takes one; of a scale, the highest."""
        circuit = self.prover.circuit
        lowered = circuit.any_of(circuit.all_of(self._lost(alarm)) for alarm in self.alarms)
        if isinstance(self.prover.possible(lowered, assuming=self.assuming), Unsat):
            return
        taking = self.book.taking_from_alarms
        yield from self._of((), [self._without(rule for taken in self.book.taking.values() for rule in taken)])
        alone = {name: self._without(taken) for name, taken in taking.items()}
        for name, without in alone.items():
            yield from self._of((name,), [], [without])
        if len(alone) > 1:
            whole = self._without(rule for taken in taking.values() for rule in taken)
            yield from self._of(tuple(taking), list(alone.values()), [whole])

    def _of(
        self, by: tuple[str, ...], with_it: Iterable[Compiler], without_it: Iterable[Compiler] = ()
    ) -> Iterator[LostAlarm]:
        """The alarms that are lost where these circuits have them, and those have not; of a scale, the highest."""
        circuit, seen = self.prover.circuit, set[str]()
        have, have_not = list(with_it), list(without_it)
        for alarm in self.alarms:
            if alarm[0] in seen:
                continue
            nodes = [*self._lost(alarm), *(_holds(one, alarm) for one in have)]
            nodes += [circuit.negation(_holds(one, alarm)) for one in have_not]
            found = verdict(self.prover.patient(*nodes, assuming=self.assuming))
            if not found.proved:
                if self.beneath.terms[alarm[0]].takes_highest:
                    seen.add(alarm[0])
                yield LostAlarm(by, alarm, found)

    def _lost(self, alarm: Alarm) -> tuple[int, ...]:
        whole = self.prover.circuit
        here = [] if self.book is self.prover.rulebook else [self._here]
        return _holds(self._under, alarm), *(whole.negation(_holds(one, alarm)) for one in (whole, *here))

    @cached_property
    def _here(self) -> Compiler:
        return self._compiled(self.book)

    @cached_property
    def _under(self) -> Compiler:
        return self._compiled(self.beneath)

    def _without(self, rules: Iterable[str]) -> Compiler:
        """The circuit of what lies beneath without some rules."""
        gone = set(rules)
        left = {name: rule for name, rule in self.beneath.rules.items() if name not in gone}
        return self._compiled(replace(self.beneath, rules=left))

    def _compiled(self, rulebook: Rulebook) -> Compiler:
        return CompiledRulebook(rulebook, self.prover.circuit).circuit


def _holds(circuit: Compiler, alarm: Alarm) -> int:
    return marks_of(circuit, alarm[0])[alarm[1]][0]
