"""Rules that are being tried: each in a folder of its own, by processes beside the server; and what came of each."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from ...atomic_write import replacing
from ...record import Json

REQUEST, STEPS, FORM, PROCESS = "request.json", "steps.ndjson", "form.json", "process"
KEPT = 3600.0  # seconds: what was tried longer ago is forgotten, and with it the patient of whom it was
MOST = 200  # that are kept at a time
_NAME = re.compile(r"[A-Za-z0-9_-]{22}\Z")


@dataclass(frozen=True)
class Trial:
    """One trial: what is tried, and the steps so far."""

    name: str
    folder: Path

    @property
    def request(self) -> Json:
        """What is tried."""
        return dict(json.loads((self.folder / REQUEST).read_text(encoding="utf-8")))

    @property
    def form(self) -> list[tuple[str, str]]:
        """The form from which it was tried, to go back to it."""
        found = json.loads((self.folder / FORM).read_text(encoding="utf-8"))
        return [(str(key), str(value)) for key, value in found]

    def steps(self, after: int = 0) -> list[Json]:
        """The steps that have come to their end, from one on; the last of a trial that has ended has `done`."""
        try:
            lines = (self.folder / STEPS).read_text(encoding="utf-8").splitlines(keepends=True)
        except FileNotFoundError:
            return []
        return [dict(json.loads(line)) for line in lines[after:] if line.endswith("\n")]

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return any("done" in step for step in self.steps())

    @property
    def state(self) -> str:
        """The knowledge base as it was when this was tried; empty as long as it has not ended."""
        return next((str(step["done"]) for step in self.steps() if "done" in step), "")

    @property
    def texts(self) -> dict[str, str | None]:
        """The files to save, where nothing is in the way; else none."""
        steps = self.steps()
        if not self.done or any(step.get("blocks") or step.get("failed") for step in steps):
            return {}
        return {name: text for step in steps for name, text in step.get("texts", {}).items()}


class Trials:
    """The trials of a server; a process beside it, begun with the first, does them in turn."""

    def __init__(self, knowledge: Path, folder: Path | None = None) -> None:
        """`folder` is shared by the processes of one server; without it, it is made, and goes with `close`."""
        self.knowledge = knowledge
        self._own = folder is None
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = Lock()

    @property
    def folder(self) -> Path:
        """Where the trials are: a folder that nobody else may open."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="lumbar-"))
        return self._folder

    def warm(self) -> None:
        """Begin the process that tries rules, so that the first need not wait for it."""
        with self._lock:
            self._begun()

    def start(self, request: Mapping[str, Any], form: list[tuple[str, str]]) -> str:
        """Begin to try something; gives its name."""
        self._forget()
        name = secrets.token_urlsafe(16)
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        with self._lock:
            process = self._begun()
            assert process.stdin is not None
            for file, content in ((FORM, form), (PROCESS, process.pid), (REQUEST, dict(request))):
                with replacing(folder / file) as part:
                    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
            process.stdin.write(f"{folder}\n".encode())
            process.stdin.flush()
        return name

    def found(self, name: str) -> Trial | None:
        """The trial of that name; None where there is none, or no longer."""
        if not _NAME.match(name) or not (self.folder / name / REQUEST).is_file():
            return None
        return Trial(name, self.folder / name)

    def alive(self, trial: Trial) -> bool:
        """Whether the process that does a trial still runs: one of this server, or of one that works beside it."""
        process = int((trial.folder / PROCESS).read_text(encoding="utf-8"))
        if self._process is not None and self._process.pid == process:
            return self._running()
        if os.name != "posix":  # there is no other, and to ask would end it
            return False
        try:
            os.kill(process, 0)
        except OSError:
            return False
        return True

    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def forget(self, name: str) -> None:
        """Take a trial away, with all that is in it."""
        if _NAME.match(name):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def close(self) -> None:
        """End the process, and take all trials away."""
        with self._lock:
            self._end()
        if self._own and self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _end(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process = None

    def _begun(self) -> "subprocess.Popen[bytes]":
        if not self._running():
            self._end()
        if self._process is None:
            command = [sys.executable, "-m", "engine.interfaces.web.trying", str(self.knowledge)]
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        return self._process

    def _forget(self) -> None:
        """Take away what is too old, or too much."""
        there = sorted(self._there(), reverse=True)
        for number, (began, name) in enumerate(there):
            if number >= MOST or time.time() - began > KEPT:
                self.forget(name)

    def _there(self) -> Iterator[tuple[float, str]]:
        for path in self.folder.iterdir():
            with suppress(OSError):
                yield path.stat().st_mtime, path.name
