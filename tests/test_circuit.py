"""The circuit, held to the meaning."""

from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Value
from engine.circuit import CompiledRulebook, Compiler, Pair, evaluate
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import case, facts, laws, rulebooks


def _mark(pair: Pair, bits: list[bool]) -> int:
    return semantics.mark(bits[pair[0]], bits[pair[1]])


def agrees(book: Rulebook, circuit: Compiler, known: dict[str, Value]) -> None:
    """Every mark of a case, in the circuit and in truth."""
    bits, decision = evaluate(circuit.nodes, known), semantics.decide(book, case(known))
    state = decision.state
    assert {rule: _mark(pair, bits) for rule, pair in circuit.rules.items()} == decision.marks
    for marks, mine in (
        (state.values, circuit.values),
        (state.members, circuit.members),
        (state.scales, circuit.scales),
    ):
        told = {term: {value: _mark(pair, bits) for value, pair in pairs.items()} for term, pairs in mine.items()}
        assert told == marks
    for term, (low, high) in state.counts.items():
        steps = circuit.counts[term]
        assert sum(bits[holds] for holds, _ in steps) == low
        assert len(steps) - sum(bits[fails] for _, fails in steps) == high
    assert {name for name, node in circuit.answered.items() if not bits[node]} == set(decision.ask)


@tries(100)
@given(st.data())
def test_a_law_is_broken_and_a_conclusion_disputed_in_the_circuit_where_truth_says_so(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    compiler = CompiledRulebook(book).circuit
    broken = {law: compiler.breaks(law.condition) for law in (data.draw(laws(book.terms)) for _ in range(3))}
    disputed = {term.name: compiler.disputed(term.name) for term in book.conclusions}
    for _ in range(3):
        known = data.draw(facts(book))
        bits, decision = evaluate(compiler.nodes, known), semantics.decide(book, case(known))
        assert [bits[node] for node in broken.values()] == [semantics.breaks(law, decision.state) for law in broken]
        assert {name for name, node in disputed.items() if bits[node]} == set(decision.disputed)


@tries(200)
@given(st.data())
def test_the_circuit_equals_truth(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    circuit = CompiledRulebook(book).circuit
    for _ in range(3):
        agrees(book, circuit, data.draw(facts(book)))


def test_the_circuit_equals_truth_on_saved_cases(either: Rulebook) -> None:
    circuit = CompiledRulebook(either).circuit
    for saved in either.cases.values():
        agrees(either, circuit, dict(saved.facts))


def test_nodes_stand_before_what_needs_them_and_none_twice(either: Rulebook) -> None:
    circuit = CompiledRulebook(either).circuit
    assert all(place < number for number, gate in enumerate(circuit.nodes) for place in gate.inputs)
    assert len(set(circuit.nodes[2:])) == len(circuit.nodes) - 2
