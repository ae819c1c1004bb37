"""A batch from begin to end: reads on in one thread, evaluates and writes in others, and goes on where it was cut."""

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from typing import Any

from ...columns import duplicates
from ...columns.inputs import rows_of
from ...errors import Problem
from ...record import Json
from ...rulebook import Rulebook
from ..lock import locked_folder
from ..walk import printable
from .not_mapped import absent_columns, mapping_counts
from .options import Inputs, Options, inputs_of, refused
from .parts import Part, Position, Writer
from .reader import Reader, Some, together
from .recognised import Noticed, suggestions, unrecognised
from .store import FORMAT, LOCK, MANIFEST, SUMMARY, Store, given, opened, read_json

Progress = Callable[[int, float], None]
IN_USE = "another run is at work in this folder"
ONE_AT_A_TIME = "one run at a time: wait for it, or give another folder for OUT"
ASIDE_MOST = 1  # parts that wait to be written, besides those being written


def run(
    rulebook: Rulebook,
    paths: Sequence[str],
    out: Path,
    options: Options,
    resume: bool,
    progress: Progress,
    made: "Callable[..., Batch] | None" = None,
) -> Json:
    """Decide every case of the paths, - for standard input, into the folder OUT; gives back the summary.

    Raises Refused. `progress` hears, now and then, how many cases are done, and what share of the bytes. `made` gives
    another Batch, with the arguments of ours: one that is spread over machines.
    """
    if out.exists() and not out.is_dir():
        raise refused(out, "no folder", "a new folder")
    try:
        with locked_folder(out, LOCK, IN_USE, ONE_AT_A_TIME):
            return _run(rulebook, paths, out, options, resume, progress, made or Batch)
    except OSError as error:
        there = f"cannot be read or written ({error.strerror or error})"
        raise refused(error.filename or out, there, "room and permission; then --resume goes on") from error


def _run(
    rulebook: Rulebook,
    paths: Sequence[str],
    out: Path,
    options: Options,
    resume: bool,
    progress: Progress,
    made: "Callable[..., Batch]",
) -> Json:
    before = opened(out, resume)
    found = inputs_of([str(given(out, sys.stdin.buffer)) if path == "-" else path for path in paths], out, rulebook)
    manifest = {
        "format": FORMAT,
        "rulebook": rulebook.digest,
        "lumbar": version("lumbar"),
        "inputs": [one.as_json() for one in found.files],
        "parts": [],
        "options": options.as_json(),
        "finished": False,
    }
    if before is not None:
        _same(out, before, manifest)
        if before["finished"]:
            Store(out, options.form).clean()
            return dict(read_json(out / SUMMARY))
    reader = Reader(rulebook, found.files, options)
    reader.check_columns()
    store = Store(out, options.form)
    if before is None:
        store.begin(manifest, rulebook, options.mapping)
    return made(rulebook, reader, store, manifest, progress).run(found)


def _same(out: Path, before: Json, now: Json) -> None:
    """Refuse to go on with what was begun otherwise."""
    for key in ("format", "rulebook", "lumbar", "options"):
        if before.get(key) != now[key]:
            was = f"{before.get(key)}"
            raise refused(out / MANIFEST, f"begun with another {key} ({was})", "the same, or a new folder for OUT")
    old, new = ([{**one, "parts": []} for one in manifest["inputs"]] for manifest in (before, now))
    for one in [*old, *new]:
        if one not in old or one not in new:
            raise refused(one["path"], "an input that was another when this was begun", "a new folder for OUT")


