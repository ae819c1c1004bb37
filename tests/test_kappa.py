"""Agreement of two columns, worked out by hand."""

import pytest

from engine.columns.results import OPEN
from engine.columns.summary import Comparison


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
