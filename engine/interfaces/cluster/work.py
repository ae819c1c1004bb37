"""What a worker does: parts of a batch, from the inputs to files in OUT, with a rulebook it makes ready once."""

import shutil
import socket
import threading
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from uuid import uuid4

from ...columns.duplicates import Twice
from ...loader import load
from ...record import Json
from ...rulebook import Rulebook
from ..batch.options import Input, Options, refused
from ..batch.parts import Part, Position, Writer
from ..batch.reader import Reader
from ..batch.run import Batch
from ..batch.store import KNOWLEDGE, MANIFEST, WORK, Store, mapping_of, read_json

SIGN = "cluster.json"
ATTEMPTS = "attempts"

Record = Json
Written = tuple[str, list[Record]]
_here = threading.local()


def likeness(rulebook: str) -> dict[str, str]:
    """What must be the same on every machine, or the answers could differ; Polars turns ids into numbers."""
    return {"lumbar": version("lumbar"), "polars": version("polars"), "rulebook": rulebook}


class Station:
    """A worker made ready for one run; raises Refused where it cannot do it."""

    def __init__(self, out: Path, token: str, rulebook: Rulebook | None) -> None:
        sign, manifest = read_json(out / WORK / SIGN), read_json(out / MANIFEST)
        if sign is None or manifest is None or sign["token"] != token:
            raise refused(_host(), f"a worker that does not see {out} of this run", "a folder that all machines see")
        rulebook = rulebook or load(out / KNOWLEDGE)
        for name, value in likeness(rulebook.digest).items():
            if sign[name] != value:
                raise refused(_host(), f"a worker with another {name}: {value}", f"{sign[name]}, as where it began")
        options = Options.of(manifest["options"], mapping_of(out, manifest, rulebook))
        inputs = [Input.of(written) for written in manifest["inputs"]]
        for one in inputs:
            if not _same(one):
                there = f"a worker that does not see {one.path} as it was at the begin"
                raise refused(_host(), there, "a file that all machines see")
        self.store = Store(out, options.form)
        self.batch = Batch(rulebook, Reader(rulebook, inputs, options), self.store, manifest, _quiet)
        self.writer = Writer(rulebook, options, self.store)

    def written(self, parts: Iterable[Part]) -> Written:
        """Write parts into a folder of this attempt alone; gives back its name and their records."""
        attempt = attempt_of(self.store, uuid4().hex)
        attempt.folders()
        self.writer.store = attempt
        try:
            return attempt.out.name, [self.writer.write(part) for part in parts]
        except BaseException:
            shutil.rmtree(attempt.out, ignore_errors=True)
            raise


def attempt_of(store: Store, name: str) -> Store:
    """The folder of an attempt to write parts: all in it is put into its place, or nothing."""
    return Store(store.work / ATTEMPTS / name, store.form)


def _host() -> str:
    return socket.gethostname()


def _same(one: Input) -> bool:
    try:
        status = one.path.stat()
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (one.bytes, one.modified)


def _quiet(_cases: int, _share: float) -> None:
    """Tell nobody."""


def _station(out: str, token: str, rulebook: Rulebook | None = None) -> Station:
    """The station of this thread, made ready at its first task in a run; with the rulebook of OUT if none is given."""
    if getattr(_here, "key", None) != (out, token):
        _here.station = Station(Path(out), token, rulebook)
        _here.key = (out, token)
    station: Station = _here.station
    return station


# --- the tasks -------------------------------------------------------------------------------------------------------


def ready(out: str, token: str, rulebook: Rulebook) -> None:
    """Give a worker the rulebook, which it keeps; raises Refused where it cannot do the run."""
    _station(out, token, rulebook)


def extents(out: str, token: str, places: Sequence[Record]) -> list[tuple[Record, Record, int]]:
    """Start, end and count of what comes of some inputs, from a position in each."""
    reader = _station(out, token).batch.reader
    found: list[tuple[Record, Record, int]] = []
    for place in places:
        position = Position.of(place)
        some = reader.extents(position.input, position)
        found += [(start.as_json(), after.as_json(), count) for start, after, count in some]
    return found


def parts(out: str, token: str, number: int, start: Record, count: int) -> Written:
    """So many parts in a row, the first of which has that number and begins there."""
    station = _station(out, token)
    return station.written(islice(station.batch.parts(Position.of(start), number), count))


def again(out: str, token: str, record: Record) -> Written:
    """A part once more, the cases whose id is used twice set apart."""
    station = _station(out, token)
    return station.written([station.batch.again(record, Twice(station.store.twice))])
