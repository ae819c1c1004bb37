"""The folder OUT: every file whole or not there, what is done noted part by part, so that a run can go on."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ...atomic_write import SUFFIX as PART
from ...atomic_write import replacing, sync
from ...columns.encoding import DOMAINS, SUFFIX, domains_of
from ...loader import load_read
from ...loader.files import read_folder
from ...loader.mapping import load_mapping
from ...mapping import ColumnMapping
from ...record import Json
from ...rulebook import Rulebook
from ..files import is_by_line
from .options import FINDINGS as FINDINGS
from .options import MANIFEST as MANIFEST
from .options import refused

SUMMARY, REJECTS, KNOWLEDGE, MAPPING = "summary.json", "rejects.ndjson", "knowledge", "mapping.yaml"
ANSWERS, WORK, RECORDS = "answers", "work", "parts"
GIVEN, LOCK = "given", "lock"
FORMAT = 4
AT_ONCE = 1 << 20  # bytes copied at a time
FIRST = 1 << 16  # bytes that tell what standard input is
PACKED_MARKS = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1")


def whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file, which appears whole or not at all, and then is on the disk."""
    with replacing(path, durable=True) as part:
        write(part)


def write_json(path: Path, value: object) -> None:
    """A JSON file, whole or not at all; a name that is not UTF-8 is escaped, and read back as it was."""
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
        text = json.dumps(value, indent=1) + "\n"
    whole(path, lambda part: part.write_text(text, encoding="utf-8"))


