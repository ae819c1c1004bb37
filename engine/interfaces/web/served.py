"""The knowledge base that is served: a rulebook with what decides by it, loaded again when its files change."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...alarms import Alarms
from ...author.baseline import SavedCases
from ...case import Case, Decision
from ...chain import Chain
from ...errors import LumbarError
from ...explain import CompiledRulebook
from ...loader import load
from ...loader.files import walk
from ...loader.stack import folders
from ...rulebook import Rulebook

LOOK = 2.0  # seconds: the files are looked at no more often


@dataclass
class Base:
    """A rulebook, and what decides and explains by it; used by one thread."""

    rulebook: Rulebook
    chain: Chain = field(init=False)
    compiled: CompiledRulebook = field(init=False)
    alarms: Alarms = field(init=False)

    def __post_init__(self) -> None:
        self.chain = Chain(self.rulebook)
        self.compiled = CompiledRulebook(self.rulebook)
        self.alarms = Alarms(self.compiled)

    def decide(self, case: Case) -> Decision:
        """The decision of a case without problems."""
        return self.chain.decide(case)


class Served:
    """The last version of a folder of knowledge that has no problems."""

    def __init__(self, directory: str | Path) -> None:
        """Load it; raises KnowledgeError with every problem."""
        self.directory = Path(directory)
        self._seen = _stamp(self.directory)
        self._looked = time.monotonic()
        self.base = Base(load(self.directory, cases=False))
        self.problem = ""
        self._saved: tuple[int, SavedCases] | None = None

    def saved(self) -> SavedCases:
        """The rules with their saved cases, for whoever writes one; loaded when they are first needed.

        Raises LumbarError where they have problems, and nothing was loaded before.
        """
        stamp = _stamp(self.directory)
        if self._saved is None or self._saved[0] != stamp:
            self._saved = (stamp, SavedCases(load(self.directory)))
        return self._saved[1]

    def look_again(self) -> None:
        """Notice changes of the files at the next answer: this server wrote them itself."""
        self._looked = 0.0

    def current(self) -> Base:
        """The knowledge to decide by; a change of its files is noticed within two seconds."""
        now = time.monotonic()
        if now - self._looked >= LOOK:
            self._looked = now
            stamp = _stamp(self.directory)
            if stamp != self._seen:
                self._seen = stamp
                self._load()
        return self.base

    def _load(self) -> None:
        try:
            rulebook = load(self.directory, cases=False)
        except (LumbarError, OSError) as error:
            self.problem = str(error).split("\n", 1)[0]
            return
        self.problem = ""
        now = self.base.rulebook
        if (rulebook.digest, rulebook.reviews) != (now.digest, now.reviews):
            self.base = Base(rulebook)


def _stamp(directory: Path) -> int:
    """A number that differs once a file is changed, added or removed."""
    return hash(tuple(sorted(_files(directory))))


def _files(directory: Path) -> Iterator[tuple[str, int, int]]:
    for layer in folders(directory):
        yield from _files_of(layer)


def _files_of(directory: Path) -> Iterator[tuple[str, int, int]]:
    for name in walk(directory, []):  # which follows links to folders, as reading them does
        path = os.path.join(directory, name)  # noqa: PTH118 (three times as fast as a Path, twice a second)
        try:
            found = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        yield path, found.st_mtime_ns, found.st_size
