"""Alarms are known by `screening for` alone, and the engine knows no name of the knowledge base."""

import re

import pytest

from engine import render
from engine.checks.alarm_rules import rules_for_alarms
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_truth import TERMS, decide, rulebook

CARDS = ("r | if: [a: yes] | scale: middle", "s | if: [b: yes] | scale: high", "t | if: [x: 0] | scale: low")
ORDINARY = {"advice", "avoid"}
"""Names that the engine needs as words of its own: what a recommendation gives, and a property of style sheets."""


@pytest.fixture
def book() -> Rulebook:
    return rulebook(*CARDS, terms=TERMS.replace("otherwise: low,", "otherwise: low, screening for: middle,"))


def test_a_step_of_a_scale_that_is_screened_for_and_all_above_are_alarms_everywhere(book: Rulebook) -> None:
    assert book.terms["scale"].alarms == ("middle", "high")
    assert [entry.rule for _, entry in rules_for_alarms(book)] == ["r", "s"]
    styles = {
        value: [
            line.style for line in render.recommendation_for_patient(book, decision) if f"Scale: {value}" in line.text
        ]
        for value, decision in (
            ("low", decide(book, a="no", b="no")),
            ("middle", decide(book, a="yes", b="no")),
            ("high", decide(book, b="yes")),
        )
    }
    assert styles == {"low": ["plain"], "middle": ["alarm"], "high": ["alarm"]}


def test_no_conclusion_of_the_knowledge_base_is_named_in_the_engine(bundled: Rulebook) -> None:
    names = [term.name for term in bundled.conclusions if term.name not in ORDINARY]
    named = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)")
    found = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "engine").rglob("*.py")
        for match in named.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()
