"""What `lumbar check` prints of small bases: each screen is a file in approved/check, written by `pytest --approve`."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.checks import check
from engine.checks.finding import Finding
from engine.checks.screen import MOST_SO_FAR, so_far
from engine.errors import Place, Problem
from engine.loader import load
from tests.conftest import edit
from tests.test_check_kept import LAW
from tests.test_screens import printed

APPROVED = Path(__file__).parent / "approved" / "check"
CARD, CASE = "rules/long_chain.yaml", "cases/old_chain.yaml"
SCREENS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "clean": (),
    "bad_card": ((CARD, "chain length: over new", "chain length: under new"),),
    "card_that_cannot_be_read": ((CARD, "fault: worn chain", "fault: worn chane"),),
    "broken_law": (("rules/no_brakes.yaml", "  - brakes hold: no\n", "  - brakes hold: no\n  - noise: squeal\n"),),
    "law_broken_by_a_saved_case": (("laws/gentle_when_worn.yaml", "", LAW.replace("not at all", "gently")),),
    "case_without_an_answer": (
        (CASE, "expected fault: worn chain\nexpected ride: gently\nexpected parts:\n  - pads\n  - chain\n", ""),
    ),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_of_check_is_as_approved(name: str, shed: Path, approve: bool) -> None:
    for path, old, new in SCREENS[name]:
        if old:
            edit(shed / path, old, new)
        else:
            (shed / path).write_text(new, encoding="utf-8")
    output = re.sub(r"\(\d+\.\d s\)", "(… s)", printed(("check", str(shed))))
    file = APPROVED / f"{name}.txt"
    if approve:
        file.parent.mkdir(exist_ok=True)
        file.write_text(output, encoding="utf-8")
    assert output == file.read_text(encoding="utf-8")
    assert len(output.splitlines()) <= 24


def test_every_approved_screen_of_check_is_one_that_is_printed() -> None:
    assert {file.stem for file in APPROVED.glob("*.txt")} == set(SCREENS)


def test_what_was_found_is_told_before_all_is(shed: Path) -> None:
    edit(shed / CASE, "expected fault: worn chain", "expected fault: glazed pads")
    shown: list[list[str]] = []
    report = check(load(shed), seen=lambda found, doing: shown.append(so_far(found, doing)))
    assert len(report.errors) == 1
    first, second = shown
    assert first[0] == second[0] == str(report.errors[0].problem)
    assert (first[1:], second[1:]) == (["Asking every possible case …"], ["Trying each change of a rule …"])


def test_of_many_problems_the_worst_are_shown_first_and_the_others_counted() -> None:
    found = [Finding(Problem(Place("a", line), "x", "y"), weight=1 + (line == 9)) for line in range(1, 11)]
    shown = so_far([*found, Finding(Problem(Place("b"), "z", "y"), blocks=False)], "Working …")
    assert shown[0].startswith("a:9")
    assert len(shown) == MOST_SO_FAR + 2
    assert shown[-2:] == ["and 5 more problems", "Working …"]
