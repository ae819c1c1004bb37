"""Many cases, held to the meaning: what a table says of a case is what truth says."""

import random
from collections.abc import Sequence
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Decision, Members, Range, Value
from engine.chain import Chain
from engine.circuit import CompiledRulebook, evaluate
from engine.columns import CASE, WAITS, Program, dtype_of, plan, synthetic, tables
from engine.columns.findings import findings_of
from engine.rulebook import Rulebook, Term
from tests.conftest import tries
from tests.rulebooks import facts, laws, rulebooks
from tests.test_knowledge import patients, some_of


def table(book: Rulebook, cases: Sequence[dict[str, Value]]) -> pl.DataFrame:
    """A table of cases, each finding a column."""
    ids = pl.Series(CASE, [str(number) for number in range(len(cases))])
    columns = [pl.Series(term.name, [case.get(term.name) for case in cases], dtype_of(term)) for term in book.findings]
    return pl.DataFrame([ids, *columns])


def row_of(book: Rulebook, decision: Decision) -> dict[str, Any]:
    """The row that a decision should be."""
    row: dict[str, Any] = {CASE: decision.case.id}
    for term in book.conclusions:
        row |= _told(term, decision)
    fired, waiting = set(decision.fired), set(decision.waiting)
    return row | {rule: rule in fired for rule in book.rules} | {rule + WAITS: rule in waiting for rule in book.rules}


def _told(term: Term, decision: Decision) -> dict[str, Any]:
    answer = decision.conclusions[term.name]
    if isinstance(answer, Range):
        return {f"{term.name} at least": answer.low, f"{term.name} at most": answer.high}
    if term.domain.kind == "several":
        members = answer if isinstance(answer, Members) else Members()
        inside = dict.fromkeys(members.inside, True) | dict.fromkeys(members.open)
        out = None if decision.broken else False
        return {f"{term.name}: {value}": inside.get(value, out) for value in term.domain.values}
    if term.takes_highest or term.domain.kind == "tally":
        return {f"{term.name} at least": answer, f"{term.name} at most": answer}
    return {term.name: answer}


def agrees(book: Rulebook, cases: Sequence[dict[str, Value]]) -> None:
    rows = Program(CompiledRulebook(book)).evaluate(table(book, cases)).rows(named=True)
    assert len(rows) == len(cases)
    for number, (row, known) in enumerate(zip(rows, cases, strict=True)):
        expected = row_of(book, semantics.decide(book, Case(str(number), known)))
        assert {name: row[name] for name in expected} == expected


def agrees_with_chain(book: Rulebook, chain: Chain, cases: Sequence[dict[str, Value]]) -> None:
    """The whole answer of every case, with its trace, its disputes and what to ask, is that of the chain."""
    rows = tables.Answering(CompiledRulebook(book)).answers(table(book, cases), "full").rows(named=True)
    for number, (row, known) in enumerate(zip(rows, cases, strict=True)):
        impossible = semantics.impossibilities(book, known)  # which the chain refuses
        case = Case(str(number), known)
        decision = semantics.decide(book, case) if impossible else chain.decide(case)
        ask = [term for term in decision.ask if book.terms[term].screening]
        assert sorted((row["ask"] or "").split("; ")) == sorted(ask or [""])
        names = {
            "disputed": decision.disputed,
            "gaps": decision.gaps,
            "broken laws": [law.id for law in decision.broken],
        }
        more = {name: "; ".join(some) or None for name, some in names.items()}
        expected = row_of(book, decision) | more
        assert {name: row[name] for name in expected} == expected


