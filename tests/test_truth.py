"""The meaning: by hand, clause by clause, and by properties of random rulebooks and cases."""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Answer, Case, Decision, Mark, Members, Range, Value
from engine.document import Fields, read
from engine.language import Condition, parse, show
from engine.loader import load_files
from engine.rulebook import Rulebook
from engine.semantics import DISPUTED, FAILS, HOLDS, UNKNOWN
from tests.rulebooks import case, conditions, facts, findings, rulebooks

TERMS = """
findings:
  a: {kind: yes/no, ask: A, help: a}
  b: {kind: yes/no, ask: B, help: b, screening: yes}
  c: {kind: choice, values: [one, two, three], ask: C, help: c, screening: yes}
  x: {kind: number, range: 0 to 10, ask: X, help: x}
  y: {kind: number, range: 0 to 10, ask: Y, help: y}
conclusions:
  single: {kind: choice, values: [p, q, r], says: s}
  other: {kind: yes/no, otherwise: no, says: o}
  scale: {kind: choice, values: [low, middle, high], takes: highest, otherwise: low, says: s}
  members: {kind: several, values: [m, n], says: m}
  for it: {kind: tally, says: t}
  against it: {kind: tally, says: t}
"""


def rulebook(*cards: str, terms: str = TERMS) -> Rulebook:
    """A rulebook of the terms above and of cards, each `name | condition | then [| outranks]` in short."""
    files = {"terms/all.yaml": terms.encode(), "sources.yaml": b"S: {citation: s, seen: s}"}
    for card in cards:
        name, condition, then, *outranks = (piece.strip() for piece in card.split("|"))
        text = f"rule: {name}\nsays: s\n{condition}\nthen: [{then}]\nbecause: b\nsource: [S: s]\n"
        files[f"rules/{name}.yaml"] = (text + (f"outranks: [{outranks[0]}]\n" if outranks else "")).encode()
    return load_files(files)


def gated(fields: Mapping[str, str], *cards: str) -> Rulebook:
    """The same with more fields for some findings, such as `asked if`."""
    terms = TERMS
    for name, more in fields.items():
        terms = re.sub(rf"(?m)^(  {name}: \{{.*)\}}$", rf"\1, {more}}}", terms)
    return rulebook(*cards, terms=terms)


def decide(book: Rulebook, **known: Value) -> Decision:
    return semantics.decide(book, Case("c", known))


LINES = [
    ("a: yes", {}, UNKNOWN),
    ("a: yes", {"a": "yes"}, HOLDS),
    ("a: yes", {"a": "no"}, FAILS),
    ("a: yes or no", {}, UNKNOWN),
    ("c: one or three", {"c": "three"}, HOLDS),
    ("c: one or three", {"c": "two"}, FAILS),
    ("x: 4 or more", {"x": 4}, HOLDS),
    ("x: 4 or more", {"x": 3}, FAILS),
    ("x: over 4", {"x": 4}, FAILS),
    ("x: under 4", {"x": 3}, HOLDS),
    ("x: at most 4", {"x": 4}, HOLDS),
    ("x: 2 to 4", {"x": 5}, FAILS),
    ("x: 2 to 4", {"x": 2}, HOLDS),
    ("x: 0", {"x": 0}, HOLDS),
    ("x: over y", {"x": 4}, UNKNOWN),
    ("x: over y", {"x": 4, "y": 4}, FAILS),
    ("x: at least y", {"x": 4, "y": 4}, HOLDS),
    ("x: under y", {"x": 3, "y": 4}, HOLDS),
    ("x: at most y", {"x": 5, "y": 4}, FAILS),
    ("x: same as y", {"x": 4, "y": 4}, HOLDS),
    ("x: same as y", {"x": 5, "y": 4}, FAILS),
    ("x: at least 2 above y", {"x": 6, "y": 4}, HOLDS),
    ("x: at least 2 above y", {"x": 5, "y": 4}, FAILS),
    ("x: at least 2 below y", {"x": 2, "y": 4}, HOLDS),
    ("x: at least 30% below y", {"x": 7, "y": 10}, HOLDS),
    ("x: at least 30% below y", {"x": 8, "y": 10}, FAILS),
    ("x: at least 30% below y", {"x": 0, "y": 0}, FAILS),
    ("x: at least 50% below y", {"x": 2, "y": 5}, HOLDS),
    ("x: at least 50% below y", {"x": 3, "y": 5}, FAILS),
]


