"""The readers of CSV and NDJSON: whole batches in CPU seconds and peak memory, beside another checkout of the project.

python -m tests.bench.readers [ROWS] [CHECKOUT] makes the inputs once and has each checkout decide them, one by one.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be measured)

from engine.columns import synthetic
from engine.columns.synthetic import Order
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import ROOT

FINDINGS = 44
BAD = 5  # lines of each kind of damage
TOLD = r"""
import atexit, os, re, sys
sys.path.insert(0, os.getcwd())
import cli
def tell():
    peak = re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())
    used = os.times()
    print(used.user + used.system, int(peak[1]) / 1024, file=sys.stderr)
atexit.register(tell)
cli.main()
"""


def rows(rulebook: Rulebook, count: int, folder: Path) -> tuple[list[str], Iterator[tuple[str, ...]]]:
    """The columns of made-up cases, and each case as texts: its id, and some answers, a fifth of them not known."""
    synthetic.write(rulebook, Order(count, 47, 0.2), folder / "made.parquet")
    names = ["case", *(term.name for term in rulebook.findings[:FINDINGS])]
    table = pl.read_parquet(folder / "made.parquet", columns=names)
    return names, table.select(pl.col(names).cast(pl.String).fill_null("")).iter_rows()


def write(rulebook: Rulebook, count: int, folder: Path) -> dict[str, Path]:
    """The same cases as CSV, with quotes and newlines in some, and as NDJSON; twenty lines of each are damaged."""
    names, cases = rows(rulebook, count, folder)
    places = random.Random(11).sample(range(count), 4 * BAD)
    files = {"CSV": folder / "in.csv", "CSV, quoted": folder / "quoted.csv", "NDJSON": folder / "in.ndjson"}
    with (
        files["CSV"].open("wb") as plain,
        files["CSV, quoted"].open("wb") as quoted,
        files["NDJSON"].open("wb") as lines,
    ):
        plain.write((",".join(names) + "\n").encode())
        quoted.write((",".join([*names, "note"]) + "\n").encode())
        for number, cells in enumerate(cases):
            text, pairs = ",".join(cells), {name: cell for name, cell in zip(names, cells, strict=True) if cell}
            line = json.dumps(pairs, ensure_ascii=False)
            if number in places:
                kind = places.index(number) // BAD
                text = (text[:9], f"{text},more", text.replace(",", ',"', 1), text.replace(",", ",\udcfc", 1))[kind]
                line = (line[:40], '["p"]', line[:-1] + ', "case": "x"}', line.replace('"', '"\udcfc', 1))[kind]
            plain.write(f"{text}\n".encode(errors="surrogateescape"))
            note = ',"two\nlines"' if number % 100 == 0 else ',"a note, with a comma"'
            quoted.write(f"{text}{note}\n".encode(errors="surrogateescape"))
            lines.write(f"{line}\n".encode(errors="surrogateescape"))
    return files


def batch(checkout: Path, source: Path, out: Path) -> tuple[float, float, str]:
    """CPU seconds, peak MiB, and what is said of a batch by the code of a checkout in a process of its own."""
    command = [sys.executable, "-c", TOLD, "batch", str(source), "--out", str(out), "--no-store"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=checkout, env=environment, check=False, capture_output=True, text=True)
    seconds, peak = map(float, done.stderr.split()[-2:])
    return seconds, peak, done.stdout.partition(". Rulebook")[0]


def main() -> None:
    """Measure this checkout, and another one before it where it is given."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    checkouts = [*map(Path, sys.argv[2:]), ROOT]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for form, path in write(load(ROOT / "knowledge"), count, folder).items():
            spent = []
            for number, checkout in enumerate(checkouts):
                seconds, peak, said = batch(checkout, path, folder / f"{path.name}-{number}")
                spent.append(seconds)
                print(f"{form:12} {checkout.name:12} {seconds:6.1f} CPU s {peak:6.0f} MiB   {said}", flush=True)
            print(f"{form:12} ratio {spent[0] / spent[-1]:.2f}", flush=True)


if __name__ == "__main__":
    main()
