"""What a batch is asked to do, and the files it is given."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...columns.codes import DOMAINS, SUFFIX
from ...errors import LumbarError, Place, Problem, listed
from ..files import amiss, hidden

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
    """How to read and write: `extra` is keep, drop or refuse; `trace` fired or full; `store` keeps the findings."""

    form: str = "parquet"
    trace: str = "fired"
    extra: str = "keep"
    unique: bool = False
    size: int = SIZE
    store: bool = True

    def as_json(self) -> dict[str, Any]:
        """The options as the manifest has them."""
        return asdict(self)


@dataclass(frozen=True)
class Input:
    """One file: its kind is parquet, csv, ndjson, document (YAML and JSON) or store (a part of a batch's findings)."""

    path: Path
    kind: str
    bytes: int
    modified: int
    digest: str | None

    @property
    def in_one_go(self) -> bool:
        """Whether a spot in it is reached only by reading all before."""
        return self.kind == "document" or self.path.suffix.lower() in PACKED

    def as_json(self) -> dict[str, Any]:
        """The file as the manifest has it."""
        return {"path": str(self.path), "bytes": self.bytes, "modified": self.modified, "digest": self.digest}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Input":
        """The file that a manifest tells."""
        path = Path(told["path"])
        return cls(path, kind_of(path) or "", told["bytes"], told["modified"], told["digest"])


def inputs_of(paths: Sequence[str], out: Path) -> list[Input]:
    """The files among the paths and in their folders, in order; raises Refused."""
    found: list[Input] = []
    problems: list[Problem] = []
    for path in map(Path, paths):
        files = list(_files(path, out))
        if not files and path.exists() and not path.is_file() and not path.is_dir():
            problems.append(Problem(Place(str(path)), "no ordinary file", "a file, a folder, or - for a pipe"))
        elif not files:
            expected = f"files that end in {listed(list(KINDS))}, or in one of these and {listed(PACKED)}"
            problems.append(Problem(Place(str(path)), "no case files here", expected))
        found += files
    if problems:
        raise Refused(problems)
    return list({one.path: one for one in found}.values())


def _files(path: Path, out: Path) -> Iterator[Input]:
    if not path.is_dir():
        kind = kind_of(path)
        if kind and path.is_file():
            yield _input(path, kind)
        return
    if _is_batch(path):
        yield from (_input(file, "store") for file in _stored(path))
        return
    batches = {out, *(file.parent for file in path.rglob(MANIFEST) if _is_batch(file.parent))}
    for file in sorted(path.rglob("*")):
        kind = kind_of(file)
        if hidden(file, path) or not batches.isdisjoint(file.parents):
            continue
        if wrong := amiss(file):
            raise Refused([wrong])
        if kind and file.is_file():
            yield _input(file, kind)


def _is_batch(folder: Path) -> bool:
    """Whether a folder is the OUT of a batch."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and {"rulebook", "options", "finished"} <= set(told)


def _stored(folder: Path) -> Iterator[Path]:
    """The parts of the store of a finished batch; raises Refused."""
    if not json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["finished"]:
        raise refused(folder, "a batch that was not finished", "one that was; --resume goes on with it")
    if not (folder / FINDINGS / DOMAINS).exists():
        raise refused(folder, "answers without their findings", "the OUT of a batch that stored them")
    yield from sorted((folder / FINDINGS).glob(f"*{SUFFIX}"))


def kind_of(path: Path) -> str | None:
    """The kind of a file, by the end of its name."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] and suffixes[-1] in PACKED
    last = suffixes[-2:-1] if packed else suffixes[-1:]
    kind = KINDS.get(last[0]) if last else None
    return None if packed and kind in ("parquet", "store", "excel") else kind


def _input(path: Path, kind: str) -> Input:
    status = path.stat()
    return Input(path, kind, status.st_size, status.st_mtime_ns, _digest(path, status.st_size))


def _digest(path: Path, size: int) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16] if size <= DIGESTED else None


def stem_of(path: Path) -> str:
    """The name of a file without what tells its kind."""
    return path.with_suffix("").stem if path.suffix.lower() in PACKED else path.stem