@pytest.mark.parametrize(("text", "known", "mark"), LINES)
def test_a_line_holds_or_fails_when_its_findings_are_known(text: str, known: dict[str, Value], mark: int) -> None:
    decision = decide(rulebook(f"r | if: [{{{text}}}] | other: yes"), **known)
    assert decision.marks["r"] == mark


PARTS = [
    ("if: [any of: [a: yes, b: yes]]", {"a": "yes"}, HOLDS),
    ("if: [any of: [a: yes, b: yes]]", {"a": "no"}, UNKNOWN),
    ("if: [any of: [a: yes, b: yes]]", {"a": "no", "b": "no"}, FAILS),
    ("if: [at least 2 of: [a: yes, b: yes, c: one]]", {"a": "no", "c": "two"}, FAILS),
    ("if: [at least 2 of: [a: yes, b: yes, c: one]]", {"a": "no", "c": "one"}, UNKNOWN),
    ("if: [a: yes, b: yes]", {"a": "no"}, FAILS),
    ("if: [a: yes, b: yes]", {"a": "yes"}, UNKNOWN),
    ("if: [a: yes]\nunless: [b: yes]", {"a": "yes"}, UNKNOWN),
    ("if: [a: yes]\nunless: [b: yes]", {"a": "yes", "b": "no"}, HOLDS),
    ("if: [a: yes]\nunless: [b: yes]", {"b": "yes"}, FAILS),
    ("if: [a: yes]\nunless: [any of: [b: yes, c: one]]", {"a": "yes", "b": "no"}, UNKNOWN),
    ("if: always", {}, HOLDS),
]


@pytest.mark.parametrize(("condition", "known", "mark"), PARTS)
def test_a_condition_is_all_of_its_parts_and_none_of_its_exclusions(
    condition: str, known: dict[str, Value], mark: int
) -> None:
    assert decide(rulebook(f"r | {condition} | other: yes"), **known).marks["r"] == mark


def test_a_missing_answer_is_never_a_no() -> None:
    book = rulebook("r | if: [a: yes] | other: yes")
    assert decide(book).conclusions["other"] is None
    assert decide(book, a="no").conclusions["other"] == "no"


def test_two_values_that_hold_are_disputed_and_the_rules_are_named() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q")
    decision = decide(book, a="yes", b="yes")
    assert decision.conclusions["single"] is None
    assert decision.disputed == {"single": {"p": ("r",), "q": ("s",)}}


def test_what_rests_on_a_dispute_is_disputed_too() -> None:
    book = rulebook(
        "r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q", "t | if: [single: p] | members: m, other: yes"
    )
    decision = decide(book, a="yes", b="yes")
    assert decision.marks["t"] == DISPUTED
    assert set(decision.disputed) == {"single", "members", "other"}


def test_a_conclusion_that_every_rule_denies_is_a_gap() -> None:
    decision = decide(rulebook("r | if: [a: yes] | single: p"), a="no")
    assert decision.gaps == ("single",)
    assert decision.conclusions["single"] is None


def test_an_outranked_rule_waits_until_its_outranker_fails() -> None:
    book = rulebook("r | if: [a: yes] | single: p", "s | if: [b: yes] | single: q | r")
    assert decide(book, a="yes").conclusions["single"] is None
    assert decide(book, a="yes", b="no").conclusions["single"] == "p"
    assert decide(book, a="yes", b="yes").conclusions["single"] == "q"


