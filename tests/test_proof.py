"""The proofs, held to the meaning: each case a model with its answer and no other, tiny rulebooks enumerated whole."""

from itertools import combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import truth
from engine.case import Value
from engine.circuit import Compiler, compiled
from engine.proof import Patient, Prover
from engine.proof.rules import dead, disputes
from engine.rulebook import Rulebook
from tests.rulebooks import case, facts, rulebooks


def whole(book: Rulebook, known: dict[str, Value]) -> dict[str, Value | None]:
    """A case with every finding named, unknown or not."""
    return {term.name: known.get(term.name) for term in book.findings}


def wrong_answers(prover: Prover, known: dict[str, Value]) -> list[int]:
    """The marks of a case that the solver thinks otherwise of than truth does."""
    bits = prover.circuit.circuit().evaluate(known)
    here = prover.facts(whole(prover.rulebook, known))
    pairs = [*prover.circuit.rules.values(), *prover.circuit.support.values()]
    pairs += [pair for term in prover.rulebook.conclusions for pair in prover.marks(term.name).values()]
    nodes = {node for pair in pairs for node in pair}
    as_it_is = [node if bits[node] else prover.circuit.negation(node) for node in nodes]
    told = prover.solver.ask([*here, *as_it_is], prover.limits)
    wrong = [] if told == known else [-1]
    for node in nodes:
        other = prover.circuit.negation(node) if bits[node] else node
        if prover.solver.ask([*here, other], prover.limits) is not None:
            wrong.append(node)
    return wrong


@settings(max_examples=60)
@given(st.data())
def test_each_case_has_just_its_own_answer(data: st.DataObject) -> None:
    prover = Prover(data.draw(rulebooks()))
    for _ in range(2):
        assert wrong_answers(prover, data.draw(facts(prover.rulebook))) == []
