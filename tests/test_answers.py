"""The answers to every question about cases of a small knowledge base, which are approved."""

from pathlib import Path

import pytest

from tests.answers import Base, answer, differences, digest, read, write
from tests.conftest import BICYCLE, ROOT

APPROVED = ROOT / "tests" / "approved" / "bicycle"


def found(tmp_path: Path) -> dict[str, str]:
    """The digest of each answer, as the code is."""
    base = Base(BICYCLE, "ride", APPROVED / "cases.ndjson")
    return {key: digest(answer(arguments)) for key, arguments in base.jobs(tmp_path)}


def test_the_answers_about_bicycles_are_those_approved(
    tmp_path: Path, approve: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if approve:
        write(APPROVED / "answers.txt", found(tmp_path))
    assert differences(read(APPROVED / "answers.txt"), found(tmp_path)) == []


def test_an_answer_that_changed_or_is_in_one_state_only_is_a_difference() -> None:
    before, after = {"why a": "1", "why b": "2", "why c": "3"}, {"why a": "1", "why b": "4", "why d": "3"}
    assert differences(before, after) == ["why b", "why c", "why d"]