def test_an_outranked_rule_does_not_come_back_when_its_outranker_is_outranked() -> None:
    book = rulebook(
        "r | if: [a: yes] | single: p", "s | if: [a: yes] | single: q | r", "t | if: [a: yes] | single: r | s"
    )
    assert decide(book, a="yes").conclusions["single"] == "r"


def test_outranking_takes_only_the_single_valued_conclusions_that_both_name() -> None:
    book = rulebook(
        "r | if: [a: yes] | single: p, members: m, for it, scale: high", "s | if: [a: yes] | single: q, members: n | r"
    )
    conclusions = decide(book, a="yes").conclusions
    assert conclusions["single"] == "q"
    assert conclusions["members"] == Members(("m", "n"))
    assert (conclusions["for it"], conclusions["scale"]) == (1, "high")


SCALE = [
    ({}, Range("low", "high")),
    ({"a": "yes"}, Range("middle", "high")),
    ({"b": "yes"}, "high"),
    ({"b": "no"}, Range("low", "middle")),
    ({"a": "no", "b": "no"}, "low"),
    ({"a": "yes", "b": "no"}, "middle"),
]


@pytest.mark.parametrize(("known", "expected"), SCALE)
def test_a_scale_is_a_range_that_only_narrows(known: dict[str, Value], expected: Answer) -> None:
    book = rulebook("r | if: [a: yes] | scale: middle", "s | if: [b: yes] | scale: high")
    assert decide(book, **known).conclusions["scale"] == expected


def test_a_line_on_a_scale_is_decided_by_the_range() -> None:
    cards = ("r | if: [a: yes] | scale: middle", "s | if: [b: yes] | scale: high")
    book = rulebook(*cards, "t | if: [scale: middle or high] | other: yes", "u | if: [scale: low] | members: m")
    assert decide(book, a="yes").conclusions["other"] == "yes"
    assert decide(book, a="yes").marks["u"] == FAILS
    assert decide(book).marks["t"] == UNKNOWN


DISPUTE = ("p | if: [a: yes] | single: p", "q | if: [b: yes] | single: q")  # single is disputed where a and b are yes


def test_a_value_of_a_scale_for_which_nothing_speaks_does_not_hold_in_a_dispute() -> None:
    cards = ("r | if: [a: yes] | scale: middle", "s | if: [single: p] | scale: high")
    lines = ("t | if: [scale: low] | other: yes", "u | if: [scale: low or middle] | members: m")
    marks = decide(rulebook(*DISPUTE, *cards, *lines), a="yes", b="yes").marks
    assert (marks["t"], marks["u"]) == (FAILS, DISPUTED)


RUNS = [
    ("low or high", {"a": "no", "b": "no"}, HOLDS),
    ("low or high", {"b": "yes"}, HOLDS),
    ("low or high", {"a": "yes"}, UNKNOWN),
    ("low or high", {"a": "yes", "b": "no"}, FAILS),
    ("low or middle", {"b": "no"}, HOLDS),
    ("middle", {"a": "yes"}, UNKNOWN),
    ("middle", {"b": "yes"}, FAILS),
    ("low or middle or high", {}, HOLDS),
]


@pytest.mark.parametrize(("values", "known", "mark"), RUNS)
def test_a_set_of_values_on_a_scale_is_its_runs_of_neighbours(values: str, known: dict[str, Value], mark: int) -> None:
    cards = ("r | if: [a: yes] | scale: middle", "s | if: [b: yes] | scale: high")
    assert decide(rulebook(*cards, f"t | if: [scale: {values}] | other: yes"), **known).marks["t"] == mark


