"""The process that works on one job: it looks at the files, or decides their cases, and writes down how far it is.

It is begun before there is a job, so that it is loaded when one comes; a line of its input then names it.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from htpy import fragment

from ....drawing.text_width import printable
from ....errors import LumbarError, Place, Problem
from ....loader import load
from ....loader.mapping import load_mapping
from ....rulebook import Rulebook
from ...batch import Options, run
from ...lock import InUse, locked
from ...report import opened
from ...report.first import Links
from ...report.page import content, page
from .jobs import AT_WORK, MAPPING, OUT, PLAN, REPORT, REPORT_PART, SLOT, Job, Work
from .recognise import look_at

NICE = 10
PATIENCE = 0.2  # seconds between two looks whether it is this job's turn
BEAT = 0.2  # seconds between two lines about how far it is
SIZE = 1 << 16  # cases of a part: as many as a stop may lose
MOST_CASES = 50_000_000  # a small packed file may hold more than any disk


def main(knowledge: str) -> None:
    """Wait for a job, and do it."""
    if hasattr(os, "nice"):
        os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    with suppress(LumbarError):  # whoever has a job hears of it
        load(knowledge, cases=False)
    line = sys.stdin.readline()
    if line:
        folder, work = json.loads(line)
        work_on(Job(Path(folder).name, Path(folder)), work, Path(knowledge))


def work_on(job: Job, work: Work, knowledge: Path) -> None:
    """Do the work, and write down its end."""
    os.umask(0o077)
    os.chdir(job.folder)  # so that the files are called as in the job
    try:
        with _held(job.folder / AT_WORK):  # by which another server knows that this process is not gone
            _do(job, work, knowledge)
    except LumbarError as error:
        job.note("failed", problems=[problem.as_json() for problem in error.problems])
    except MemoryError:
        problem = Problem(Place(""), "the machine has too little memory for this", "fewer cases at a time")
        job.note("failed", problems=[problem.as_json()])


def _do(job: Job, work: Work, knowledge: Path) -> None:
    if work == "look":
        job.note("looking")
        look_at(job, load(knowledge, cases=False))
        job.note("looked")
    else:
        _decide(job, knowledge)
        job.note("decided")


def _decide(job: Job, knowledge: Path) -> None:
    plan = job.read(PLAN) or {}
    with _held(job.folder.parent.parent / SLOT, lambda: job.note("waiting")):  # no other job is decided
        job.note("reading")
        rulebook = _rulebook(knowledge)
        mapping = load_mapping(Path(MAPPING), rulebook) if plan.get("mapping") else None
        options = Options(size=SIZE, id=plan.get("id"), mapping=mapping)
        paths = [one["path"] for one in job.request["files"]]
        job.note("deciding", cases=0, share=0.0)
        summary = run(rulebook, paths, Path(OUT), options, Path(OUT).is_dir(), _Progress(job))
        job.note("reporting", cases=summary["cases"], rejects=summary["rejects"])
        _report(job)


def _report(job: Job) -> None:
    """The report as a file, and as a part of the page with links to the cases."""
    at = f"/batch/{job.name}"
    links = Links(
        case=lambda name: f"{at}/case?id={quote(name, safe='')}",
        answer=lambda term, value: f"{at}/cases?answer={quote(f'{term}: {value}', safe='')}",
        rejects=f"{at}/rejects",
    )
    with opened(Path(OUT)) as batch:
        named = replace(batch, names=job.paths)
        Path(REPORT).write_text(page(named), encoding="utf-8")
        _, found = content(replace(named, links=links))
        Path(REPORT_PART).write_text(printable(str(fragment[found])), encoding="utf-8")


def _rulebook(knowledge: Path) -> Rulebook:
    """The rules by which it was begun, where it was; else those of today."""
    own = Path(OUT) / "knowledge"
    return load(own if own.is_dir() else knowledge, cases=False)


@contextmanager
def _held(path: Path, waits: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock file, once no other process does; `waits` is called where one does."""
    with ExitStack() as stack:
        waiting = False
        while True:
            with suppress(InUse):
                stack.enter_context(locked(path, path, "", ""))
                break
            if not waiting:
                waits()
            waiting = True
            time.sleep(PATIENCE)
        yield


class _Progress:
    """Writes down how far a batch is, not too often."""

    def __init__(self, job: Job) -> None:
        self.job, self.last = job, 0.0

    def __call__(self, cases: int, share: float) -> None:
        if cases > MOST_CASES:
            raise LumbarError([Problem(Place(""), f"more than {MOST_CASES:,} cases", "fewer cases, or `lumbar batch`")])
        now = time.monotonic()
        if now - self.last >= BEAT:
            self.last = now
            self.job.note("deciding", cases=cases, share=round(share, 4))


if __name__ == "__main__":
    main(sys.argv[1])
