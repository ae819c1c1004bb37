"""What is not asked one by one takes no alarm: what the proofs find, held against every case of a small rulebook."""

from itertools import product

import pytest

from engine import semantics
from engine.case import Case, Value
from engine.circuit import CompiledRulebook
from engine.loader import load_files
from engine.none_of_these import added
from engine.proof.prover import Prover
from engine.proof.unasked import Gates, alarms_of, nothing_but_none, open_after_screening, rests_on_none
from engine.rulebook import Rulebook

TERMS = """
findings:
  a: {{kind: yes/no, ask: "A?", help: Yes or no., screening: yes, group: one, none: {a}}}
  b: {{kind: yes/no, ask: "B?", help: Yes or no., screening: yes, group: one, none: no}}
  c: {{kind: choice, values: [x, y, z], ask: "C?", help: One., screening: yes{gate}}}
conclusions:
  level:
    kind: choice
    values: [low, middle, high]
    takes: highest
    otherwise: low
    screening for: high
    says: It says.
"""
CARD = """
rule: {name}
says: It says.
if: [{lines}]
then: [{{level: {level}}}]
because: Made up.
source: [{{article: 1}}]
"""


def book(lines: str, a: str = "no", gate: str = "", level: str = "high") -> Rulebook:
    files = {
        "terms/all.yaml": TERMS.format(a=a, gate=gate),
        "groups.yaml": "one: {title: One, says: All of them.}",
        "article.yaml": "1: A claim.",
        "rules/r/first.yaml": CARD.format(name="first", lines=lines, level=level),
    }
    return load_files({name: text.encode() for name, text in files.items()})


def cases(rulebook: Rulebook) -> list[dict[str, Value]]:
    """Every case there is."""
    names = list(rulebook.finding_names)
    every = product(*([None, *rulebook.terms[name].domain.values] for name in names))
    return [{name: value for name, value in zip(names, values, strict=True) if value is not None} for values in every]


def alarm(rulebook: Rulebook, facts: dict[str, Value]) -> bool:
    state = semantics.decide(rulebook, Case("a", facts)).state
    return bool(state.scales["level"]["high"] & semantics.HOLDS)


LINES = ["{a: yes}", "{a: no}", "{a: no}, {b: yes}", "{a: yes}, {b: yes}", "any of: [{a: no}, {b: yes}]", "{c: x or y}"]


@pytest.mark.parametrize("lines", LINES)
@pytest.mark.parametrize("a", ["yes", "no"])
def test_an_alarm_that_rests_on_a_none_is_found_exactly_where_there_is_one(lines: str, a: str) -> None:
    rulebook = book(lines, a)
    lost = [
        facts
        for facts in cases(rulebook)
        if alarm(rulebook, facts)
        and not alarm(rulebook, {name: v for name, v in facts.items() if v != rulebook.terms[name].none})
    ]
    found = list(rests_on_none(Prover(CompiledRulebook(rulebook))))
    assert bool(found) == bool(lost)
    for _, verdict in found:
        assert verdict.patient is not None
        assert dict(verdict.patient.facts) in lost


@pytest.mark.parametrize("level", ["middle", "high"])
def test_nothing_but_none_reaches_only_the_lowest_step(level: str) -> None:
    assert nothing_but_none(book("{a: no}", level=level)) == ({"a": "no", "b": "no"}, ("level",))
    assert nothing_but_none(book("{a: yes}", level=level))[1] == ()


GATES = [", asked if: [{b: yes}]", ", asked if: [{any of: [{a: yes}, {b: yes}]}]"]


@pytest.mark.parametrize("lines", ["{c: x}", "{c: x}, {b: yes}", "{c: y}, {a: yes}, {b: no}", "{a: yes}"])
@pytest.mark.parametrize("gate", GATES)
def test_an_alarm_that_a_gate_loses_is_found_exactly_where_there_is_one(lines: str, gate: str) -> None:
    gated, open_to_all = book(lines, gate=gate), book(lines)
    lost = [facts for facts in cases(gated) if alarm(open_to_all, facts) and not alarm(gated, facts)]
    found = list(Gates(Prover(CompiledRulebook(gated))).lost())
    assert {(one.finding, one.alarm) for one in found} == ({("c", ("level", "high"))} if lost else set())
    assert all(one.verdict.patient and dict(one.verdict.patient.facts) in lost for one in found)


def test_no_alarm_is_open_when_screening_is_complete() -> None:
    assert list(open_after_screening(Prover(CompiledRulebook(book("{c: x}", gate=GATES[0]))))) == []


def test_the_shipped_questions_lose_no_alarm_but_those_that_say_why(bundled: Rulebook) -> None:
    prover = Prover(CompiledRulebook(bundled))
    assert list(rests_on_none(prover)) == []
    assert nothing_but_none(bundled)[1] == ()
    assert list(open_after_screening(prover)) == []
    assert {lost.finding for lost in Gates(prover).lost() if not bundled.terms[lost.finding].loses} == set()
    assert {name for name, _ in alarms_of(bundled)} == {"red flag", "urgency"}


def test_the_questions_that_must_be_asked_one_by_one_have_no_none(bundled: Rulebook) -> None:
    asked = [term for name in ("first", "bladder, bowel and feeling") for term in bundled.grouped[name]]
    assert [term.name for term in asked if term.none is not None] == []
    assert set(bundled.grouped) == set(bundled.groups)
    assert "pain changes with posture" not in added(bundled, {}, bundled.groups)
