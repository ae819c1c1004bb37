"""What the system refuses, odd names, and texts that a spreadsheet would run."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.columns.lookup import quoted, unquoted
from engine.interfaces.batch import stored_case
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, ROOT, every
from tests.test_batch import answers, batch

POSIX = pytest.mark.skipif(sys.platform != "linux", reason="names, limits and /dev/full as Linux has them")


def shell(folder: Path, line: str) -> "subprocess.CompletedProcess[str]":
    """A line of bash, in which `lumbar` is ours."""
    ours = f'lumbar() {{ "{sys.executable}" "{ROOT / "cli.py"}" "$@"; }}; '
    variables = {**os.environ, "LUMBAR_KNOWLEDGE": str(CLINIC), "LC_ALL": "C"}
    command = ["bash", "-c", ours + line]
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, errors="replace", timeout=60
    )


@POSIX
@pytest.mark.parametrize("name", [b"n\xe4me", "ümlaut".encode()])
def test_any_name_of_an_input_and_of_out_will_do(clinic: Rulebook, tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    (folder / "in.csv").write_text("case,age\na,44\nb,fourty\n")
    batch(clinic, tmp_path / "plain", folder / "in.csv")
    for form in ("parquet", "ndjson", "csv"):
        out = folder / form
        assert batch(clinic, out, folder / "in.csv", form=form)["decided"] == 1
        assert stored_case(out, "a").case.facts == {"age": 44}
        assert batch(clinic, folder / f"{form} again", out)["decided"] == 1
        assert batch(clinic, out, folder / "in.csv", form=form, resume=True)["decided"] == 1
    folder.rename(tmp_path / "moved")
    assert answers(tmp_path / "moved" / "parquet") == answers(tmp_path / "plain")


@POSIX
@pytest.mark.parametrize(
    "line", every(2, ["batch in.csv --out out", "decide a.yaml", "--help", "make-cases 1000 --out -"])
)
def test_standard_output_that_is_full_is_told_in_one_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "in.csv").write_text("case,age\na,44\n")
    (tmp_path / "a.yaml").write_text("case: a\nage: 44\n")
    done = shell(tmp_path, f"lumbar {line} > /dev/full")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "lumbar: standard output cannot be written (No space left on device)"


@POSIX
@pytest.mark.parametrize("line", ["batch in.csv --out out", "make-cases 10 --out made.parquet"])
def test_a_limit_of_memory_that_is_too_low_is_told_in_one_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "in.csv").write_text("case,age\na,44\n")
    done = shell(tmp_path, f"ulimit -v 1048576; lumbar {line}")
    assert done.returncode == 1
    assert "limited to 1,024 MiB (ulimit -v); many cases need 4,096 MiB" in done.stderr
    assert done.stderr.count("\n") == 1


@POSIX
@pytest.mark.parametrize("end", every(3, ["csv", "ndjson", "parquet"]))
def test_a_disk_that_is_full_is_told_by_make_cases(tmp_path: Path, end: str) -> None:
    done = shell(tmp_path, f"trap '' XFSZ; ulimit -f 1; lumbar make-cases 3000 --out made.{end}")
    assert done.returncode == 2
    assert f"made.{end} cannot be written (" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("made*"))


# --- formulas --------------------------------------------------------------------------------------------------------

RUNS = ["=1+1", "+cmd", "-2+3", "@sum", "\tx", "\rx", "'=1+1", "=HYPERLINK(1)", "＝1"]
STAYS = ["-5", "+5", "-1.5e3", "5", "a=b", "'tis", "", "no"]


@pytest.mark.parametrize("text", RUNS)
def test_what_a_spreadsheet_would_run_is_quoted_and_comes_back(text: str) -> None:
    assert quoted(text) == f"'{text}"
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("text", STAYS)
def test_numbers_and_plain_texts_stay_as_they_are(text: str) -> None:
    assert quoted(text) == text
    assert unquoted(quoted(text)) == text


def test_no_formula_goes_out_as_csv(clinic: Rulebook, tmp_path: Path) -> None:
    line = {"case": "=1+1", "age": 44, "note": "@sum(1)", "-x+1": "1", "shift": "-5", "expected urgency": "self-care"}
    (tmp_path / "in.ndjson").write_text(json.dumps(line) + "\n")
    out = tmp_path / "out"
    batch(clinic, out, tmp_path / "in.ndjson", form="csv")
    with (out / "answers" / "part-00000.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["case"], row["note"], row["'-x+1"], row["shift"]) == ("'=1+1", "'@sum(1)", "1", "-5")
    assert not [text for pair in row.items() for text in pair if text[:1] in ("=", "+", "@", "\t", "\r")]
    found = stored_case(out, "=1+1")
    assert found.case.id == "=1+1"
    assert found.row is not None
    assert (found.row["note"], found.row["-x+1"]) == ("@sum(1)", "1")
    batch(clinic, tmp_path / "again", out)
    assert set(answers(tmp_path / "again")) == {"=1+1"}
