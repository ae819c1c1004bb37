"""What calamine does not say about the sheets of a workbook: how far they reach, and cells without a value."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from .piece import Strange

AT_ONCE = 1 << 20
OVERLAP = 1 << 16  # bytes looked at twice: a formula has at most 8,192 letters
ERROR = Strange("an error of Excel", "a value")
NO_RESULT = Strange("a formula without its result", "a value, or the workbook calculated and saved by Excel")
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^>]*?\br=[\"']([A-Z]{0,3})(\d{1,7})[\"']")
_ERROR = re.compile(rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:</(?:\w+:)?c>|(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>))"
)
_AT = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_TEXT = re.compile(rb"\bt=[\"']str[\"']")
_TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s([^>]*)>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass
class Scanned:
    """Of a part with a sheet: how many cells it has up to its last row and column, and which cannot be read."""

    columns: set[bytes] = field(default_factory=lambda: {b"A"})
    last: int = 0
    strange: dict[tuple[int, int], Strange] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """How many cells, whether filled or not."""
        return max(map(number_of, self.columns)) * self.last

    def add(self, data: bytes) -> None:
        """Look at some of its XML."""
        found = _PLACE.findall(data)
        self.columns.update(column for column, _ in found)
        self.last = max([self.last, *(int(row) for _, row in found)])
        if b't="e"' in data or b"t='e'" in data:
            self._note((one[1] for one in _ERROR.finditer(data)), ERROR)
        if b"f>" in data or b"<f" in data:
            formulas = (one[1] for one in _FORMULA.finditer(data) if not (one[2] and _TEXT.search(one[1])))
            self._note(formulas, NO_RESULT)

    def _note(self, cells: Iterator[bytes], what: Strange) -> None:
        for cell in cells:
            if at := _AT.search(cell):
                self.strange.setdefault((int(at[2]) - 1, number_of(at[1]) - 1), what)


def scanned(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> Scanned:
    """What a part of the workbook has; raises BadZipFile where it is larger than declared."""
    found, rest = Scanned(), b""
    with archive.open(one) as part:
        while some := part.read(AT_ONCE):
            if one.filename.startswith("xl/worksheets/"):
                found.add(rest + some)
                rest = (rest + some)[-OVERLAP:]
    return found


def parts_of(archive: zipfile.ZipFile) -> dict[str, int]:
    """The place of each part with a sheet among the sheets of the workbook."""
    try:
        sheets = _tags(archive.read("xl/workbook.xml"))
        targets = {one.get("Id"): one.get("Target", "") for one in _tags(archive.read("xl/_rels/workbook.xml.rels"))}
    except KeyError:
        return {}
    ids = [next((one[key] for key in one if key.endswith(":id")), "") for one in sheets if "sheetId" in one]
    paths = [posixpath.normpath(posixpath.join("/xl", targets.get(one, ""))).lstrip("/") for one in ids]
    return {path: number for number, path in enumerate(paths)}


def _tags(data: bytes) -> list[dict[str, str]]:
    text = data.decode(errors="replace")
    return [{name: one or other for name, one, other in _ATTRIBUTE.findall(tag)} for tag in _TAG.findall(text)]


def number_of(column: bytes) -> int:
    """The number of a column: A is 1, AA 27."""
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
