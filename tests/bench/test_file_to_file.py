"""From file to file: whole processes in CPU seconds and peak memory, beside the floor of Polars with no rules between.

Longer: CASES=10000000 make bench.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be measured)
import pytest

from engine.columns import inputs, synthetic, tables
from engine.columns.piece import Spot, Vocabulary
from engine.columns.synthetic import Order
from engine.errors import Place, Problem
from engine.interfaces.batch.options import SIZE
from engine.rulebook import Rulebook
from tests.conftest import ROOT

pytestmark = pytest.mark.bench
CASES = int(os.environ.get("CASES", "1000000"))
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
# The process itself asks for its peak: what the system says of a child that has ended begins with its parent's.
TOLD = r"""
import atexit, os, re, sys, cli
def tell():
    peak = re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())
    used = os.times()
    print(used.user + used.system, int(peak[1]) / 1024, file=sys.stderr)
atexit.register(tell)
cli.main()
"""


def batch(source: Path, out: Path, *options: str) -> tuple[float, float]:
    """CPU seconds and peak MiB of a batch in a process of its own."""
    command = [sys.executable, "-c", TOLD, "batch", str(source), "--out", str(out), *options]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True, text=True)
    seconds, peak = map(float, done.stderr.split()[-2:])
    return seconds, peak


def floor(source: Path, out: Path) -> tuple[float, float]:
    """CPU seconds of reading and of writing, with no rules between."""
    folder = out.with_name(f"floor of {out.name}")
    folder.mkdir()
    command = [sys.executable, "-m", "tests.bench.floor", str(source), str(out), str(folder)]
    told = json.loads(subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, capture_output=True).stdout)
    return told["read"], told["written"]


def test_file_to_file(bundled: Rulebook, tmp_path: Path) -> None:
    source, text = tmp_path / "in.parquet", tmp_path / "in.csv"
    synthetic.write(bundled, Order(CASES, 47, 0.2), source)
    pl.scan_parquet(source).sink_csv(text)
    print(f"\n{CASES:,} cases                       CPU s   peak MiB   floor: read   written   ratio")
    works = {
        "Parquet, full trace, no findings": (source, ("--trace", "full", "--no-store")),
        "Parquet, full trace, findings too": (source, ("--trace", "full")),
        "CSV, no findings": (text, ("--no-store",)),
    }
    for number, (name, (path, options)) in enumerate(works.items()):
        out = tmp_path / str(number)
        seconds, peak = batch(path, out, *options)
        read, written = floor(path, out)
        ratio = seconds / (read + written)
        print(f"{name:34}   {seconds:6.1f}   {peak:8.0f}   {read:11.1f}   {written:7.1f}   {ratio:5.2f}")
    seconds, peak = batch(tmp_path / "1", tmp_path / "again", "--trace", "full", "--no-store")
    print(f"{'the store, full trace, no findings':34}   {seconds:6.1f}   {peak:8.0f}")


def test_reading_a_store(bundled: Rulebook, tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out"
    synthetic.write(bundled, Order(1_000_000, 47, 0.2), source)
    batch(source, out)
    reading = tables.Reading(bundled)

    def read(kind: str, paths: list[Path], typed: bool) -> float:
        start = time.process_time()
        for path in paths:
            for piece in inputs.pieces(path, kind, Spot(), SIZE, Vocabulary(lambda *_: Problem(Place(""), ""))):
                if typed:
                    reading.read(piece.table, "x", piece.lines)
        return time.process_time() - start

    forms = {"parquet": [source], "store": sorted((out / "findings").glob("*.arrow"))}
    print("\n1,000,000 cases       Parquet CPU s   store   ratio")
    for typed in (False, True):
        spent = [min(read(kind, paths, typed) for _ in range(3)) for kind, paths in forms.items()]
        name = "read and checked" if typed else "read"
        print(f"{name:20}   {spent[0]:12.2f}   {spent[1]:5.2f}   {spent[0] / spent[1]:5.1f}")
