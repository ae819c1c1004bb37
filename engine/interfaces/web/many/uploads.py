"""Uploaded files: into the folder of a new job, under names of our own, where only their owner may open them."""

import shutil
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import UploadFile

from ....display import visible_in_a_line
from ....extras import how_to_install
from ....record import Json
from ..texts import text
from .jobs import AT_ONCE, GIVEN, MOST_FILES, MOST_KEPT, Job, Jobs

SUFFIXES = 2  # of a name that say what a file is: .csv.gz
ROOM = 3  # times the files that a run may need on the disk
SHOWN = 120  # letters of a name


class NotTaken(Exception):
    """Files that are not taken, with the reason and the status of the answer."""

    def __init__(self, says: str, status: int) -> None:
        super().__init__(says)
        self.status = status


def library_missing() -> NotTaken | None:
    """That no file can be read, where what reads them is not installed."""
    return NotTaken(text("batch needs", how=how_to_install("batch")), 501) if find_spec("polars") is None else None


def full() -> NotTaken:
    """That as many jobs are there as there may be."""
    return NotTaken(text("batch full", count=AT_ONCE, kept=MOST_KEPT), 429)


def too_large(most: int) -> NotTaken:
    """That the files have more bytes than they may."""
    return NotTaken(text("batch too large", size=in_bytes(most)), 413)


def received(jobs: Jobs, files: Sequence[UploadFile], extra: Mapping[str, UploadFile], plan: Json | None = None) -> Job:
    """A job of the files; `extra` has a mapping and a data dictionary, where they were given. Raises NotTaken.

    `plan` says how they are decided at once; without it they are looked at.
    """
    if not files:
        raise NotTaken(text("batch no file"), 422)
    if len(files) > MOST_FILES:
        raise NotTaken(text("batch many files", count=len(files), most=MOST_FILES), 422)
    free = shutil.disk_usage(next(one for one in (jobs.root, *jobs.root.parents) if one.exists())).free
    if sum(one.size or 0 for one in files) * ROOM > free:
        raise NotTaken(text("batch no space", size=in_bytes(free / ROOM)), 413)
    folder = jobs.new_folder()
    try:
        written = []
        for number, file in enumerate(files, 1):
            path = f"{GIVEN}/{number}{_ending(file.filename or '')}"
            written.append({"name": _shown(file.filename or ""), "path": path, "bytes": _copy(file, folder / path)})
        more = {key: f"{GIVEN}/{key}{'.yaml' if key == 'mapping' else '.csv'}" for key in extra}
        for key, file in extra.items():
            _copy(file, folder / more[key])
        return jobs.begin(folder, written, more, plan)
    except OSError as error:  # such as a full disk: what came so far is of patients too
        shutil.rmtree(folder, ignore_errors=True)
        raise NotTaken(text("batch not written", why=error.strerror or "error"), 507) from error


def in_bytes(count: float) -> str:
    """A number of bytes for a person."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def _ending(name: str) -> str:
    """What says of a name what the file is; nothing else of the name is used."""
    from ...batch.options import KINDS, PACKED

    known = {*KINDS, *PACKED}
    endings = [one for one in map(str.lower, Path(name).suffixes[-SUFFIXES:]) if one in known]
    return "".join(endings) or ".unknown"


def _shown(name: str) -> str:
    """A name as it is shown."""
    return visible_in_a_line(name.replace("\\", "/").rpartition("/")[2][:SHOWN])


def _copy(file: UploadFile, path: Path) -> int:
    """Put what was uploaded into a file of its own; its size."""
    path.touch(0o600)
    file.file.seek(0)
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1 << 20)
    return path.stat().st_size
