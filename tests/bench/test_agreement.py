"""Many cases beside one: what the columns say of all bundled cases and of 10,000 random ones is what the chain says."""

import os

import pytest

from engine.chain import Chain
from engine.rulebook import Rulebook
from tests.test_columns import agrees_with_chain, random_cases

pytestmark = pytest.mark.bench
CASES = int(os.environ.get("CASES", "10000"))


def test_columns_equal_chain(bundled: Rulebook) -> None:
    saved = [dict(case.facts) for case in bundled.cases.values()]
    cases = [*saved, *random_cases(bundled, CASES, 43)]
    agrees_with_chain(bundled, Chain(bundled), cases)
    print(f"\nthe columns say what the chain says of {len(saved)} bundled and {CASES:,} random cases")
