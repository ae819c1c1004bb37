"""Lines that say `other than`: a value that is added later does not escape them."""

import pytest

from engine import semantics
from engine.case import Value
from engine.language import Is
from engine.loader import load_files
from engine.loader.files import read_folder
from engine.rulebook import Rulebook
from engine.semantics import FAILS, HOLDS, UNKNOWN
from tests.conftest import ROOT
from tests.rulebooks import case
from tests.test_truth import decide, rulebook

LINES = [
    ("c: other than one", {}, UNKNOWN),
    ("c: other than one", {"c": "two"}, HOLDS),
    ("c: other than one", {"c": "one"}, FAILS),
    ("c: other than one or two", {"c": "two"}, FAILS),
    ("single: other than p", {}, UNKNOWN),
    ("single: other than p", {"a": "yes"}, FAILS),
    ("single: other than p", {"b": "yes", "a": "no"}, HOLDS),
    ("single: other than p", {"b": "yes", "a": "yes"}, semantics.DISPUTED),
    ("single: other than r", {"a": "no", "b": "no"}, FAILS),
    ("scale: other than middle", {"a": "yes"}, UNKNOWN),
    ("scale: other than middle", {"a": "yes", "b": "no"}, FAILS),
    ("scale: other than middle", {"b": "yes"}, HOLDS),
]
CARDS = ("p | if: [a: yes] | single: p, scale: middle", "q | if: [b: yes] | single: q, scale: high")


@pytest.mark.parametrize(("line", "known", "mark"), LINES)
def test_other_than_holds_when_another_value_is_known_to_hold(line: str, known: dict[str, Value], mark: int) -> None:
    assert decide(rulebook(*CARDS, f"r | if: [{{{line}}}] | other: yes"), **known).marks["r"] == mark


@pytest.mark.slow
def test_a_new_kind_of_exercise_beside_an_emergency_breaks_a_law() -> None:
    known: dict[str, Value] = {"saddle numbness": "yes"}
    book = _with_swimming()
    decision = semantics.decide(book, case(known))
    assert decision.conclusions["urgency"] == "emergency"
    assert decision.marked.conclusions["exercise direction"] == "swimming"
    assert "no_exercise_with_red_flag" in [law.id for law in decision.broken]
    assert decision.conclusions["exercise direction"] is None


def _with_swimming() -> Rulebook:
    """The knowledge base with one more value of `exercise direction`, which a card advises beside a red flag."""
    files = {name: content for name, content in read_folder(ROOT / "knowledge").items() if name[:6] != "cases/"}
    name = "terms/conclusions.yaml"
    before = files[name].decode()
    start = before.index("  exercise direction:")
    values = before.index("general activity", start)
    files[name] = (before[:values] + "swimming, " + before[values:]).encode()
    files["rules/direction/swim.yaml"] = (
        b"rule: swim\nsays: Swim.\nif:\n  - red flag: yes\nthen:\n  - exercise direction: swimming\n"
        b"because: Made up.\nsource:\n  - CONVENTION: made up [convention]\n"
    )
    return load_files(files)


def test_no_law_lists_all_values_of_a_conclusion_but_one(bundled: Rulebook) -> None:
    escaping = [
        (law.id, line.term)
        for law in bundled.laws.values()
        for part in law.condition.lines
        for line in (part.lines if hasattr(part, "lines") else (part,))
        if isinstance(line, Is) and not line.besides and len(bundled.terms[line.term].domain.values) > 2
        if not bundled.terms[line.term].finding and not bundled.terms[line.term].takes_highest
        if len(bundled.terms[line.term].domain.values) - len(line.values) < 2
    ]
    assert escaping == []
