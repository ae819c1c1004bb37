"""The jobs of a server: each a folder with its files, what has come of it, and the process that is at work on it."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread
from typing import Literal

from ....atomic_write import replacing
from ....digests import digest_of
from ....record import Json
from ...lock import is_held

JOB, PROGRESS, PROCESS, SEEN, PLAN = "job.json", "progress.ndjson", "process", "seen.json", "plan.json"
GIVEN, OUT, MAPPING, FIXED = "given", "out", "mapping.yaml", "fixed_rows.ndjson"
REPORT, REPORT_PART = "report.html", "report.part.html"
SLOT, AT_WORK = "slot.lock", "at_work.lock"
AT_ONCE = 4  # jobs with a process: one decides, the others look at their files or wait
MOST_KEPT = 50
DAYS_KEPT = 7
PATIENCE = 10  # seconds that a process may need to end
BEGINS = 60  # seconds that a process may need until it holds its lock
MOST_FILES = 20
ENDS = ("looked", "decided", "stopped", "failed")
_NAME = re.compile(r"[A-Za-z0-9_-]{22}\Z")
_TOKEN = re.compile(r"[0-9a-f]{16}\Z")
Work = Literal["look", "decide"]


@dataclass(frozen=True)
class Job:
    """One job, as its folder tells it."""

    name: str
    folder: Path

    @property
    def request(self) -> Json:
        """Its files, under `files` each with its `name` and the `path` within the folder; when it `began`."""
        return dict(json.loads((self.folder / JOB).read_text(encoding="utf-8")))

    @property
    def paths(self) -> dict[str, str]:
        """For each file within the folder, the name under which it was given."""
        return {one["path"]: one["name"] for one in self.request["files"]}

    def named(self, words: str) -> str:
        """A text about its files, with the names under which they were given, and without the folder they are in."""
        words = words.replace(f"{self.folder}/", "").replace(f"{GIVEN}/dictionary.csv", "the data dictionary")
        for path, name in self.paths.items():
            words = words.replace(path, name)
        return words

    def fixed(self) -> dict[int, Json]:
        """What was fixed of its rejected rows, by their numbers."""
        try:
            with (self.folder / FIXED).open(encoding="utf-8") as lines:
                return {one["row"]: one for one in map(json.loads, lines)}
        except FileNotFoundError:
            return {}

    @property
    def out(self) -> Path:
        """The folder that the batch writes."""
        return self.folder / OUT

    def events(self, after: int = 0) -> list[Json]:
        """What has come of it so far, from one event on."""
        try:
            lines = (self.folder / PROGRESS).read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [dict(json.loads(line)) for line in lines[after:] if line.endswith("\n")]

    def note(self, phase: str, **more: object) -> None:
        """Write down what has come of it."""
        with (self.folder / PROGRESS).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"phase": phase, **more}, ensure_ascii=False) + "\n")

    def read(self, name: str) -> Json | None:
        """One of its files of JSON; None where it is not there."""
        try:
            return dict(json.loads((self.folder / name).read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: object) -> None:
        """Write a file of JSON, whole or not at all."""
        with replacing(self.folder / name) as part:
            part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _folders(folder: Path) -> list[Path]:
    """The folders of jobs in the folder of a token."""
    try:
        return [path for path in folder.iterdir() if _NAME.match(path.name) and (path / GIVEN).is_dir()]
    except OSError:
        return []


def _began(job: Job) -> float | None:
    """When a job began; None where it never did."""
    try:
        return float(job.request["began"])
    except (OSError, ValueError, KeyError):
        return None


def _end_elsewhere(job: Job) -> None:
    """End the process that a server beside this one has begun for a job, and wait until it is gone."""
    with suppress(OSError, ValueError):
        os.kill(int((job.folder / PROCESS).read_text(encoding="utf-8")), 15)
        until = time.monotonic() + PATIENCE
        while is_held(job.folder / AT_WORK) and time.monotonic() < until:
            time.sleep(0.05)


class Jobs:
    """The jobs of one server and one token; nobody else may open their folder."""

    def __init__(self, knowledge: Path, folder: Path, token: str = "", keeps: bool = False) -> None:
        """`keeps` says that the folder outlives the server."""
        self.knowledge = knowledge
        self.root = folder
        self.folder = folder / digest_of(f"jobs of {token}")
        self.keeps = keeps
        self.ending = False
        self._lock = Lock()
        self._spare: subprocess.Popen[bytes] | None = None
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._begun: list[subprocess.Popen[bytes]] = []

    # --- what there is -----------------------------------------------------------------------------------------------

    def all(self) -> list[Job]:
        """Every job, the newest first; those that were kept long enough are taken away."""
        self.sweep()
        return [job for began, job in sorted(self._there(), key=lambda one: -one[0])]

    def sweep(self) -> None:
        """Take away what was kept long enough, of every token, and what was never received as a whole."""
        with suppress(FileNotFoundError):
            for path in [one for above in self.root.iterdir() if _TOKEN.match(above.name) for one in _folders(above)]:
                job = Job(path.name, path)
                age = time.time() - (_began(job) or path.stat().st_mtime)
                if age > DAYS_KEPT * 86_400 and not self.alive(job):
                    self.forget(job)

    def _there(self) -> Iterator[tuple[float, Job]]:
        for path in _folders(self.folder):
            began = _began(Job(path.name, path))
            if began is not None:
                yield began, Job(path.name, path)

    def found(self, name: str) -> Job | None:
        """The job of that name; None where there is none, or no longer."""
        if not _NAME.match(name) or not (self.folder / name / JOB).is_file():
            return None
        return Job(name, self.folder / name)

    def is_full(self) -> bool:
        """Whether no more can be begun now."""
        there = self.all()
        return len(there) >= MOST_KEPT or sum(map(self.alive, there)) >= AT_ONCE

    def new_folder(self) -> Path:
        """A folder for the files of a new job, which is one once `begin` has them."""
        folder = self.folder / secrets.token_urlsafe(16)
        (folder / GIVEN).mkdir(mode=0o700, parents=True)
        for above in (self.root, self.folder, folder):
            above.chmod(0o700)
        return folder

    def begin(self, folder: Path, files: Sequence[Json], more: Mapping[str, str], plan: Json | None = None) -> Job:
        """A job with its files, which are looked at at once; `more` are a mapping and a data dictionary, if given.

        With a plan, by a mapping or without one, its cases are decided at once.
        """
        job = Job(folder.name, folder)
        job.write(JOB, {"began": time.time(), "files": list(files), **more})
        job.note("received", files=len(files), bytes=sum(one["bytes"] for one in files))
        if plan is not None:
            job.write(PLAN, plan)
            if plan["mapping"]:
                shutil.copyfile(folder / more["mapping"], folder / MAPPING)
        self.start(job, "look" if plan is None else "decide")
        return job

    # --- processes ---------------------------------------------------------------------------------------------------

    def warm(self) -> None:
        """Begin a process that is ready once it is needed."""
        with self._lock:
            self._ready()

    def _ready(self) -> "subprocess.Popen[bytes]":
        """The process that is ready, begun where there is none; under the lock, or another job may take it."""
        if self._spare is None or self._spare.poll() is not None:
            command = [sys.executable, "-m", "engine.interfaces.web.many.deciding", str(self.knowledge.resolve())]
            self._spare = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
            self._begun = [*(one for one in self._begun if one.poll() is None), self._spare]
        return self._spare

    def start(self, job: Job, work: Work) -> None:
        """Begin to work on a job."""
        with self._lock:
            process, self._spare = self._ready(), None
            assert process.stdin is not None
            self._running[job.name] = process
            if self.has_ended(job):  # said only now, or the process before would be taken to end without a word
                job.note("received")
            job.write(PROCESS, process.pid)
            process.stdin.write(json.dumps([str(job.folder.resolve()), work]).encode() + b"\n")
            process.stdin.close()
        Thread(target=self._ended, args=(job, process), daemon=True).start()
        if work == "look":
            self.warm()  # to decide is the next that is asked for

    def _ended(self, job: Job, process: "subprocess.Popen[bytes]") -> None:
        """Wait for the end of a process, and say so where it does not say it itself."""
        process.wait()
        with self._lock, suppress(OSError):
            if self._running.get(job.name) is process:  # and no other has been begun since
                del self._running[job.name]
                if not self.has_ended(job):
                    job.note("failed", problems=[])

    def has_ended(self, job: Job) -> bool:
        """Whether the last that is said of a job is an end."""
        return any(event["phase"] in ENDS for event in job.events()[-1:])

    def last_event(self, job: Job) -> Json:
        """The last that is said of a job; that it failed where its process is gone without an end."""
        events = job.events()
        last: Json = events[-1] if events else {"phase": "received"}
        return last if last["phase"] in ENDS or self.alive(job) else {"phase": "failed", "problems": []}

    def alive(self, job: Job) -> bool:
        """Whether a process is at work on a job: one of this server, or of one that works beside it."""
        if self.has_ended(job):
            return False
        process = self._running.get(job.name)
        if process is not None:
            return process.poll() is None
        try:
            number = int((job.folder / PROCESS).read_text(encoding="utf-8"))
            if os.name != "posix":  # there is no other, and to ask would end it
                return False
            os.kill(number, 0)
            begun = time.time() - (job.folder / PROCESS).stat().st_mtime
        except (OSError, ValueError):
            return False
        # The number may by now be that of a process of somebody else.
        return begun < BEGINS or is_held(job.folder / AT_WORK)

    def stop(self, job: Job) -> None:
        """Stop what is at work on a job; what is done of it stays."""
        if not self.alive(job):
            return
        with self._lock:  # the end of the process is noted after the last that it says, and by nobody else before
            process = self._running.get(job.name)
            if process is not None:
                process.terminate()
                process.wait(PATIENCE)
            else:
                _end_elsewhere(job)
            if not self.has_ended(job):
                job.note("stopped")

    def forget(self, job: Job) -> None:
        """Take a job away, with everything in it."""
        self.stop(job)
        shutil.rmtree(job.folder, ignore_errors=True)

    def end(self) -> None:
        """Nobody hears any more how far a job is: the server ends."""
        self.ending = True

    def close(self) -> None:
        """End all processes, and take the folder away unless it is kept."""
        for job in [one for _, one in self._there() if one.name in self._running]:
            self.stop(job)
        for process in self._begun:  # one that has said its end may still be about to go
            process.terminate()
            process.wait(PATIENCE)
            if process.stdin:
                with suppress(OSError):
                    process.stdin.close()
        if not self.keeps:
            shutil.rmtree(self.folder, ignore_errors=True)