def test_a_scale_whose_ends_have_crossed_is_disputed_and_told_with_its_lower_end() -> None:
    cards = ("r | if: [single: p] | scale: high", "s | if: [x: 1 or more] | scale: middle")
    decision = decide(rulebook(*DISPUTE, *cards), a="yes", b="yes", x=0)
    assert decision.conclusions["scale"] == "high"
    assert decision.disputed["scale"] == {"low": (), "middle": (), "high": ("r",)}
    decision = decide(rulebook(*DISPUTE, *cards), a="yes", b="yes", x=1)
    assert decision.disputed["scale"] == {"middle": ("s",), "high": ("r",)}


def test_a_tally_whose_ends_have_crossed_is_disputed_and_told_with_its_lower_end() -> None:
    book = rulebook(*DISPUTE, "r | if: [single: p] | for it", "s | if: [x: 1 or more] | for it")
    decision = decide(book, a="yes", b="yes", x=0)
    assert decision.conclusions["for it"] == 1
    assert decision.disputed["for it"] == {"0": (), "1": ("r",)}
    assert "for it" not in decide(book, a="yes", b="yes").disputed, "one rule fires, and two at most may"


def test_members_are_in_or_out_each_on_its_own() -> None:
    book = rulebook("r | if: [a: yes] | members: m", "s | if: [b: yes] | members: n")
    assert decide(book, a="yes").conclusions["members"] == Members(("m",), ("n",))
    assert decide(book, a="yes", b="no").conclusions["members"] == Members(("m",))


def test_tallies_count_what_fires_and_compare_as_soon_as_the_ranges_decide() -> None:
    cards = [f"r{n} | if: [{line}] | for it" for n, line in enumerate(["a: yes", "b: yes", "x: 1 or more"])]
    book = rulebook(*cards, "z | if: [y: 1 or more] | against it", "w | if: [for it: over against it] | other: yes")
    assert decide(book, a="yes").conclusions["for it"] == Range(1, 3)
    assert decide(book, a="yes").marks["w"] == UNKNOWN
    assert decide(book, a="yes", b="yes").marks["w"] == HOLDS
    assert decide(book, a="no", b="no", x=0).marks["w"] == FAILS


def test_screening_is_complete_when_every_question_that_applies_is_answered() -> None:
    book = gated({"a": "screening: yes", "c": "asked if: [{a: yes}]"}, "r | if: [screening complete: yes] | other: yes")
    assert decide(book, b="no").conclusions["screening complete"] is None
    assert decide(book, b="no", a="yes").ask == ("c", "x", "y")
    assert decide(book, b="no", a="no").conclusions["screening complete"] == "yes"
    assert decide(book, b="no", a="yes", c="one").conclusions["other"] == "yes"
    assert decide(book, b="no", a="no").conclusions["complete"] is None
    assert decide(book, b="no", a="no", x=1, y=1).conclusions["complete"] == "yes"


def test_laws_may_speak_of_what_is_unknown_or_disputed() -> None:
    files = {"terms/all.yaml": TERMS.encode(), "sources.yaml": b"S: {citation: s, seen: s}"}
    for name, text in {
        "open_end": "never: [a: yes, single: unknown]",
        "quarrel": "never: [single: disputed]",
        "kept": "never: [a: yes]\nunless: [other: yes]",
    }.items():
        files[f"laws/{name}.yaml"] = f"law: {name}\nsays: s\n{text}\nsource: [S: s]\n".encode()
    for name, then in {"r": "single: p", "s": "single: q", "t": "other: yes"}.items():
        line = {"r": "b: yes", "s": "x: 1 or more", "t": "y: 1 or more"}[name]
        body = f"rule: {name}\nsays: s\nif: [{line}]\nthen: [{then}]\nbecause: b\nsource: [S: s]\n"
        files[f"rules/{name}.yaml"] = body.encode()
    book = load_files(files)

    def broken(**known: Value) -> list[str]:
        return [law.id for law in decide(book, **known).broken]

    assert broken(a="yes") == ["kept", "open_end"]
    assert broken(a="yes", b="yes", y=1) == []
    assert broken(a="no", b="yes", x=1) == ["quarrel"]