class Batch:
    """The work of one run; what it does part by part may be done elsewhere."""

    def __init__(self, rulebook: Rulebook, reader: Reader, store: Store, manifest: Json, progress: Progress) -> None:
        self.rulebook = rulebook
        self.reader = reader
        self.inputs = reader.inputs
        self.bytes_before = [0, *accumulate(one.bytes for one in reader.inputs)]
        self.options = reader.options
        self.store = store
        self.manifest = manifest
        self.progress = progress
        self.local = threading.local()
        self.done = 0
        self.rows: dict[int, int] = {}
        self.again_read: set[int] = set()

    def run(self, found: Inputs) -> Json:
        """Do what is left to do; gives back the summary."""
        began = time.monotonic()
        records = self._settled(self.decided())
        for number in self.again_read:
            self.reader.check_unchanged(number)
        problems = [*found.left_out, *self.reader.changed.values(), *self._unrecognised(records)]
        problems += absent_columns(self.options.mapping, records)
        beside = {"problems": [problem.as_json() for problem in problems], "read once": found.twice}
        summary = self._summary(records) | beside | {"seconds": round(time.monotonic() - began, 2)}
        assert summary["cases"] == sum(summary[kind] for kind in ("decided", "empty", "rejects")), "a case was lost"
        self.store.merge_rejects(records)
        self.store.finish(self._manifest(records), summary)
        return summary

    # --- parts -------------------------------------------------------------------------------------------------------

    def decided(self) -> list[Json]:
        """The records of all parts, written now or before."""
        records = self.store.records()
        self.store.forget(len(records))
        self.done = sum(record["cases"] for record in records)
        start = Position.of(records[-1]["after"]) if records else Position()
        return records + self._written(self.parts(start, len(records)))

    def parts(self, start: Position, number: int) -> Iterator[Part]:
        """The parts from a position on, each as many cases as one may have."""
        read: list[Some] = []
        count = 0
        for some in self.reader.stream(start):
            if read and count + some.count > self.options.size:
                yield self._part(number, read)
                number, count = number + 1, 0
            if not read and not some.count:
                continue
            read.append(some)
            count += some.count
            self.done += some.count
            self.progress(self.done, self._share(some))
            if count >= self.options.size:  # before more is read that would not fit
                yield self._part(number, read)
                number, count = number + 1, 0
        if read:
            yield self._part(number, read)

    def _part(self, number: int, read: list[Some]) -> Part:
        """The part that has everything read, which is then forgotten here."""
        part = Part(number, read[0].start, read[0].start)
        for some in together(read):
            self.reader.add(part, some, None)
        read.clear()
        return part

    def _share(self, some: Some) -> float:
        """What share of the bytes is behind."""
        behind = float(self.bytes_before[some.after.input])
        if some.after.input < len(self.inputs) and some.piece is not None:
            one = self.inputs[some.input]
            if one.kind == "parquet":
                rows = self.rows.setdefault(some.input, rows_of(one.path))
                behind += one.bytes * min(some.after.spot.row / (rows or 1), 1)
            else:
                behind += some.piece.behind
        return min(behind / (self.bytes_before[-1] or 1), 1.0)

    def _written(self, parts: Iterator[Part]) -> list[Json]:
        """The records of the parts, written side by side."""
        workers = max(1, (os.cpu_count() or 1) - 1)
        records: list[Json] = []
        waiting: list[Future[Json]] = []
        with ThreadPoolExecutor(workers) as pool:
            for part in parts:
                waiting.append(pool.submit(self._write, part))
                del part
                while len(waiting) >= workers + ASIDE_MOST:
                    records.append(waiting.pop(0).result())
            records += [one.result() for one in waiting]
        return records

    def _write(self, part: Part) -> Json:
        if not hasattr(self.local, "writer"):
            self.local.writer = Writer(self.rulebook, self.options, self.store)
        record: Json = self.local.writer.write(part)
        return record

    # --- ids that stand there twice ----------------------------------------------------------------------------------

    def _settled(self, records: list[Json]) -> list[Json]:
        """The records after every case whose id is used twice has been set apart."""
        if all(record["settled"] for record in records):
            return records
        marks = [self.store.marks(record["part"]) for record in records]
        twice = duplicates.find_twice(marks, self.store.twice)
        touched = [
            record
            for record, path in zip(records, marks, strict=True)
            if not record["settled"] and twice.times(duplicates.read_marks(path)).any()
        ]
        redone = {record["part"]: record for record in self.redone(touched, twice)}
        return [redone.get(record["part"], record) for record in records]

    def redone(self, records: list[Json], twice: duplicates.Twice) -> list[Json]:
        """The records of parts that are written again, without the cases whose id is used twice."""
        return self._written(self.again(record, twice) for record in records)

    def again(self, record: Json, twice: duplicates.Twice) -> Part:
        """A part read again, the cases whose id is used twice set apart."""
        start = Position.of(record["start"])
        self.again_read.update(int(number) for number in record["inputs"])
        part = Part(record["part"], start, start, settled=True)
        for some in self._replay(record):
            self.reader.add(part, some, twice)
        return part

    def _replay(self, record: Json) -> Iterator[Any]:
        """What a part was made of, read again."""
        count = 0
        for some in self.reader.stream(Position.of(record["start"])):
            yield some
            count += some.count
            if count >= record["cases"]:
                return

    # --- what is said ------------------------------------------------------------------------------------------------

    def _unrecognised(self, records: list[Json]) -> Iterator[Problem]:
        """A problem for each input without a case, in which no finding was seen, or no id where one was looked for."""
        noticed: dict[int, Noticed] = {}
        counts: Counter[int] = Counter()
        for record in records:
            counts.update({int(number): count for number, count in record["inputs"].items()})
            for number, found in record["noticed"].items():
                noticed[int(number)] = Noticed.of(found).and_also(noticed.get(int(number), Noticed()))
        names = [printable(one.path) for one in self.inputs]
        yield from unrecognised(names, counts, noticed, self.rulebook, self.options.id)

    def _summary(self, records: list[Json]) -> Json:
        from ...explain.behind import RulesBehind  # not needed where cases are decided

        reasons: Counter[str] = Counter()
        for record in records:
            reasons.update(record["reasons"])
        broken: Counter[str] = Counter()
        for record in records:
            broken.update(record["broken laws"])
        breaking = broken.pop("", 0)
        unknown = dict.fromkeys(name for record in records for name in record["unknown"])
        every = RulesBehind(frozenset(self.rulebook.rules))  # any of them may be behind one of the answers
        return {
            "rulebook": self.rulebook.digest,
            "rests on": every.as_json(self.rulebook),
            "cases": sum(record["cases"] for record in records),
            "decided": sum(record["decided"] for record in records),
            "empty": sum(record["empty"] for record in records),
            "rejects": sum(record["rejects"] for record in records),
            "by reason": dict(sorted(reasons.items())),
            "breaking a law": breaking,
            "broken laws": dict(sorted(broken.items())),
            "extra columns": suggestions(unknown, self.rulebook),
            "parts": len(records),
        } | self._read_otherwise(records)

    def _read_otherwise(self, records: list[Json]) -> Json:
        """What was not read under the name that it has: columns of before, and those of a mapping."""
        renamed = self.reader.renamed
        counts: Json = {"renamed columns": dict(sorted(renamed.items()))} if renamed else {}
        return counts | ({"mapping": mapping_counts(self.options.mapping, records)} if self.options.mapping else {})

    def _manifest(self, records: list[Json]) -> Json:
        parts = [
            {"name": f"part-{record['part']:05}", "cases": record["cases"], "rejects": record["rejects"]}
            for record in records
        ]
        of_inputs: dict[str, list[str]] = {}
        for part, record in zip(parts, records, strict=True):
            for number in record["inputs"]:
                of_inputs.setdefault(number, []).append(part["name"])
        numbered = enumerate(self.manifest["inputs"])
        inputs = [one | {"parts": of_inputs.get(str(number), [])} for number, one in numbered]
        return self.manifest | {"inputs": inputs, "parts": parts, "finished": True}
