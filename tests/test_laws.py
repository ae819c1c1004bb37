"""Laws at every decision: what breaks one is not told, but its alarms are; held to the meaning in every reading."""

from dataclasses import replace

from engine.language import Domain
from engine.rulebook import Term
from tests.rulebooks import NOWHERE


def test_on_a_scale_the_lowest_value_that_is_screened_for_and_all_above_are_alarms() -> None:
    scale = Term("urgency", Domain("choice", ("low", "middle", "high")), False, NOWHERE, takes_highest=True)
    assert replace(scale, screening_for=("middle",)).alarms == ("middle", "high")
    assert replace(scale, takes_highest=False, screening_for=("middle",)).alarms == ("middle",)
    assert scale.alarms == ()
