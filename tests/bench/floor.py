"""The floor beneath a batch: the same columns read and the same output written by Polars, with no rules between.

`python -m tests.bench.floor INPUT OUT COPY`: OUT is what a batch made of INPUT, COPY an empty folder. The first part of
OUT is read before the clock starts and written once for each part; prints the CPU seconds of reading and of writing.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (the floor is what Polars needs)

from engine.columns import dtype_of, lookup
from engine.interfaces.batch.options import SIZE
from engine.loader import load


def read(path: Path, types: dict[str, Any]) -> Iterator[int]:
    """Every column of the input in its type; the number of rows of each piece."""
    if path.suffix == ".parquet":
        rows = pl.scan_parquet(path)
    else:
        names = pl.read_csv(path, n_rows=0).columns
        rows = pl.scan_csv(path, schema={name: types.get(name, pl.String()) for name in names})
    for table in rows.collect_batches(chunk_size=SIZE, maintain_order=True):
        yield table.height


def measured(source: Path, out: Path, copy: Path) -> dict[str, float]:
    """CPU seconds of reading the source and of writing what the batch wrote."""
    book = load(out / "knowledge")
    types = {term.name: dtype_of(term) for term in book.findings}
    answers = pl.read_parquet(out / "answers" / "part-00000.parquet").rechunk()
    kept = out / "findings" / "part-00000.arrow"
    findings = pl.read_ipc(kept).rechunk() if kept.exists() else None
    parts = len(json.loads((out / "manifest.json").read_text())["parts"])
    start = time.process_time()
    rows = sum(read(source, types))
    reading = time.process_time() - start
    start = time.process_time()
    for number in range(parts):
        lookup.write(answers, copy / f"answers-{number}.parquet", "parquet")
        if findings is not None:
            findings.write_ipc(copy / f"findings-{number}.arrow", compression="uncompressed")
    writing = (time.process_time() - start) * rows / (parts * answers.height)
    return {"rows": rows, "read": reading, "written": writing}


if __name__ == "__main__":
    print(json.dumps(measured(*map(Path, sys.argv[1:4]))))
