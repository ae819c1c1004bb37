"""The proofs against a second encoding of the meaning, made for another solver and not from the circuit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.circuit import CompiledRulebook
from engine.language import Condition
from engine.proof import Unsat
from engine.proof.laws import lines_of, prove
from engine.proof.prover import Prover
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import laws, with_assumptions
from tests.second import Second


@pytest.mark.slow
def test_both_agree_on_every_law_of_the_knowledge_base_and_on_the_law_without_each_line(bundled: Rulebook) -> None:
    prover, second = Prover(CompiledRulebook(bundled)), Second(bundled)
    verdicts = []
    for law in bundled.laws.values():
        weaker = [
            replace(law, condition=Condition(tuple(one for one in law.condition.lines if one != part)))
            for part in law.condition.lines
            if any(not bundled.terms[line.term].finding for line in lines_of(part))
        ]
        for one in (law, *weaker):
            broken = not isinstance(prover.possible(prover.circuit.breaks(one.condition)), Unsat)
            verdicts.append((one.id, not broken, not second.possible(second.breaks(one))))
    assert [one for one in verdicts if one[1] != one[2]] == []
    assert {proved for _, proved, _ in verdicts} == {True, False}


@tries(40)
@given(st.data())
def test_both_agree_on_random_laws_of_random_rulebooks(data: st.DataObject) -> None:
    book = data.draw(with_assumptions())
    prover, second = Prover(CompiledRulebook(book)), Second(book)
    for _ in range(3):
        law = data.draw(laws(book.terms))
        assert prove(prover, law).proved is not second.possible(second.breaks(law))
