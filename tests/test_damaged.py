"""Files of cases that are damaged, or headed wrongly: told, whatever the libraries that read them print or raise."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.columns import inputs
from engine.columns.parquet import without_panic
from engine.columns.piece import Spot, Unusable, Vocabulary
from engine.columns.synthetic import Order, write
from engine.errors import Place, Problem
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_cli import run

pytestmark = pytest.mark.usefixtures("in_the_clinic")

NOTHING = Vocabulary(lambda *_: Problem(Place(""), ""))


def damaged(whole: bytes, seed: int) -> bytes:
    """A file cut, with a hole, with something else in it, or with a few bits turned near its end."""
    chance, data = random.Random(seed), bytearray(whole)
    at = chance.randrange(len(data))
    match seed % 4:
        case 0:
            return bytes(data[:at])
        case 1:
            data[at : at + chance.randrange(1, 2000)] = chance.randbytes(10)
        case 2:
            for _ in range(3):
                data[chance.randrange(len(data) - 3000, len(data) - 8)] ^= 1 << chance.randrange(8)
        case _:
            del data[at : at + chance.randrange(1, 5000)]
    return bytes(data)


def test_a_damaged_parquet_is_told_as_one_problem_and_nothing_else_is_printed(
    clinic: Rulebook, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "made.parquet"
    write(clinic, Order(1000, 1), path)
    whole, told = path.read_bytes(), []
    for seed in (*range(40), 79, 87):  # with the Polars of today, the last two make its threads panic
        path.write_bytes(damaged(whole, seed))
        try:
            inputs.columns_of(path, "parquet")
            for _ in inputs.pieces(path, "parquet", Spot(), 10_000, NOTHING):
                pass
        except Unusable as error:
            told.append(error.problem.there)
        inputs.rows_of(path)
    assert len(told) > 35
    assert all(there.startswith(("cannot be read (", "rows that cannot be read")) for there in told)
    assert not any("unwrap" in there for there in told)
    assert capfd.readouterr().err == ""


def test_what_is_printed_while_a_file_is_read_is_kept_but_for_a_panic(
    capfd: pytest.CaptureFixture[str],
) -> None:
    for said in (b"90,000 cases\n", b"thread 'reader' panicked at unpack.rs:120:1:\nstack backtrace:\n"):
        with without_panic(), without_panic():  # the second as a thread that goes without
            os.write(2, said)
    assert capfd.readouterr().err == "90,000 cases\n"


def test_one_case_is_counted_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case,age\nann,44\n", encoding="utf-8")
    assert "1 case: 1 decided" in run("batch", str(tmp_path / "a.csv"), "--out", str(tmp_path / "out"))[1]


@pytest.mark.parametrize(
    ("column", "extra", "code"),
    [("leg_weakness", "keep", 1), ("Leg Weakness", "keep", 1), ("leg_weakness", "drop", 0), ("postcode", "keep", 0)],
)
def test_a_column_that_must_be_meant_as_a_finding_is_not_passed_by_in_silence(
    column: str, extra: str, code: int, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(f"case,age,{column}\nann,44,new\n", encoding="utf-8")
    done = run("batch", str(tmp_path / "a.csv"), "--out", str(tmp_path / "out"), "--extra", extra)
    assert done[0] == code
    assert (
        f"{column!r} is not a finding, and was {'left out' if extra == 'drop' else 'passed through'} unread" in done[1]
    )


def test_an_interrupt_while_cases_are_made_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "import cli; cli.main()",
        "make-cases",
        "3000000",
        "--out",
        str(tmp_path / "a.parquet"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as making:
        while not list(tmp_path.glob(".a.parquet.*.part")) and making.poll() is None:
            time.sleep(0.01)
        making.send_signal(signal.SIGINT)
        assert making.wait(120) == 1
    assert list(tmp_path.iterdir()) == []