def read_json(path: Path) -> Any:
    """What a JSON file has; None where it is not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def manifest_of(out: Path) -> Json:
    """The manifest of an OUT, as `lumbar batch` writes it; raises Refused."""
    path = out / MANIFEST
    expected = "a folder that `lumbar batch` wrote"
    try:
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise refused(path, f"cannot be read ({error.strerror})", expected) from error
    except (ValueError, RecursionError) as error:
        raise refused(path, f"not readable as JSON: {error}", expected) from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("rulebook"), str):
        raise refused(path, "names no rulebook", expected)
    options, inputs = manifest.get("options", {"form": "", "store": True}), manifest.get("inputs", [])
    if not isinstance(options, dict) or not {"form", "store"} <= set(options):
        raise refused(path, "names no options", expected)
    if not isinstance(inputs, list) or not all(isinstance(one, dict) and "path" in one for one in inputs):
        raise refused(path, "names no inputs", expected)
    return manifest


class Store:
    """The files of one OUT."""

    def __init__(self, out: Path, form: str) -> None:
        self.out = out
        self.form = form
        self.work = out / WORK
        self.twice = self.work / "twice"

    def begin(self, manifest: Json, rulebook: Rulebook, mapping: ColumnMapping | None = None) -> None:
        """An OUT where nothing is done yet, with the knowledge and the mapping that it is made by."""
        self.folders()
        target, part = self.out / KNOWLEDGE, self.out / f"{KNOWLEDGE}{PART}"
        for old in (target, part):
            shutil.rmtree(old, ignore_errors=True)
        files = read_folder(Path(rulebook.directory))
        if load_read(files, rulebook.directory).digest != rulebook.digest:
            raise refused(rulebook.directory, "a knowledge base that changed meanwhile", "one that nobody works on")
        for name, content in files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            (part / name).write_bytes(content)
        part.replace(target)
        if mapping is not None:
            whole(self.out / MAPPING, lambda path: path.write_text(mapping.text, encoding="utf-8"))
        if manifest["options"]["store"]:
            write_json(self.out / FINDINGS / DOMAINS, domains_of(rulebook))
        write_json(self.out / MANIFEST, manifest)

    def folders(self) -> None:
        """The folders that parts are written into."""
        for folder in (ANSWERS, FINDINGS, f"{WORK}/{RECORDS}"):
            (self.out / folder).mkdir(parents=True, exist_ok=True)

    def take(self, other: "Store", number: int) -> None:
        """Put a part that was written elsewhere into its place; its record comes last, for then it is done."""
        kept = ("findings",) if other.findings(number).exists() else ()
        for name in ("answers", *kept, "rejects", "marks", "record"):
            source, target = getattr(other, name)(number), getattr(self, name)(number)
            source.replace(target)
            sync(target.parent)

    def answers(self, number: int) -> Path:
        """Where the answers of a part are."""
        return self.out / ANSWERS / f"part-{number:05}.{self.form}"

    def findings(self, number: int) -> Path:
        """Where the findings of a part are."""
        return self.out / FINDINGS / f"part-{number:05}{SUFFIX}"

    def rejects(self, number: int) -> Path:
        """Where the rejects of a part wait."""
        return self.work / f"rejects-{number:05}.ndjson"

    def marks(self, number: int) -> Path:
        """Where the ids of a part wait, as numbers."""
        return self.work / f"ids-{number:05}"

    def record(self, number: int) -> Path:
        """Where it is noted what a part is."""
        return self.work / RECORDS / f"part-{number:05}.json"

    def records(self) -> list[Json]:
        """What is done, up to the first part that is not."""
        return list(self._records())

    def _records(self) -> Iterator[Json]:
        number = 0
        while (record := read_json(self.record(number))) is not None:
            yield record
            number += 1

    def forget(self, number: int) -> None:
        """Forget what is noted of the parts from a number on."""
        for path in self.record(0).parent.glob("part-*.json"):
            if int(path.stem.removeprefix("part-")) >= number:
                path.unlink(missing_ok=True)

    def merge_rejects(self, records: list[Json]) -> None:
        """All rejects in one file, the worst first, then as they came."""
        levels = sorted({level for record in records for level, _, _ in record["levels"]}, reverse=True)

        def write(part: Path) -> None:
            with part.open("wb") as target:
                for level in levels:
                    for record in records:
                        self._copy(record, level, target)

        whole(self.out / REJECTS, write)

    def _copy(self, record: Json, level: int, target: Any) -> None:
        for found, start, length in record["levels"]:
            if found == level:
                with self.rejects(record["part"]).open("rb") as source:
                    source.seek(start)
                    while length:
                        some = source.read(min(length, AT_ONCE))
                        target.write(some)
                        length -= len(some)

    def finish(self, manifest: Json, summary: Json) -> None:
        """The last files; then what was only for going on is removed, and parts that are none of these."""
        parts = {part["name"] for part in manifest["parts"]}
        for folder in (ANSWERS, FINDINGS):
            for path in (self.out / folder).glob("part-*"):
                if path.stem not in parts:
                    path.unlink(missing_ok=True)
        write_json(self.out / SUMMARY, summary)
        write_json(self.out / MANIFEST, manifest)
        self.clean()

    def clean(self) -> None:
        """Remove what a finished OUT has no need of: notes, and parts of a run that was cut short."""
        shutil.rmtree(self.work, ignore_errors=True)
        for rest in self.out.rglob(f"*{PART}"):
            rest.unlink(missing_ok=True)


def given(out: Path, stream: BinaryIO) -> Path:
    """The file of what came in by standard input, written whole before anything is decided, so that a run can go on.

    Its first lines tell what it is: lines of JSON, one JSON document, or else separated text.
    """
    folder = out / GIVEN
    for path in folder.glob("standard-input.*"):
        return path
    first = stream.read(FIRST)
    if first.startswith(PACKED_MARKS):
        raise refused("standard input", "packed data or a table", "plain CSV or NDJSON, or the path of a file")
    lines = first.lstrip(b"\xef\xbb\xbf \t\r\n").splitlines()[:2] or [b""]
    is_json, cut = lines[0].startswith((b"{", b"[")), len(lines) == 1 and len(first) == FIRST
    by_line = (cut and lines[0].startswith(b"{")) or is_by_line(lines[0], b"".join(lines[1:2]))
    kind = "csv" if not is_json else "ndjson" if by_line else "json"

    def write(part: Path) -> None:
        with part.open("wb") as file:
            file.write(first)
            shutil.copyfileobj(stream, file, AT_ONCE)

    folder.mkdir(exist_ok=True)
    whole(folder / f"standard-input.{kind}", write)
    return folder / f"standard-input.{kind}"


def mapping_of(out: Path, manifest: Json, rulebook: Rulebook) -> ColumnMapping | None:
    """The mapping by which an OUT is made, None where it is made without; raises Refused where it is another one."""
    digest = manifest["options"].get("mapping")
    if digest is None:
        return None
    mapping = load_mapping(out / MAPPING, rulebook)
    if mapping.digest != digest:
        raise refused(out / MAPPING, f"the mapping {mapping.digest}", f"{digest}, by which the answers were begun")
    return mapping


def opened(out: Path, resume: bool) -> Json | None:
    """The manifest of an OUT to go on with, None for a new one; raises Refused where something else is there."""
    manifest = read_json(out / MANIFEST)
    if isinstance(manifest, dict) and resume:
        return manifest
    inside = {path.name for path in out.iterdir() if path.suffix != PART} - {LOCK}
    begun = {ANSWERS, FINDINGS, WORK, KNOWLEDGE, GIVEN, MAPPING}
    if inside and not (resume and inside <= begun):
        raise refused(out, "a folder that is not empty", "a new folder, or --resume to continue what was begun")
    return None
