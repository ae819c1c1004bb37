"""`check --accept`: what it writes into the saved cases, what it names, and when it writes nothing."""

from pathlib import Path

import pytest

from engine.loader import load
from tests.conftest import edit
from tests.test_cli import run

OTHER = "case: other\nbrakes hold: no\n"


def accept(shed: Path, *cases: str) -> tuple[int, str, str]:
    return run("check", str(shed), "--accept", *cases)


def changed(shed: Path) -> Path:
    """A saved case that expects another answer than it gets."""
    saved = shed / "cases" / "old_chain.yaml"
    edit(saved, "expected fault: worn chain", "expected fault: glazed pads")
    return saved


def test_every_other_answer_that_is_accepted_is_named(shed: Path) -> None:
    saved = changed(shed)
    edit(saved, "expected ride: gently\n", "")
    code, _, error = accept(shed)
    assert code == 0
    assert error.splitlines() == [
        f"{saved}: the answer is rewritten",
        "  fault: worn chain (before: glazed pads)",
        "  ride: gently (before: not known yet)",
    ]


def test_an_expected_answer_is_not_erased_without_its_name(shed: Path) -> None:
    saved = shed / "cases" / "old_chain.yaml"
    edit(saved, "chain length: 122\nnew chain length: 120\n", "")
    edit(saved, "noise while: braking\n", "")
    code, _, error = accept(shed)
    assert code == 0
    assert "  fault: not known yet (before: worn chain); nothing is expected any more" in error.splitlines()
    assert "expected fault" not in saved.read_text(encoding="utf-8")


def test_what_is_expected_beside_the_answer_is_checked_and_stays(shed: Path) -> None:
    (shed / "recommendation.yaml").write_text(
        "notice: n\nexplain: fault\nsections:\n  - {title: Fault, terms: [fault, parts]}\n", encoding="utf-8"
    )
    saved = shed / "cases" / "old_chain.yaml"
    edit(saved, "expected ride: gently", "expected ride: not at all")
    code, output, _ = run("check", str(shed))
    assert code == 1
    assert "ride: gently (before: not at all)" in output
    assert accept(shed)[0] == 0
    assert "expected ride: gently\n" in saved.read_text(encoding="utf-8")
    assert load(shed).cases["old_chain"].expected is not None


def test_comments_stay_where_an_answer_is_written_anew(shed: Path) -> None:
    saved = changed(shed)
    edit(saved, "expected ride", "# it may be ridden\nexpected ride")
    accept(shed)
    assert "# it may be ridden\n" in saved.read_text(encoding="utf-8")


OTHERWISE_WRONG = [
    ("laws/no_ride_without_brakes.yaml", "brakes hold: no", "brakes hold: yes"),
    ("rules/long_chain.yaml", "rule: waits", "rule: fails"),
    ("rules/long_chain.yaml", "squeal_on_braking, clicks.crank", "clicks.crank"),
]


@pytest.mark.parametrize(("file", "old", "new"), OTHERWISE_WRONG, ids=["a law", "an example", "a dispute"])
def test_nothing_is_written_while_anything_else_is_to_be_mended(shed: Path, file: str, old: str, new: str) -> None:
    saved = changed(shed)
    edit(shed / file, old, new)
    (shed / "cases" / "other.yaml").write_text(OTHER, encoding="utf-8")
    before = saved.read_text(encoding="utf-8")
    code, output, error = accept(shed)
    assert code == 1
    assert output
    assert error.startswith("No answer is accepted: ")
    assert saved.read_text(encoding="utf-8") == before
    assert (shed / "cases" / "other.yaml").read_text(encoding="utf-8") == OTHER


def test_nothing_is_written_while_a_file_cannot_be_read(shed: Path) -> None:
    saved = changed(shed)
    (shed / "cases" / "other.yaml").write_text("case: [", encoding="utf-8")
    before = saved.read_text(encoding="utf-8")
    assert accept(shed)[0] == 1
    assert saved.read_text(encoding="utf-8") == before


@pytest.mark.parametrize("name", ["other", "cases/other.yaml"])
def test_single_cases_are_accepted_and_the_rest_stays_to_be_mended(shed: Path, name: str) -> None:
    saved = changed(shed)
    before = saved.read_text(encoding="utf-8")
    (shed / "cases" / "other.yaml").write_text(OTHER, encoding="utf-8")
    code, output, error = accept(shed, str(shed / name) if "/" in name else name)
    assert code == 1
    assert "the case 'old_chain': fault: worn chain (before: glazed pads)" in output
    assert error.startswith(f"{shed / 'cases' / 'other.yaml'}: the answer is rewritten\n")
    assert saved.read_text(encoding="utf-8") == before
    assert "expected ride: not at all\n" in (shed / "cases" / "other.yaml").read_text(encoding="utf-8")


def test_a_case_that_is_not_saved_is_refused(shed: Path) -> None:
    code, _, error = accept(shed, "old_chian")
    assert code == 2
    assert "did you mean 'old_chain'?" in error
    code, _, error = run("check", str(shed), "old_chian")
    assert code == 2
    assert "'old_chian' is not a file, a rule, a law or a saved case" in error
    assert "did you mean 'old_chain'?" in error


def test_a_value_that_no_rule_gives_any_more_leaves_the_saved_cases_first(shed: Path) -> None:
    edit(shed / "rules" / "squeal_on_braking.yaml", "  - parts: pads\n", "")
    code, output, error = accept(shed)
    assert code == 1
    assert "parts: no longer: pads" in error
    assert "no rule gives parts: pads" in output
    assert "pads" not in (shed / "cases" / "old_chain.yaml").read_text(encoding="utf-8").partition("expected parts")[2]