def random_cases(book: Rulebook, count: int, seed: int) -> list[dict[str, Value]]:
    """Half of them plausible patients with more or less unknown, the others answered at random, possible or not."""
    choose = random.Random(seed)
    cases = []
    for unknown in (0.0, 0.1, 0.3, 0.7):
        for made in synthetic.made_up(book, synthetic.Order(count // 8, seed, unknown)):
            cases += [{name: row[name] for name in row if row[name] is not None} for row in made.drop(CASE).to_dicts()]
    while len(cases) < count:
        share = choose.random()
        cases.append(
            {
                term.name: choose.choice(term.domain.values or range(term.domain.low, term.domain.high + 1))
                for term in book.findings
                if choose.random() < share
            }
        )
    return cases


def test_columns_equal_chain_on_saved_cases_and_on_random_ones(
    bundled: Rulebook, chain: Chain, some_cases: tuple[Case, ...]
) -> None:
    """The full number is tried by tests/bench/test_agreement.py."""
    saved = [dict(case.facts) for case in some_cases]
    agrees_with_chain(bundled, chain, [*saved, *random_cases(bundled, 40, 41)])


@tries(40)
@given(st.data())
def test_the_whole_answers_equal_those_of_the_chain(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    agrees_with_chain(book, Chain(book), data.draw(st.lists(facts(book), min_size=1, max_size=9)))


@tries(120)
@given(st.data())
def test_columns_equal_truth(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    agrees(book, data.draw(st.lists(facts(book), min_size=1, max_size=20)))


def test_columns_equal_truth_on_the_saved_cases(either: Rulebook) -> None:
    agrees(either, [dict(case.facts) for case in either.cases.values()])


def test_columns_equal_truth_on_made_up_patients(either: Rulebook) -> None:
    choose = random.Random(23)
    agrees(either, [some_of(known, choose) for known in patients(either, 300, 29)])


def test_a_finding_without_a_column_is_unknown(compiled: CompiledRulebook) -> None:
    frame = pl.DataFrame({CASE: ["a"], "leg weakness": ["new"]})
    row = Program(compiled).evaluate(frame).row(0, named=True)
    assert (row["urgency at least"], row["urgency at most"]) == ("same day", "emergency")
    assert row["exercise direction"] is None
    assert row["new_leg_weakness"] is True


def test_an_empty_table_has_an_empty_answer(clinic: Rulebook) -> None:
    assert Program(CompiledRulebook(clinic)).evaluate(pl.DataFrame({CASE: []}, schema={CASE: pl.String})).height == 0


def test_a_slice_of_a_table_and_a_table_in_pieces_have_the_answers_of_their_rows(clinic: Rulebook) -> None:
    program, known = Program(CompiledRulebook(clinic)), list(patients(clinic, 40, 31))
    whole = table(clinic, [{name: case[name] for name in list(case)[place % 3 :]} for place, case in enumerate(known)])
    answers = program.evaluate(whole)
    for start, count in ((0, 3), (3, 20), (8, 8), (21, 19)):
        assert program.evaluate(whole.slice(start, count)).equals(answers.slice(start, count))
    assert program.evaluate(pl.concat([whole[:7], whole[7:]], rechunk=False)).equals(answers)


def test_many_blocks_have_the_answers_of_one(clinic: Rulebook, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = table(clinic, [some_of(case, random.Random(5)) for case in patients(clinic, 50, 37)])
    answers = Program(CompiledRulebook(clinic)).evaluate(whole)
    monkeypatch.setattr(plan, "BLOCK", 16)
    assert Program(CompiledRulebook(clinic)).evaluate(whole).equals(answers)


def test_values_written_as_text_are_read(clinic: Rulebook) -> None:
    frame = pl.DataFrame({CASE: ["a", "b"], "leg weakness": ["new", None], "age": [70, None]})
    typed = frame.with_columns(pl.col("leg weakness").cast(dtype_of(clinic.terms["leg weakness"])))
    assert Program(CompiledRulebook(clinic)).evaluate(frame).equals(Program(CompiledRulebook(clinic)).evaluate(typed))


@tries(30)
@given(st.data())
def test_a_node_that_says_not_is_the_opposite_of_what_it_denies(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    compiler = CompiledRulebook(book).circuit
    asked = [compiler.breaks(data.draw(laws(book.terms)).condition) for _ in range(3)]
    denied = [compiler.negation(node) for pair in compiler.rules.values() for node in pair]
    wanted = [*asked, *denied, compiler.any_of([*asked, *denied])]
    cases = data.draw(st.lists(facts(book), min_size=1, max_size=9))
    rows = plan.Plan(book.terms, compiler.nodes, wanted).run(findings_of(table(book, cases), book.findings), len(cases))
    for number, known in enumerate(cases):
        bits = evaluate(compiler.nodes, known)
        shown = {node: bool(rows[node][number // 8] >> number % 8 & 1) for node in wanted}
        assert shown == {node: bits[node] for node in wanted}
