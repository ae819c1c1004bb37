"""What a batch is asked to do, and the files it is given."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ...columns.encoding import DOMAINS, SUFFIX
from ...columns.statistics import READERS as STATISTICS
from ...errors import LumbarError, Place, Problem, listed
from ...mapping import ROW as ROW
from ...mapping import ColumnMapping
from ...record import Json
from ...rulebook import Rulebook
from ..files import is_meant
from ..walk import Partition, Walk, left_out, partition_of, printable

FORMATS = ("parquet", "ndjson", "csv")
KINDS = {
    ".yaml": "document",
    ".yml": "document",
    ".json": "document",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".xlsx": "excel",
    **dict.fromkeys(STATISTICS, "statistics"),
    SUFFIX: "store",
}
PACKED = (".gz", ".zst")
MANIFEST, FINDINGS = "manifest.json", "findings"
SIZE = 1 << 18  # cases in hand at a time: as many as Polars puts into one group of rows of a Parquet file
DIGESTED = 1 << 26  # bytes; a larger file is known by its size and its time alone


class Refused(LumbarError):
    """A batch that is not begun, for what it was asked cannot be done."""


def refused(file: object, there: str, expected: str = "", suggestion: str = "") -> Refused:
    """A refusal with one problem."""
    return Refused([Problem(Place(str(file)), there, expected, suggestion)])


@dataclass(frozen=True)
class Options:
    """How to read and write: `extra` is keep, drop or refuse; `trace` fired or full; `store` keeps the findings.

    `id` is the column of the ids where it is not `case`; ROW for cases without one, named after their rows. `mapping`
    says what the columns are, where they are not named as the findings.
    """

    form: str = "parquet"
    trace: str = "fired"
    extra: str = "keep"
    unique: bool = False
    size: int = SIZE
    store: bool = True
    id: str | None = None
    mapping: ColumnMapping | None = None

    def as_json(self) -> Json:
        """The options as the manifest has them: of a mapping its digest."""
        given = asdict(replace(self, mapping=None))
        del given["mapping"]
        return given | ({"mapping": self.mapping.digest} if self.mapping else {})

    @classmethod
    def of(cls, written: Mapping[str, Any], mapping: ColumnMapping | None) -> "Options":
        """The options that a manifest tells, with the mapping that stands beside it."""
        return cls(**{key: value for key, value in written.items() if key != "mapping"}, mapping=mapping)


@dataclass(frozen=True)
class Input:
    """One file: its kind is parquet, csv, ndjson, document (YAML and JSON) or store (a part of a batch's findings).

    `partition` is what the names of its folders say of all cases in it.
    """

    path: Path
    kind: str
    bytes: int
    modified: int
    node: int
    digest: str | None
    partition: Partition = field(default_factory=dict)

    @property
    def in_one_go(self) -> bool:
        """Whether a spot in it is reached only by reading all before."""
        return self.kind == "document" or self.path.suffix.lower() in PACKED

    def as_json(self) -> Json:
        """The file as the manifest has it."""
        body = {"path": str(self.path), "bytes": self.bytes, "modified": self.modified, "node": self.node}
        return body | {"digest": self.digest, "partition": self.partition}

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Input":
        """The file that a manifest tells."""
        path = Path(written["path"])
        known = (written[key] for key in ("bytes", "modified", "node", "digest", "partition"))
        return cls(path, kind_of(path) or "", *known)

    def changed(self) -> Problem | None:
        """That the file is not what it was when the run began."""
        try:
            status = self.path.stat()
            same = (status.st_size, status.st_mtime_ns, status.st_ino) == (self.bytes, self.modified, self.node)
            if same and (self.digest is None or self.digest == _digest(self.path, self.bytes)):
                return None
        except OSError:
            pass
        expected = "a file that nobody writes to: decide it again, into a new folder"
        return Problem(Place(printable(self.path)), "changed while it was read", expected)


@dataclass(frozen=True)
class Inputs:
    """The files that are given, those named once more, and what was left out, each with a problem."""

    files: list[Input]
    twice: list[str]
    left_out: list[Problem]


def inputs_of(paths: Sequence[str], out: Path, rulebook: Rulebook) -> Inputs:
    """The files among the paths and in their folders, in order, each once; raises Refused where a path has none."""
    gathering = _Gathering(out, rulebook)
    problems = [problem for path in map(Path, paths) if (problem := gathering.add(path))]
    if problems:
        raise Refused([*problems, *gathering.left_out])
    return Inputs(gathering.files, [printable(path) for path in gathering.walk.twice], gathering.left_out)


class _Gathering:
    """Gathers the files of paths."""

    def __init__(self, out: Path, rulebook: Rulebook) -> None:
        self.out, self.rulebook = out, rulebook
        self.walk = Walk()
        self.files: list[Input] = []
        self.left_out: list[Problem] = []

    def add(self, path: Path) -> Problem | None:
        """Add a path; gives back what is wrong with it if it has nothing that can be read."""
        before = len(self.files) + len(self.walk.twice)
        others: list[Path] = []
        expected = f"files that end in {listed(list(KINDS))}, or in one of these and {listed(PACKED)}"
        if path.is_dir() and not _is_batch(path):
            others = [*self._folder(path)]
        elif path.is_dir():
            for file in _stored(path):
                self._add(file, "store", path)
        elif path.exists() and not path.is_file():
            return Problem(Place(printable(path)), "no ordinary file", "a file, a folder, or - for a pipe")
        elif kind := kind_of(path):
            self._add(path, kind, path.parent)
        self.left_out += left_out(path, others, expected)
        if len(self.files) + len(self.walk.twice) > before:
            return None
        return Problem(Place(printable(path)), "no case files here", expected)

    def _folder(self, folder: Path) -> Iterator[Path]:
        """Add the files of a folder; gives back those of no kind that is read."""
        for found in self.walk.files(folder, self._leave):
            if isinstance(found, Problem):
                self.left_out.append(found)
            elif kind := kind_of(found):
                self._add(found, kind, folder)
            else:
                yield found

    def _leave(self, folder: Path) -> bool:
        return folder.resolve() == self.out.resolve() or _is_batch(folder)

    def _add(self, path: Path, kind: str, root: Path) -> None:
        try:
            if self.walk.is_new(path):
                self.files.append(_input(path, kind, self._partition(path, kind, root)))
            elif kind != "store" and (problem := self.walk.contradicted(path)):
                self.left_out.append(problem)
        except OSError as error:
            there = f"cannot be read ({error.strerror or error})"
            self.left_out.append(Problem(Place(printable(path)), there, "permission to read it"))

    def _partition(self, path: Path, kind: str, root: Path) -> Partition:
        """All that the folders below the one that is given say, and what those above say of findings."""
        if kind == "store" or self.out in path.parents:
            return {}
        below = partition_of(path.relative_to(root)) if root in path.parents else {}
        above = partition_of(Path(os.path.abspath(path)))  # noqa: PTH100 (no link followed)
        return {name: value for name, value in above.items() if name in below or is_meant(self.rulebook, name)}


def _is_batch(folder: Path) -> bool:
    """Whether a folder is the OUT of a batch."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(manifest, dict) and {"rulebook", "options", "finished"} <= set(manifest)


def _stored(folder: Path) -> Iterator[Path]:
    """The parts of the store of a finished batch; raises Refused."""
    if not json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["finished"]:
        raise refused(folder, "a batch that was not finished", "one that was; --resume continues it")
    if not (folder / FINDINGS / DOMAINS).exists():
        raise refused(folder, "answers without their findings", "the OUT of a batch that stored them")
    yield from sorted((folder / FINDINGS).glob(f"*{SUFFIX}"))


def kind_of(path: Path) -> str | None:
    """The kind of a file, by the end of its name."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] and suffixes[-1] in PACKED
    last = suffixes[-2:-1] if packed else suffixes[-1:]
    kind = KINDS.get(last[0]) if last else None
    return None if packed and kind in ("parquet", "store", "excel", "statistics") else kind


def _input(path: Path, kind: str, partition: Partition) -> Input:
    status = path.stat()
    digest = None if kind == "store" else _digest(path, status.st_size)  # its parts are only ever put whole into place
    return Input(path, kind, status.st_size, status.st_mtime_ns, status.st_ino, digest, partition)


def _digest(path: Path, size: int) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if size <= DIGESTED else None


def stem_of(path: Path) -> str:
    """The name of a file without what tells its kind."""
    return path.with_suffix("").stem if path.suffix.lower() in PACKED else path.stem
