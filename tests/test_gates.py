"""Questions that are asked only of some: what an answer says where the question applies, may apply, and does not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine import explain, render, semantics
from engine.case import Answer, Case, Value
from engine.checks.mutation.equivalent_mutants import smallest_example
from engine.circuit import CompiledRulebook, evaluate
from engine.language import Against, Condition, Group, Is, Unsettled
from engine.proof import Sat
from engine.proof.laws import prove
from engine.proof.prover import Prover
from engine.rulebook import Law, Rulebook
from engine.semantics import FAILS, HOLDS, UNKNOWN
from tests.rulebooks import NOWHERE, case
from tests.test_truth import decide, gated

NESTED = {"b": "asked if: [{a: yes}]", "c": "asked if: [{b: yes}]", "x": "asked if: [{c: one or two}]"}
WITHOUT_SCREENING = {"a": "screening: yes"}  # `b` and `c` are screening findings: so must be what they are asked by

LINES = [
    ("b: yes", {"b": "yes"}, UNKNOWN),
    ("b: yes", {"b": "no"}, FAILS),
    ("b: yes", {"a": "yes"}, UNKNOWN),
    ("b: yes", {"a": "yes", "b": "yes"}, HOLDS),
    ("b: yes", {"a": "no", "b": "yes"}, FAILS),
    ("b: no", {"a": "no", "b": "yes"}, FAILS),
    ("b: yes", {"a": "no"}, FAILS),
    ("c: one", {"c": "one", "b": "yes"}, UNKNOWN),
    ("c: one", {"c": "one", "b": "yes", "a": "yes"}, HOLDS),
    ("c: one", {"c": "one", "b": "yes", "a": "no"}, FAILS),
    ("c: one", {"a": "no"}, FAILS),
    ("x: 4 or more", {"x": 4, "c": "three"}, FAILS),
    ("x: over y", {"x": 4, "y": 3}, UNKNOWN),
    ("y: under x", {"x": 4, "y": 3}, UNKNOWN),
    ("y: under x", {"x": 4, "y": 3, "a": "no"}, FAILS),
    ("y: under x", {"x": 4, "y": 3, "a": "yes", "b": "yes", "c": "two"}, HOLDS),
]


def book(*cards: str) -> Rulebook:
    return gated({**WITHOUT_SCREENING, **NESTED}, *cards)


@pytest.mark.parametrize(("text", "known", "mark"), LINES)
def test_a_line_stands_for_itself_and_for_what_its_findings_are_asked_if(
    text: str, known: dict[str, Value], mark: int
) -> None:
    assert decide(book(f"r | if: [{{{text}}}] | other: yes"), **known).marks["r"] == mark


def test_an_answer_that_does_not_apply_is_kept_and_told_as_not_used() -> None:
    rules = book("r | if: [b: yes] | scale: high")
    decision = decide(rules, a="no", b="yes", c="one", y=4)
    assert decision.conclusions["scale"] == "low"
    assert decision.case.facts["b"] == "yes"
    assert (decision.not_used, decision.as_json()["not used"]) == (("b", "c"), ["b", "c"])
    told = [line.text for line in render.recommendation(rules, decision)]
    assert told[told.index("Answered, and not used: these questions do not apply") + 1] == "b, c"
    assert decide(rules, b="yes").not_used == (), "whether it applies is not known"


def test_a_complete_case_leaves_nothing_unknown_though_a_gate_of_a_gate_fails() -> None:
    decision = decide(book("r | if: [x: 4 or more]\nunless: [c: one] | other: yes"), a="no", y=1)
    assert decision.conclusions["complete"] == "yes"
    assert decision.conclusions["other"] == "no"


def law(*lines: Is | Unsettled | Against) -> Law:
    return Law("law", "", Condition(lines), (), NOWHERE)


def test_unknown_reads_the_bare_answer_and_another_line_of_the_same_law_does_not() -> None:
    rules = book()
    state = decide(rules, a="no", b="yes").state
    assert not semantics.breaks(law(Unsettled("b", "unknown")), state)
    assert not semantics.breaks(law(Is("b", ("yes",))), state)
    assert semantics.breaks(law(Unsettled("c", "unknown")), state)
    prover = Prover(CompiledRulebook(rules))
    a_is_no = Is("a", ("no",))
    assert prove(prover, law(a_is_no, Is("b", ("yes",)))).proved
    assert not prove(prover, law(a_is_no, Unsettled("b", "unknown"))).proved


def test_what_no_patient_can_be_reads_the_bare_answers() -> None:
    never = law(Is("a", ("no",)), Is("b", ("yes",)))
    rules = replace(book(), impossible={"never": never})
    assert semantics.impossibilities(rules, {"a": "no", "b": "yes"}) == (never,)
    compiler = CompiledRulebook(rules).circuit
    bare, read = compiler.bare(never.condition)[0], compiler.condition(never.condition)[0]
    held = evaluate(compiler.nodes, {"a": "no", "b": "yes"})
    assert (held[bare], held[read]) == (True, False)
    assert prove(Prover(CompiledRulebook(rules)), law(Is("a", ("no",)), Unsettled("b", "unknown"))).proved is False
    assert not _possible(Prover(CompiledRulebook(rules)), "yes")
    assert _possible(Prover(CompiledRulebook(rules)), "no")


def _possible(prover: Prover, b: str) -> bool:
    terms, circuit = prover.rulebook.terms, prover.circuit
    return isinstance(prover.possible(circuit.given(terms["a"], "no"), circuit.given(terms["b"], b)), Sat)


def test_what_an_answer_rests_on_has_what_the_question_was_asked_by() -> None:
    rules = book("r | if: [c: one] | other: yes", "s | if: [x: 4 or more] | single: p")
    decision = decide(rules, a="yes", b="yes", c="one", x=5, y=1)
    assert explain.rests_on(rules, decision, "other") == ("a", "b", "c")
    assert explain.rests_on(rules, decide(rules, a="no", b="yes", c="one"), "other") == ("a",)
    assert explain.rests_on(rules, decide(rules, a="no", b="no", c="two"), "other") == ("c",)
    assert explain.why(rules, decide(rules, c="one"), "other").missing == ("a", "b")


def test_no_saved_case_changes_its_answer(bundled: Rulebook, some_cases: tuple[Case, ...]) -> None:
    for saved in some_cases:
        decision = semantics.decide(bundled, saved)
        bare = _without_gates(bundled, dict(saved.facts))
        known = {name: answer for name, answer in bare.items() if isinstance(answer, str | int)}
        assert known.items() <= decision.conclusions.items()


def _without_gates(rules: Rulebook, known: dict[str, Value]) -> Mapping[str, Answer]:
    """The conclusions where every answer is taken as it is given."""
    state = semantics.begin(rules, known)
    state.gates = {}
    marks: dict[str, int] = {}
    for stage in rules.stages:
        marks |= {rule: semantics.mark_condition(rules.rules[rule].condition, state) for rule in stage.rules}
        for term in stage.terms:
            semantics.settle(rules, rules.terms[term], marks, state)
    return semantics.conclude(rules, case(known), state, marks).conclusions


def test_conditions_that_differ_only_where_a_question_does_not_apply_have_no_example_but_a_case() -> None:
    known, known_too = Is("c", ("one",)), Is("c", ("two", "three"))
    answered = Condition((Group(1, (known, known_too)),))
    not_both = Condition((), (Group(2, (known, known_too)),))
    for rules, differ in ((book(), True), (gated({}), False)):
        assert smallest_example(rules, answered, not_both) is None
        prover = Prover(CompiledRulebook(rules))
        node = prover.differs([prover.circuit.condition(answered)], [prover.circuit.condition(not_both)])
        assert isinstance(prover.possible(node), Sat) == differ
