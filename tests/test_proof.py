"""The proofs, held to the meaning: each case has just its own answer, and faults planted in the encoding are caught."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from engine import semantics
from engine.case import Value
from engine.circuit import CompiledRulebook, evaluate
from engine.language import Against, Condition, Domain, Is
from engine.proof.encoding import Encoding
from engine.proof.prover import Prover
from engine.proof.verdicts import Patient, Sat, Unsat
from engine.rulebook import Rule, Rulebook, Term
from tests.conftest import every, tries
from tests.rulebooks import NOWHERE, Draw, case, facts, laws, rulebooks


def whole(book: Rulebook, known: dict[str, Value]) -> dict[str, Value | None]:
    """A case with every finding named, unknown or not."""
    return {term.name: known.get(term.name) for term in book.findings}


def wrong_answers(prover: Prover, known: dict[str, Value]) -> list[int]:
    """The marks of a case of which the solver thinks otherwise than the meaning does."""
    bits = evaluate(prover.circuit.nodes, known)
    here = prover.facts(whole(prover.rulebook, known))
    pairs = [*prover.circuit.rules.values(), *prover.circuit.support.values()]
    pairs += [pair for term in prover.rulebook.conclusions for pair in prover.marks(term.name).values()]
    nodes = {node for pair in pairs for node in pair}
    as_it_is = [node if bits[node] else prover.circuit.negation(node) for node in nodes]
    wrong = [] if prover.solver.ask([*here, *as_it_is], prover.limits) == Sat(known) else [-1]
    for node in nodes:
        other = prover.circuit.negation(node) if bits[node] else node
        if not isinstance(prover.solver.ask([*here, other], prover.limits), Unsat):
            wrong.append(node)
    return wrong


@tries(60)
@given(st.data())
def test_each_case_has_just_its_own_answer(data: st.DataObject) -> None:
    prover = Prover(CompiledRulebook(data.draw(rulebooks())))
    for _ in range(2):
        assert wrong_answers(prover, data.draw(facts(prover.rulebook))) == []


@tries(150)
@given(st.data())
def test_a_law_is_one_node_that_is_true_where_the_law_is_broken(data: st.DataObject) -> None:
    prover = Prover(CompiledRulebook(data.draw(rulebooks())))
    made = [data.draw(laws(prover.rulebook.terms)) for _ in range(4)]
    nodes = [prover.circuit.breaks(law.condition) for law in made]
    known = data.draw(facts(prover.rulebook))
    bits = evaluate(prover.circuit.nodes, known)
    state = semantics.decide(prover.rulebook, case(known)).state
    assert [bits[node] for node in nodes] == [semantics.breaks(law, state) for law in made]


def test_no_mark_of_a_rulebook_rests_on_a_negation(bundled: Rulebook) -> None:
    assert {gate.kind for gate in CompiledRulebook(bundled).circuit.nodes} == {"constant", "atom", "and", "or"}


# --- faults ----------------------------------------------------------------------------------------------------------


class TwoValues(Encoding):
    """A finding may have two values at once."""

    def _at_most_one(self, literals: list[int]) -> Iterator[list[int]]:
        return super()._at_most_one(literals[:1])


class LastTwoValues(Encoding):
    """The last value of a finding does not exclude the others."""

    def _at_most_one(self, literals: list[int]) -> Iterator[list[int]]:
        return super()._at_most_one(literals[:-1])


class NoChain(Encoding):
    """A number may be at least 3 and not at least 2."""

    def _chain(self, lower: int, higher: int) -> list[list[int]]:
        return super()._chain(lower, higher)[:0]


class ChainUpsideDown(Encoding):
    """What is at least 2 is at least 3."""

    def _chain(self, lower: int, higher: int) -> list[list[int]]:
        return [[-lower, higher]]


class OpenGate(Encoding):
    """An AND may be false while all its inputs are true."""

    def _all(self, inputs: list[int]) -> int:
        whole = super()._all(inputs)
        self.clauses.pop()
        return whole


class LeakingGate(Encoding):
    """An AND does not need its last input."""

    def _all(self, inputs: list[int]) -> int:
        whole = self.variable()
        self.clauses += [*([-whole, one] for one in inputs[:-1]), [whole, *(-one for one in inputs)]]
        return whole


class LooseComparison(Encoding):
    """Nothing is said of one number against another but that both are known."""

    def _at_value(self, line: Against, value: int, holds: int, fails: int) -> Iterator[list[int]]:
        return islice(super()._at_value(line, value, holds, fails), 0)


class ShortComparison(Encoding):
    """Numbers are compared at every value but the last."""

    def _at_value(self, line: Against, value: int, holds: int, fails: int) -> Iterator[list[int]]:
        return super()._at_value(line, value, holds, fails) if value < self.terms[line.other].domain.high else iter(())


class SwappedComparison(Encoding):
    """A comparison holds where it should fail."""

    def _compared(self, line: Against) -> tuple[int, int]:
        holds, fails = super()._compared(line)
        return fails, holds


class OffByOne(Encoding):
    """At least 3 means at least 4."""

    def _reached(self, name: str, edge: int) -> int:
        return super()._reached(name, edge + 1)


FAULTS = (
    TwoValues,
    LastTwoValues,
    NoChain,
    ChainUpsideDown,
    OpenGate,
    LeakingGate,
    LooseComparison,
    ShortComparison,
    SwappedComparison,
    OffByOne,
)


@st.composite
def rulebook_and_case(draw: Draw) -> tuple[Rulebook, dict[str, Value]]:
    """A rulebook and one of its cases."""
    book = draw(rulebooks())
    return book, draw(facts(book))


@pytest.mark.parametrize("fault", every(4, FAULTS))
def test_a_fault_planted_in_the_encoding_is_caught(fault: type[Encoding]) -> None:
    found = find(
        rulebook_and_case(),
        lambda drawn: wrong_answers(Prover(CompiledRulebook(drawn[0]), encoding=fault), drawn[1]) != [],
        settings=settings(max_examples=400, phases=[Phase.generate], derandomize=True, database=None),
    )
    assert found


def test_a_patient_is_found_where_more_answers_must_be_unusual_than_there_are_usual_ones() -> None:
    """Only one of the two findings says what is usual, and the case must have another answer."""
    wet = Term("wet", Domain("yes/no", ("yes", "no")), True, NOWHERE, usual="yes")
    loud = replace(wet, name="loud", usual=None)
    condition = Condition((Is("wet", ("no",)), Is("loud", ("yes",))))
    rule = Rule("quiet", "", condition, (("done", "yes"),), "", (), NOWHERE)
    done = Term("done", Domain("yes/no", ("yes", "no")), False, NOWHERE)
    prover = Prover(CompiledRulebook(Rulebook({"wet": wet, "loud": loud, "done": done}, {"quiet": rule})))
    assert prover.patient(prover.holds("done", "yes")) == Patient({"wet": "no", "loud": "yes"})
