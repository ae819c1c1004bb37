"""Many cases by worker processes: what one worker and two cost beside one process, and what a part costs more.

CASES=10000000 make bench: more cases. CPU time is that of all processes, workers included.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.columns import synthetic
from engine.columns.synthetic import Order
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_batch_whole import everything

pytestmark = pytest.mark.bench
CASES = int(os.environ.get("CASES", "1000000"))
FEW, SMALL = 2000, 20  # cases, and how many are a part, where only the parts shall cost


def measured(source: Path, out: Path, *options: str) -> tuple[float, float]:
    """CPU seconds of all processes, and seconds by the clock, of a whole `lumbar batch`."""
    command = [sys.executable, "-c", "import cli; cli.main()", "batch", str(source), "--out", str(out), *options]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.monotonic() - began


@pytest.mark.parametrize(("count", "options"), [(1, []), (CASES, []), (FEW, ["--batch-size", str(SMALL)])])
def test_workers_beside_one_process(bundled: Rulebook, tmp_path: Path, count: int, options: list[str]) -> None:
    source = tmp_path / "in.parquet"
    synthetic.write(bundled, Order(count, 5, 0.2), source)
    measured(source, tmp_path / "warm", *options)
    print(f"\n{count:,} cases {' '.join(options)}\n{'':12}  CPU s      s   to one process: CPU     s")
    first = measured(source, tmp_path / "one", *options)
    rows = {"one process": first}
    for workers in (1, 2):
        out = tmp_path / f"{workers}"
        rows[f"{workers} workers"] = measured(source, out, "--scheduler", f"local:{workers}", *options)
        assert everything(out) == everything(tmp_path / "one")
    for name, (used, seconds) in rows.items():
        ratios = f"{used / first[0]:18.2f} {seconds / first[1]:5.2f}"
        print(f"{name:12} {used:6.1f} {seconds:6.1f}   {ratios}")
    parts = len(json.loads((tmp_path / "one" / "manifest.json").read_text())["parts"])
    print(f"{parts} parts: {(rows['1 workers'][0] - first[0]) / parts:.3f} CPU s more for each, start-up included")
