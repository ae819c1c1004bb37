"""Findings that stand where none is read: within nested cells, and among very many keys; each is told."""

import json
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest
from click.testing import CliRunner

import cli

pytestmark = pytest.mark.usefixtures("in_the_clinic")

ALARMS = {"saddle numbness": "yes", "leg weakness": "new"}


def batch(path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    out = path.parent / "out"
    done = CliRunner().invoke(cli.lumbar, ["batch", str(path), "--out", str(out), *options])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    summary = out / "summary.json"
    return done.exit_code, json.loads(summary.read_text()) if summary.exists() else {}


@pytest.mark.parametrize("more", [{"alarms": ALARMS}, {"item": [{"linkId": "Saddle_numbness", "answer": True}]}])
@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_a_finding_within_a_cell_is_told(tmp_path: Path, more: dict[str, Any], suffix: str) -> None:
    path = tmp_path / f"in.{suffix}"
    case = {"case": "ann", "age": 44, **more}
    if suffix == "ndjson":
        path.write_text(json.dumps(case) + "\n")
    else:
        pl.DataFrame([case]).write_parquet(path)
    code, summary = batch(path)
    assert code == 1
    assert summary["extra columns"][f"{next(iter(more))} > saddle numbness"] == "saddle numbness"


def test_a_nested_cell_without_a_finding_is_passed_through(tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson"
    path.write_text('{"case": "ann", "age": 44, "stay_at": {"ward": "a", "beds": [1, 2]}}\n')
    assert batch(path)[0] == 0


def test_a_slip_among_very_many_keys_is_told(tmp_path: Path) -> None:
    path = tmp_path / "in.ndjson"
    keys = {f"q{number}": 1 for number in range(1_200)}
    path.write_text(json.dumps({"case": "ann", "age": 44, **keys, "saddle_numbness": "yes"}) + "\n")
    code, summary = batch(path)
    assert code == 1
    assert summary["extra columns"]["saddle_numbness"] == "saddle numbness"


@pytest.mark.parametrize(("extra", "code"), [("drop", 0), ("keep", 0), ("refuse", 1)])
@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_a_column_without_a_name_is_called_by_its_number(tmp_path: Path, suffix: str, extra: str, code: int) -> None:
    path = tmp_path / f"in.{suffix}"
    if suffix == "ndjson":
        path.write_text('{"": 1, "age": 4, "case": "ann"}\n')
    else:
        pl.DataFrame({"": [1], "age": [4], "case": ["ann"]}).write_parquet(path)
    done, summary = batch(path, "--extra", extra)
    assert done == code
    assert code or "column 1" in summary["extra columns"]
