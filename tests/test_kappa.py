"""Agreement of two columns, worked out by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.columns.outcome import OPEN
from engine.columns.summary import Comparison

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE = ROOT / "knowledge"
BICYCLE = ROOT / "tests" / "bicycle"
FORMS = ("parquet", "csv", "ndjson")
BROKEN: Sequence[Mapping[str, Any]] = (
    {"reason": "wrong value", "there": "'squeek' is no value of 'noise'", "at least": {"ride": "not at all"}},
    {"reason": "wrong value", "there": "'bang' is no value of 'noise'", "at least": {"ride": "as you like"}},
    {"reason": "id used twice", "there": "the id 'a' is used 2 times in a.csv", "at least": {"ride": "as you like"}},
    {"reason": "id used twice", "there": "the id 'b' is used 2 times in a.csv", "at least": {"ride": "gently"}},
    {"reason": "impossible", "there": "A chain shrinks not (noise: click)", "at least": {"ride": "gently"}},
    {"reason": "broken", "there": "not readable as JSON", "at least": {"ride": None}},
)


def test_kappa_is_what_a_hand_works_out() -> None:
    # 50 cases, 35 agree (0.70); chance: (25 · 30 + 25 · 20) / 50² = 0.50; (0.70 - 0.50) / (1 - 0.50) = 0.40
    counts = {("yes", "yes"): 20, ("yes", "no"): 5, ("no", "yes"): 10, ("no", "no"): 15}
    comparison = Comparison(counts)
    assert (comparison.cases, comparison.agreeing) == (50, 35)
    assert comparison.kappa == pytest.approx(0.4)


def test_an_open_answer_is_no_agreement() -> None:
    # 3 of 4 agree (0.75); chance: (2 · 2 + 2 · 1) / 4² = 0.375; 0.375 / 0.625 = 0.6
    comparison = Comparison({("yes", "yes"): 2, ("no", "no"): 1, ("no", OPEN): 1})
    assert comparison.agreeing == 3
    assert comparison.kappa == pytest.approx(0.6)


def test_kappa_is_not_defined_where_all_is_one_value() -> None:
    assert Comparison({("yes", "yes"): 9}).kappa is None
    assert Comparison({("yes", "no"): 9}).kappa == 0
