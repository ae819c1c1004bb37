"""A rulebook that was withdrawn: every answer, page and JSON that it gives says so."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine.explain import RulesBehind
from engine.loader import load
from engine.render import recommendation_for_patient
from engine.render.pictures import notice
from engine.reviewed import withdrawn_of
from engine.rulebook import Rulebook
from engine.withdrawn import FOLDER, SHIPPED, ListError, withdrawn
from tests.conftest import ROOT

CLINIC = ROOT / "tests/clinic"
SAID = "WITHDRAWN on 2026-12-01: do not use these rules. The rule fever was lowered. Use lumbar 0.3.1 in its place."


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clinic's list is named but that of a test, and what a command names does not stay."""
    monkeypatch.setenv(FOLDER, "")


def listed(folder: Path, digest: str) -> Path:
    entry = f"{digest}:\n  day: 2026-12-01\n  because: The rule fever was lowered.\n  instead: lumbar 0.3.1\n"
    (folder / "withdrawn.yaml").write_text(entry, encoding="utf-8")
    return folder


def run(*words: str, typed: str = "saddle numbness: yes\n") -> Result:
    return CliRunner().invoke(lumbar, words, input=typed)


def test_the_list_that_ships_is_empty_and_explains_itself(bundled: Rulebook) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert all(line.startswith("#") for line in text.splitlines())
    assert withdrawn_of(bundled) is None
    example = "\n".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith(("# 0123", "#   ")))
    assert example.startswith("0123456789abcdef:")


def test_a_decision_of_a_withdrawn_rulebook_says_so_in_words_and_as_json(tmp_path: Path) -> None:
    folder = listed(tmp_path, load(CLINIC).digest)
    knowledge = ("--knowledge", str(CLINIC))
    result = run("--withdrawn", str(folder), *knowledge, "decide", "-")
    assert SAID in result.stderr
    assert SAID in " ".join(result.stdout.split())
    told = json.loads(run("--withdrawn", str(folder), *knowledge, "decide", "-", "--json").stdout)
    gone = {"day": "2026-12-01", "because": "The rule fever was lowered.", "instead": "lumbar 0.3.1"}
    assert told["rests on"]["withdrawn"] == gone


def test_the_check_of_a_withdrawn_rulebook_says_so(tmp_path: Path) -> None:
    folder = listed(tmp_path, load(CLINIC).digest)
    for words in ((), ("--json",)):
        assert SAID in run("--withdrawn", str(folder), "check", str(CLINIC), *words).stderr


def test_pages_and_patients_are_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clinic: Rulebook) -> None:
    from engine import semantics
    from engine.case import Case

    assert SAID not in str(notice(clinic, ""))
    monkeypatch.setenv(FOLDER, str(listed(tmp_path, clinic.digest)))
    assert SAID in str(notice(clinic, ""))
    decision = semantics.decide(clinic, Case("one", {"saddle numbness": "yes"}))
    said = " ".join(line.text for line in recommendation_for_patient(clinic, decision))
    assert "must no longer be used" in said
    assert RulesBehind().as_json(clinic)["withdrawn"] is not None


def test_another_rulebook_is_not_withdrawn(tmp_path: Path) -> None:
    folder = listed(tmp_path, "0" * 16)
    result = run("--withdrawn", str(folder), "--knowledge", str(CLINIC), "decide", "-")
    assert "WITHDRAWN" not in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("abc: {day: 2026-12-01, because: So.}", "'abc' is not a digest"),
        ("0123456789abcdef: {day: 2026-12-01}", "no `because`"),
        ("0123456789abcdef: {day: soon, because: So.}", "'soon' under `day`"),
        ("0123456789abcdef: {day: 20261201, because: So.}", "'20261201' under `day`"),
        ("0123456789abcdef: {day: 2026-12-01, because: So., insted: x}", "'insted' is not a field here"),
        ("0123456789abcdef: gone", "no fields"),
        ("- 0123456789abcdef", "no entries"),
        ("a: [", "expected"),
    ],
)
def test_a_list_with_a_mistake_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    (tmp_path / "withdrawn.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with pytest.raises(ListError) as raised:
        withdrawn(["0" * 16])
    assert any(told in str(one) for one in raised.value.problems)


def test_a_folder_without_a_list_is_told(tmp_path: Path) -> None:
    result = run("--withdrawn", str(tmp_path), "--knowledge", str(CLINIC), "decide", "-")
    assert result.exit_code == 1
    assert "withdrawn.yaml: cannot be read" in result.stderr


def test_the_list_is_read_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(listed(tmp_path, "0" * 16)))
    assert withdrawn(["1" * 16]) is None
    listed(tmp_path, f"{'1' * 16}: {{day: 2026-12-02, because: Also.}}\n{'0' * 16}")
    found = withdrawn(["1" * 16])
    assert found is not None
    assert found.because == "Also."