# --- properties ------------------------------------------------------------------------------------------------------


def _grown(before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]) -> bool:
    return all(mark & after[term][value] == mark for term in before for value, mark in before[term].items())


@given(st.data())
def test_learning_more_only_ever_sets_marks(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    more = data.draw(facts(book))
    less = {name: more[name] for name in more if data.draw(st.booleans())}
    before, after = semantics.decide(book, case(less)), semantics.decide(book, case(more))
    assert all(mark & after.marks[rule] == mark for rule, mark in before.marks.items())
    for group in ("values", "members", "scales"):
        assert _grown(getattr(before.state, group), getattr(after.state, group))
    for term, (low, high) in before.state.counts.items():
        assert low <= after.state.counts[term][0]
        assert high >= after.state.counts[term][1]
    for term in book.conclusions:
        if term.single and before.conclusions[term.name] is not None:
            assert after.conclusions[term.name] == before.conclusions[term.name] or term.name in after.disputed
    assert before.disputed.keys() <= after.disputed.keys()
    assert set(before.not_used) <= set(after.not_used)


@given(st.data())
def test_when_every_finding_that_applies_is_known_nothing_is_unknown(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    known = data.draw(facts(book, whole=True))
    unused = semantics.decide(book, case(known)).not_used
    decision = semantics.decide(book, case({name: known[name] for name in known if name not in unused}))
    assert decision.conclusions["complete"] == "yes"
    assert decision.not_used == ()
    assert UNKNOWN not in decision.marks.values()
    assert decision.waiting == ()
    assert decision.ask == ()
    for term in book.conclusions:
        answer = decision.conclusions[term.name]
        settled = answer is not None or term.name in (*decision.disputed, *decision.gaps)
        assert settled
        assert not isinstance(answer, Range)


@given(st.data())
def test_an_answer_that_does_not_apply_is_as_good_as_none(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    known = data.draw(facts(book))
    decision = semantics.decide(book, case(known))
    without = semantics.decide(book, case({name: known[name] for name in known if name not in decision.not_used}))
    assert (decision.marks, decision.conclusions, decision.ask) == (without.marks, without.conclusions, without.ask)


@given(st.data())
def test_the_order_of_facts_cards_and_terms_never_matters(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    known = data.draw(facts(book))
    shuffle = random.Random(data.draw(st.integers(0, 1000)))

    def shuffled(mapping: Mapping[str, Any]) -> dict[str, Any]:
        return dict(sorted(mapping.items(), key=lambda _: shuffle.random()))

    other = replace(book, terms=shuffled(book.terms), rules=shuffled(book.rules))
    one, two = semantics.decide(book, case(known)), semantics.decide(other, Case("made up", shuffled(known)))
    assert one.marks == two.marks
    assert one.conclusions == two.conclusions
    assert set(one.disputed) == set(two.disputed)
    assert (set(one.gaps), set(one.fired), set(one.waiting)) == (set(two.gaps), set(two.fired), set(two.waiting))


@given(st.data())
def test_a_condition_shown_is_read_back_the_same(data: st.DataObject) -> None:
    terms = data.draw(findings())
    condition: Condition = data.draw(conditions(terms))
    domains = {name: term.domain for name, term in terms.items()}
    node, problems = read(show(condition), "shown")
    assert isinstance(node, Fields)
    assert not problems
    assert parse(node, domains) == condition


def test_a_mark_prints_itself_and_its_bits_are_flags() -> None:
    assert [str(mark) for mark in (Mark.UNKNOWN, Mark.HOLDS, Mark.FAILS, Mark.DISPUTED)] == [
        "unknown",
        "holds",
        "fails",
        "disputed",
    ]
    assert Mark.HOLDS | Mark.FAILS is Mark.DISPUTED
    assert [Mark(mark) for mark in (UNKNOWN, HOLDS, FAILS, DISPUTED)] == [0, 1, 2, 3]
