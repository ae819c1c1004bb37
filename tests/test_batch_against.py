"""Two batches over the same ids are compared: who changed, from what to what, through which rules."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")

import polars as pl  # noqa: TID251 (tables are read here)

from engine import semantics
from engine.case import Case
from engine.columns.against import compare_runs
from engine.columns.results import Answers
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, CLINIC, edit
from tests.test_batch import batch, frame, made_up
from tests.test_cli import run

FIRST = "case,age,saddle numbness,fever\na,44,yes,no\nb,44,no,yes\nc,44,yes,\nd,x,,\n"
SECOND = "case,age,saddle numbness,fever\na,44,yes,no\nb,44,no,no\nd,44,yes,\n"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """The folder of a first batch."""
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(SECOND)
    run("--knowledge", str(CLINIC), "batch", str(tmp_path / "first.csv"), "--out", str(tmp_path / "first"))
    return tmp_path / "first"


def second(first: Path, knowledge: Path, file: str, *more: str) -> tuple[int, str, dict[str, Any]]:
    out = first.parent / "second"
    words = ("batch", str(first.parent / file), "--out", str(out), "--against", str(first), *more)
    code, output, _ = run("--knowledge", str(knowledge), *words)
    return code, output, json.loads((out / "summary.json").read_text())["against"]


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_new_data_over_the_same_ids(first: Path, form: str) -> None:
    code, output, told = second(first, CLINIC, "second.csv", "--format", form)
    assert code == 0
    assert (told["cases in both"], told["only before"], told["only now"], told["changed"]) == (2, 1, 1, 1)
    assert "the answers of 1 of 2 cases in both differ; 1 only there, 1 only here." in output
    assert "red flag: yes → not known yet in 1 case, because fever no longer fires (b)" in output
    path = first.parent / "second" / f"changes.{form}"
    table = pl.read_parquet(path) if form == "parquet" else pl.read_csv(path) if form == "csv" else pl.read_ndjson(path)
    assert table.columns == ["case", "conclusion", "before", "after", "through"]
    assert set(table["case"]) == {"b"}
    urgency = table.filter(conclusion="urgency").row(0)
    assert urgency == ("b", "urgency", "same day", "self-care to same day", "fever no longer fires")


def test_new_rules_over_the_same_data(first: Path, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(CLINIC, base)
    edit(base / "rules" / "saddle_numbness.yaml", "urgency: emergency", "urgency: same day")
    _, output, told = second(first, base, "first.csv", "--format", "csv")
    assert told["changed"] == 2
    line = "urgency: emergency → same day in 2 cases, because saddle_numbness now gives same day (a, c)"
    assert line in output
    with (tmp_path / "second" / "changes.csv").open() as file:
        assert [row["case"] for row in csv.DictReader(file) if row["conclusion"] == "urgency"] == ["a", "c"]
    assert told["rulebook before"] == load(CLINIC).digest
    code, _, _ = run("report", str(tmp_path / "second"), "-o", str(tmp_path / "page.html"))
    page = (tmp_path / "page.html").read_text()
    assert code == 0
    assert "Against an earlier run" in page
    assert "emergency → same day" in page
    assert "saddle_numbness now gives same day" in page


def test_the_same_again_changes_nothing_and_other_ids_are_told(first: Path) -> None:
    _, output, told = second(first, CLINIC, "first.csv")
    assert "all answers of 3 cases in both are the same" in output
    assert (told["changed"], told["kinds"]) == (0, [])
    shutil.rmtree(first.parent / "second")
    edit(first.parent / "second.csv", "\na,44", "\nz,44")
    for old, new in (("\nb,44", "\ny,44"), ("\nd,44", "\nx,44")):
        edit(first.parent / "second.csv", old, new)
    assert "no id is in both; 3 only there, 3 only here." in second(first, CLINIC, "second.csv")[1]


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_a_batch_without_cases_is_compared_as_any(first: Path, form: str) -> None:
    (first.parent / "nobody.csv").write_text("case,age\n")
    _, _, told = second(first, CLINIC, "nobody.csv", "--format", form)
    assert (told["cases in both"], told["only before"], told["only now"], told["changed"]) == (0, 3, 0, 0)
    nobody, third = first.parent / "second", first.parent / "third"
    words = ("batch", str(first.parent / "second.csv"), "--out", str(third), "--against", str(nobody))
    code, output, _ = run("--knowledge", str(CLINIC), *words)
    assert code == 0
    assert "no id is in both; 0 only there, 3 only here." in output


def test_what_is_no_finished_batch_is_refused_before_anything_is_decided(first: Path) -> None:
    manifest = first / "manifest.json"
    edit(manifest, '"finished": true', '"finished": false')
    words = ("batch", str(first.parent / "first.csv"), "--out", str(first.parent / "new"), "--against", str(first))
    code, _, error = run("--knowledge", str(CLINIC), *words)
    assert (code, "a batch that was not finished" in error) == (1, True)
    assert not (first.parent / "new").exists()


def test_a_batch_with_other_conclusions_is_refused_and_not_called_the_same(first: Path) -> None:
    words = ("batch", str(first), "--out", str(first.parent / "new"), "--against", str(first))
    code, printed, error = run("--knowledge", str(BICYCLE), *words)
    assert (code, printed) == (1, "")
    assert "answers to other conclusions only; expected a batch with one of these conclusions" in error
    assert not (first.parent / "new").exists()


def test_the_changes_are_those_of_the_decisions(clinic: Rulebook, tmp_path: Path) -> None:
    cases = made_up(clinic, 200)
    others = dict(zip(cases, reversed(cases.values()), strict=True))
    for name, some in (("one", cases), ("two", others)):
        frame(clinic, some).write_parquet(tmp_path / f"{name}.parquet")
        batch(clinic, tmp_path / name, tmp_path / f"{name}.parquet")
    found = compare_runs(Answers(tmp_path / "one", clinic), Answers(tmp_path / "two", clinic))
    decided = {
        name: [semantics.decide(clinic, Case(name, dict(some[name]))) for some in (cases, others)] for name in cases
    }
    terms = [term.name for term in clinic.conclusions if term.domain.kind != "several"]
    lawful = {name for name, both in decided.items() if not any(one.broken for one in both)}
    differing = {
        (name, term)
        for name in lawful
        for term in terms
        if len({(str(one.conclusions[term]), term in one.disputed, term in one.gaps) for one in decided[name]}) > 1
    }
    told = {(row["case"], row["conclusion"]) for row in found.changes.to_dicts()}
    assert {pair for pair in told if pair[0] in lawful and pair[1] in terms} == differing
    assert len(differing) > 100
    for row in found.changes.to_dicts():
        one, two = decided[row["case"]]
        for part in filter(None, row["through"].split("; ")):
            rule, _, turn = part.partition(" ")
            assert (rule in one.fired, rule in two.fired) == ((False, True) if turn == "fires" else (True, False))
