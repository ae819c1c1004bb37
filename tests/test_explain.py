"""Reasons: each is true of the decision, none is missing, and what it says is what a person reads."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import explain, render, semantics
from engine.case import Decision, Members
from engine.errors import InternalError
from engine.explain import LineReason, Why
from engine.rulebook import Rulebook
from tests.conftest import tries
from tests.rulebooks import case, facts, rulebooks
from tests.test_truth import decide, rulebook


def text(reason: Why, length: render.Length = "reasons") -> list[str]:
    return ["  " * line.indent + line.bullet + line.text for line in render.why(reason, length)]


def lines(reason: Why) -> Iterator[LineReason]:
    for told in reason.rules():
        yield from told.lines()


@tries(40)
@given(st.data())
def test_every_rule_that_fires_for_a_term_is_told_and_no_other(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    decision = semantics.decide(book, case(data.draw(facts(book))))
    for term in book.conclusions:
        reason = explain.why(book, decision, term.name)
        told = {rule.rule.id for side in reason.sides for rule in side.rules}
        firing = {
            entry.rule for entry in book.support[term.name] if semantics.status(entry, decision.marks) & semantics.HOLDS
        }
        assert told <= firing
        if not term.takes_highest:
            assert told == firing


@tries(40)
@given(st.data())
def test_the_answers_that_a_reason_names_are_enough_to_give_it(data: st.DataObject) -> None:
    """What a tree of reasons rests on, and nothing else of the case, gives the same answer again."""
    book = data.draw(rulebooks())
    decision = semantics.decide(book, case(data.draw(facts(book))))
    for term in book.conclusions:
        answer = decision.conclusions[term.name]
        if term.single and answer is not None:
            reason = explain.why(book, decision, term.name)
            if not _rests_on_exclusion(reason):
                known = {name: decision.case.facts[name] for name in _findings(reason) if name in decision.case.facts}
                assert semantics.decide(book, case(known)).conclusions[term.name] == answer


def _rests_on_exclusion(reason: Why) -> bool:
    """Whether something in the tree holds because other rules are ruled out, which the tree tells only in part."""
    told = list(reason.rules())
    kinds = {one.how for one in (reason, *reason.beneath.values())}
    outranked = any(rule.above or rule.outranked for rule in told)
    return outranked or bool(kinds - {"rules", "answer"}) or any(line.excluded for line in lines(reason))


def _findings(reason: Why) -> set[str]:
    return {name for line in lines(reason) for name in line.found}


def test_a_reason_goes_down_to_the_answers_given() -> None:
    book = rulebook("r | if: [a: yes, x: over 3] | other: yes", "s | if: [other: yes]\nunless: [b: yes] | single: p")
    assert text(explain.why(book, decide(book, a="yes", b="no", x=4), "single")) == [
        "single: p",
        "  > s",
        "    because: b",
        "    rule s, rules/s.yaml:1; S: s",
        "    * other: yes (met)",
        "      > s",
        "        because: b",
        "        rule r, rules/r.yaml:1; S: s",
        "        * a: yes (met)",
        "        * x: over 3 (met: x is 4)",
        "    * unless b: yes (not met: b is no)",
    ]


def test_an_otherwise_is_told_by_what_ruled_the_rules_out() -> None:
    book = rulebook("r | if: [a: yes] | other: yes", "s | if: [b: yes, any of: [c: one, x: 3]] | other: yes")
    reason = explain.why(book, decide(book, a="no", b="yes", c="two", x=1), "other")
    assert reason.how == "otherwise"
    assert text(reason, "everything") == [
        "other: no (by default; all 2 rules for it are ruled out)",
        "  - ruled out: r: a: yes is not met",
        "  - ruled out: s: any of (c: one, x: 3) is not met",
    ]


def test_an_open_answer_names_the_questions_it_waits_for() -> None:
    book = rulebook("r | if: [a: yes] | other: yes", "s | if: [other: yes, b: yes] | single: p")
    reason = explain.why(book, decide(book), "single")
    assert (reason.how, reason.missing) == ("open", ("b", "a"))
    assert text(reason, "line") == ["single: not known yet, waiting for b, a"]


def test_a_dispute_shows_both_sides() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q")
    told = text(explain.why(book, decide(book, a="yes", b="yes"), "single"))
    assert told[0] == "single: disputed"
    assert [line.strip() for line in told if line.endswith(":")] == ["p:", "q:"]


def test_a_rule_that_others_would_outrank_names_them() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [a: no] | single: q | r")
    reason = explain.why(book, decide(book, a="yes"), "single")
    assert reason.sides[0].rules[0].above == ("s",)
    assert "  - ruled out above it: s" in ["  " + line.strip() for line in text(reason, "everything")]


def test_a_conclusion_that_no_rule_gives_is_told_as_such() -> None:
    book = rulebook("r | if: [a: yes] | single: p")
    assert text(explain.why(book, decide(book, a="no"), "single")) == [
        "single: none given (no rule gives it: 1 rule ruled out)"
    ]


def test_every_member_is_told_with_its_own_rules() -> None:
    book = rulebook("r | if: [a: yes] | members: m", "s | if: [a: yes] | members: n")
    reason = explain.why(book, decide(book, a="yes"), "members")
    assert reason.answer == Members(("m", "n"))
    assert [(side.value, [rule.rule.id for rule in side.rules]) for side in reason.sides] == [
        ("m", ["r"]),
        ("n", ["s"]),
    ]


def test_a_decision_that_its_rules_do_not_bear_out_is_not_explained() -> None:
    book = rulebook("r | if: [a: yes] | other: yes")
    decision = decide(book, a="yes")
    forged = Decision(
        **{
            name: getattr(decision, name)
            for name in ("case", "conclusions", "disputed", "gaps", "fired", "waiting", "ask", "not_used", "rulebook")
        },
        marks={"r": semantics.FAILS},
        state=decision.state,
    )
    with pytest.raises(InternalError, match="r is marked 2, and evaluates to 1"):
        explain.why(book, forged, "other")


def test_the_reasons_of_saved_cases_can_be_told_in_each_length(either: Rulebook) -> None:
    """Each case with some of the conclusions, and each conclusion with some of the cases: every reason is checked."""
    for number, saved in enumerate(either.cases.values()):
        decision = semantics.decide(either, saved)
        for term in either.conclusions[number % 12 :: 12]:
            reason = explain.why(either, decision, term.name)
            for length in render.LENGTHS:
                told = text(reason, length)
                assert told
                assert not any(line.rstrip().endswith(("waiting for", "by")) for line in told)
