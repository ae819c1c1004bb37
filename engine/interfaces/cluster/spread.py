"""A batch whose parts are written by workers: planned once, done in any order, each put into its place once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...columns import inputs
from ...columns.duplicates import Twice
from ...columns.piece import Spot
from ...errors import LumbarError, Place, Problem, listed
from ...record import Json
from ...rulebook import Rulebook
from ..batch.options import Options
from ..batch.parts import Position
from ..batch.run import Batch, Progress
from ..batch.run import run as run_batch
from ..batch.store import WORK, read_json, write_json
from . import work
from .plan import Planned, groups, planned
from .scheduler import Lost, Workers, workers_of

PLAN = "plan.json"
GOING_ON = "all of them; what is done is kept, and --resume does the rest"
Record = Json
Otherwise = tuple[int, str, Record]  # the number of a part, the name of the attempt to write it, and what it came to


class Incomplete(LumbarError):
    """A run that ended with parts missing, each with its inputs; what is done is kept."""


def run(
    rulebook: Rulebook,
    paths: Sequence[str],
    out: Path,
    options: Options,
    resume: bool,
    progress: Progress,
    address: str,
) -> Json:
    """What `batch.run.run` does, by the workers behind an address; raises Refused and Incomplete.

    Paths are made absolute, for workers may stand in other folders.
    """
    files = [path if path == "-" else str(Path(path).absolute()) for path in paths]
    with workers_of(address) as workers:
        return run_batch(rulebook, files, out.absolute(), options, resume, progress, partial(Spread, workers))


class Spread(Batch):
    """A batch over the workers of a scheduler."""

    def __init__(self, workers: Workers, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.workers = workers
        self.run_of = (str(self.store.out), uuid4().hex)  # what every task gets: the folder, and which run it is
        self.odd: set[int] = set()

    def decided(self) -> list[Record]:
        """The records of all parts, written by workers now or before."""
        write_json(self.store.out / WORK / work.SIGN, {"token": self.run_of[1], **work.likeness(self.rulebook.digest)})
        self.workers.each(work.ready, *self.run_of, self.rulebook)
        plan = self._kept_plan() or self._plan([], Position())
        while True:
            otherwise = self._work(plan)
            found = [read_json(self.store.record(number)) for number in range(len(plan))]
            if otherwise is None and all(found):
                return found
            if otherwise is not None:
                number, name, record = otherwise
                plan = self._plan([*plan[:number], Planned.of(record)], Position.of(record["after"]))
                self.store.take(work.attempt_of(self.store, name), number)

    def redone(self, records: list[Record], twice: Twice) -> list[Record]:  # noqa: ARG002 (workers read it in OUT)
        """The records of parts that workers write again, without the cases whose id is used twice."""
        lost: dict[int, str] = {}
        found: list[Record] = []
        jobs = {record["part"]: (*self.run_of, record) for record in records}
        self.again_read.update(int(read) for record in records for read in record["inputs"])
        for number, result in self.workers.spread(work.again, jobs):
            if isinstance(result, Lost):
                lost[number] = result.reason
                continue
            name, written = result
            self.store.take(work.attempt_of(self.store, name), number)
            found += written
        if lost:
            raise Incomplete(self._missing({record["part"]: Planned.of(record) for record in records}, lost))
        return found

    # --- the plan ----------------------------------------------------------------------------------------------------

    def _kept_plan(self) -> list[Planned]:
        return [Planned.of(written) for written in read_json(self.store.out / WORK / PLAN) or ()]

    def _plan(self, before: list[Planned], start: Position) -> list[Planned]:
        """The parts that are known, and those of all that comes from a position on; noted on the disk."""
        rest = range(start.input + 1, len(self.inputs))
        places = [[Position(number).as_json() for number in some] for some in groups(self.inputs, rest)]
        first = [[start.as_json()]] if start.input < len(self.inputs) else []
        jobs = {number: (*self.run_of, some) for number, some in enumerate([*first, *places])}
        found = self._all(work.extents, jobs)
        extents = (
            (Position.of(start), Position.of(after), count)
            for number in sorted(found)
            for start, after, count in found[number]
        )
        plan = [*before, *planned(extents, self.options.size)]
        self.store.forget(len(before))
        write_json(self.store.out / WORK / PLAN, [part.as_json() for part in plan])
        return plan

    def _all(self, task: Callable[..., Any], jobs: Mapping[Any, tuple[Any, ...]]) -> dict[Any, Any]:
        """The results of tasks, every one; raises Incomplete."""
        found: dict[Any, Any] = {}
        for name, result in self.workers.spread(task, jobs):
            if isinstance(result, Lost):
                raise Incomplete([Problem(Place(self.workers.address), result.reason, GOING_ON)])
            found[name] = result
        return found

    # --- the work ----------------------------------------------------------------------------------------------------

    def _work(self, plan: Sequence[Planned]) -> Otherwise | None:
        """Have all parts written that are not yet; gives back one that is surely not as planned. Raises Incomplete."""
        todo = [number for number, part in enumerate(plan) if not self._is_done(number, part)]
        total = sum(part.cases for part in plan) or 1
        self.done = total - sum(plan[number].cases for number in todo)
        jobs = {
            (run[0], len(run)): (*self.run_of, run[0], plan[run[0]].start.as_json(), len(run))
            for run in self._runs(plan, todo)
        }
        lost: dict[int, str] = {}
        for (first, count), result in self.workers.spread(work.parts, jobs):
            if isinstance(result, Lost):
                lost |= dict.fromkeys(range(first, first + count), result.reason)
                continue
            name, records = result
            lost |= dict.fromkeys(range(first + len(records), first + count), "no case was found there")
            for number, record in enumerate(records, first):
                if Planned.of(record) != plan[number]:
                    if number in self.odd:
                        return number, name, record
                    self.odd.add(number)
                    break
                self.store.take(work.attempt_of(self.store, name), number)
                self.again_read.update(int(read) for read in record["inputs"])
                self.done += record["cases"]
                self.progress(self.done, self.done / total)
        if lost:
            raise Incomplete(self._missing(dict(enumerate(plan)), lost))
        return None

    def _is_done(self, number: int, part: Planned) -> bool:
        record = read_json(self.store.record(number))
        return record is not None and Planned.of(record) == part

    def _runs(self, plan: Sequence[Planned], todo: Sequence[int]) -> list[list[int]]:
        """Parts that one task does: one each, but all in a row that begin within a file that is read from its begin."""
        runs: list[list[int]] = []
        for number in todo:
            start = plan[number].start
            if runs and runs[-1][-1] == number - 1 and start.spot != Spot() and self.inputs[start.input].in_one_go:
                runs[-1].append(number)
            else:
                runs.append([number])
        return runs

    # --- what is missing ---------------------------------------------------------------------------------------------

    def _missing(self, plan: Mapping[int, Planned], lost: Mapping[int, str]) -> Iterator[Problem]:
        """A problem for each row of parts that are missing for the same reason."""
        numbers = sorted(lost)
        rows = groupby(enumerate(numbers), lambda pair: (pair[1] - pair[0], lost[pair[1]]))
        for (_, reason), row in rows:
            several = [number for _, number in row]
            first, last = several[0], several[-1]
            parts = f"part {first}" if first == last else f"parts {first} to {last}"
            cases = sum(plan[number].cases for number in several)
            begin, end = plan[first].start, plan[last].after
            behind = end.input + (end.spot != Spot())
            files = [inputs.shown(one.path) for one in self.inputs[begin.input : max(behind, begin.input + 1)]]
            where = begin.spot.row if self.inputs[begin.input].kind == "parquet" else begin.spot.line
            there = f"{parts} missing, {cases:,} cases of {listed(files)}: {reason}"
            yield Problem(Place(files[0], where + 1), there, GOING_ON)
