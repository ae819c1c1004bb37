"""Lines of JSON (NDJSON) as tables of text, each cell as a single case would have it; the only file with msgspec.

msgspec reads what is in order; any line of which it is not sure is read as a single case is.
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import polars as pl

from ..document import MAX_BYTES
from ..errors import Problem, surely
from ..facts import EXPECTED, text_of, tidy
from ..none_of_these import NONE_OF_THESE, SEPARATOR
from .nested import found_in, names_from, plain
from .piece import REPEATED, Piece, Repeated, Rows, Spot, Vocabulary
from .program import CASE
from .text import Records, Source

COLUMNS = 1000  # keys that are no findings and have a column of their own
MORE = "more"  # the column of all further ones
NAMED = 100  # of which so many are named, and all that are surely alike to a finding
COMPARED = 2_000  # different ones that are compared letter by letter
SOURCE = "source"
_KEY = re.compile(rb'"\s*:')
_HALF = re.compile("[\ud800-\udfff]")


class JsonLines(Records):
    """The lines of a source."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.columns = vocabulary.names
        self.findings = names_from(vocabulary.types)
        self.slips: dict[str, bool] = {}

    def pieces(self, spot: Spot, most: int) -> Iterator[Piece]:
        """The cases from a spot on, in pieces of so many at most."""
        self.columns |= self._extra()
        yield from super().pieces(spot, most)

    def _extra(self) -> frozenset[str]:
        """The keys beside the vocabulary's that have a column: the first ones of the file, wherever it is read."""
        self.source.seek(0)
        data = self.source.read(self.source.block)
        lines = data[: data.rfind(b"\n") + 1 or len(data)].split(b"\n")
        found: dict[str, None] = {}
        for number, line in enumerate(lines, 1):
            value = None if _is_blank(line) or self._quick(line) is not None else self._slow(line, number)
            if isinstance(value, dict):
                found |= dict.fromkeys(key for key in value if key not in self.columns and key != MORE)
            if len(found) > COLUMNS:
                break
        return frozenset(list(found)[:COLUMNS])

    def _take(self, data: bytes, line: int, last: bool) -> tuple[int, Callable[[], Rows], int]:
        used = len(data) if last else data.rfind(b"\n") + 1
        lines = data[:used].split(b"\n")
        numbers = [number for number, text in enumerate(lines, line + 1) if not _is_blank(text)]
        return used, lambda: self._rows(lines, line + 1, numbers), len(numbers)

    # --- cells -------------------------------------------------------------------------------------------------------

    def _quick(self, line: bytes) -> dict[str, Any] | None:
        """What a line says where all is in order: texts, whole numbers, flags and nothing, under names of columns."""
        if len(line) > MAX_BYTES or line.rfind(b"{") or b"[" in line:
            return None
        try:
            value = _decode(line)
        except (ValueError, RecursionError, msgspec.MsgspecError):
            return None
        once = line.count(b":") == len(value) or len(_KEY.findall(line)) == len(value)
        return value if once and value.keys() <= self.columns else None

    def _slow(self, line: bytes, number: int) -> dict[str, Any] | Problem:
        """What any line says: also lists, mappings and REPEATED, and under other names."""
        parsed = self.vocabulary.parse(line, number)
        return parsed if isinstance(parsed, Problem) else _tidied(parsed)

    def _rows(self, lines: list[bytes], first: int, numbers: list[int]) -> Rows:
        values: list[dict[str, Any]] = []
        good: list[int] = []
        bad: dict[int, Problem] = {}
        odd: dict[str, dict[int, Any]] = {}
        further: dict[str, None] = {}
        always: dict[str, None] = {}
        for record, number in enumerate(numbers):
            value = self._quick(lines[number - first])
            if value is None:
                found = self._slow(lines[number - first], number)
                if isinstance(found, Problem):
                    bad[record] = found
                    continue
                value = found
                always |= self._take_out(value, len(values), odd)
                always |= self._gather(value, further)
            values.append(value)
            good.append(record)
        records = np.array(good, np.int64)
        places = np.array(numbers, np.int64)[records]
        broken = np.array(list(bad), np.int64)
        more = [*(always | dict.fromkeys(list(further)[:NAMED]))]
        return Rows(_table(values), places, records, list(bad.values()), broken, odd, more)

    def _take_out(self, value: dict[str, Any], row: int, odd: dict[str, dict[int, Any]]) -> dict[str, None]:
        """Make a text of what is several values, or put it aside where a single one is wanted.

        Gives back the findings in what is passed through as a text.
        """
        within: dict[str, None] = {}
        for key, one in value.items():
            if key == NONE_OF_THESE and isinstance(one, dict | list):
                value[key] = f"{SEPARATOR} ".join(item if isinstance(item, str) else json.dumps(item) for item in one)
            elif isinstance(one, dict | list | Repeated):
                value[key] = None
                if one is REPEATED or key.startswith(EXPECTED) or (key in self.vocabulary.names and key != SOURCE):
                    odd.setdefault(key if key in self.columns else MORE, {})[row] = one
                elif key != SOURCE:
                    value[key] = json.dumps(one, ensure_ascii=False)
                if one is not REPEATED and key not in self.vocabulary.names:
                    within |= dict.fromkeys(found_in(key, one, self.findings))
        return within

    def _gather(self, value: dict[str, Any], further: dict[str, None]) -> dict[str, None]:
        """Put keys that have no column of their own into the one they share; gives back those that are slips."""
        taken = {key: value.pop(key) for key in list(value) if key not in self.columns}
        if taken:
            value[MORE] = json.dumps(taken, ensure_ascii=False)
        if len(further) < NAMED:
            further |= dict.fromkeys(taken)
        return dict.fromkeys(key for key in taken if self._is_slip(key))

    def _is_slip(self, key: str) -> bool:
        """Whether a key is surely meant for a finding."""
        if key not in self.slips:
            if len(self.slips) >= COMPARED:
                return plain(key) in self.findings
            self.slips[key] = plain(key) in self.findings or bool(surely(key, self.findings.values()))
        return self.slips[key]


def _number(word: str) -> str:
    """A number with a point or an exponent as the text that a single case has of it."""
    number = float(word)
    return text_of(number) or word if -math.inf < number < math.inf else word


_decode = msgspec.json.Decoder(float_hook=_number).decode


def _tidied(value: Mapping[str, Any]) -> dict[str, Any]:
    """What a line says, its keys as all entrances have them, and each number as its text."""
    found: dict[str, Any] = {}
    for number, (written, one) in enumerate(value.items(), 1):
        key = tidy(_whole(written)) or f"column {number}"
        text = one if isinstance(one, str) else text_of(one)
        found[key] = REPEATED if key in found else one if text is None else _whole(text)
    return found


def _whole(text: Any) -> Any:
    """A text without halves of letters (such as \\ud800), which cannot be written."""
    return _HALF.sub("\ufffd", text)


def _is_blank(line: bytes) -> bool:
    return not line or (line.isspace() and len(line) <= MAX_BYTES)


def _table(values: list[dict[str, Any]]) -> pl.DataFrame:
    names = dict.fromkeys(chain([CASE], *values))
    schema = dict.fromkeys(names, pl.String())
    if not values:
        return pl.DataFrame(schema=schema)
    try:
        return pl.from_dicts(values, schema=schema, strict=False)
    except pl.exceptions.PolarsError:  # a number of more than 64 bits
        texts = [{key: text_of(one) for key, one in value.items()} for value in values]
        return pl.from_dicts(texts, schema=schema, strict=False)
