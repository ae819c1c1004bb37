"""Everything that a job has, to take along: answers as one table, rejected rows, and the whole folder in one file."""

import json
import zipfile
from collections.abc import Iterator
from io import RawIOBase
from pathlib import Path

from ....columns.lookup import as_csv, as_one_parquet
from ....loader import load
from ...report.first import is_unread
from .jobs import MAPPING, OUT, REPORT, Job

AT_ONCE = 1 << 20
PACKED = (".parquet", ".arrow")
WHOLE = "answers.parquet"


def answer_parts(job: Job) -> list[Path]:
    """The files of answers; none where there was no case."""
    return sorted((job.out / "answers").glob("part-*.parquet"))


def answers_csv(job: Job) -> Iterator[bytes]:
    """The answers of all parts as one CSV, without the columns that say which rules fired."""
    yield from as_csv(answer_parts(job), load(job.out / "knowledge", cases=False))


def answers_parquet(job: Job) -> Path:
    """The answers of all parts as one file, which is made when it is first wanted."""
    parts = answer_parts(job)
    if len(parts) == 1:
        return parts[0]
    path = job.folder / WHOLE
    if not path.exists():
        as_one_parquet(parts, path)
    return path


def rejects(job: Job) -> Iterator[bytes]:
    """The rejected rows, with the names under which the files were given."""
    names = job.paths
    with (job.out / "rejects.ndjson").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if is_unread(row):  # such a row is called after its file
                row["case"] = job.named(str(row["case"]))
            for one in (row, *row.get("problems", ())):
                if one.get("file") in names:
                    one["file"] = names[one["file"]]
            yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


def fixed(job: Job) -> bytes:
    """The rejected rows that were fixed, as cases that `lumbar batch` reads."""
    return b"".join(json.dumps(one["case"], ensure_ascii=False).encode() + b"\n" for one in job.fixed().values())


class _Pipe(RawIOBase):
    """What is written, until it is taken."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, data: object) -> int:
        """Keep some bytes."""
        self.written += memoryview(data)  # type: ignore[arg-type]
        return memoryview(data).nbytes  # type: ignore[arg-type]

    def taken(self) -> bytes:
        """What was written since this was last asked."""
        found, self.written = bytes(self.written), bytearray()
        return found


def everything(job: Job) -> Iterator[bytes]:
    """The folder of the batch with its report and its mapping, as a ZIP file that is made as it is sent."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as whole:
        for path in sorted(one for one in job.out.rglob("*") if one.is_file()):
            if path.name != "rejects.ndjson":
                yield from _member(whole, pipe, path, f"{OUT}/{path.relative_to(job.out)}")
        for name in (REPORT, MAPPING):
            if (job.folder / name).exists():
                yield from _member(whole, pipe, job.folder / name, name)
        with whole.open(f"{OUT}/rejects.ndjson", "w", force_zip64=True) as target:
            for line in rejects(job):
                target.write(line)
                yield pipe.taken()
        whole.writestr("fixed.ndjson", fixed(job))
        whole.writestr("files.json", json.dumps(job.request["files"], ensure_ascii=False, indent=1))
    yield pipe.taken()


def _member(whole: zipfile.ZipFile, pipe: _Pipe, path: Path, name: str) -> Iterator[bytes]:
    info = zipfile.ZipInfo.from_file(path, name)
    info.compress_type = zipfile.ZIP_STORED if path.suffix in PACKED else zipfile.ZIP_DEFLATED
    with path.open("rb") as source, whole.open(info, "w", force_zip64=True) as target:
        while data := source.read(AT_ONCE):
            target.write(data)
            yield pipe.taken()
