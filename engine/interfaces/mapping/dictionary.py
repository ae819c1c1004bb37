"""The data dictionary of a REDCap project: what each of its fields is called, asks and allows."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...document import Unreadable, decode
from ...errors import Place, Problem, listed
from ...facts import tidy
from ...mapping import MappingError

NAME, LABEL, TYPE, CHOICES = (
    ("variable / field name", "field_name"),
    ("field label", "field_label"),
    ("field type", "field_type"),
    ("choices, calculations, or slider labels", "select_choices_or_calculations"),
)
YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
LARGEST = 50_000_000
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class RedcapField:
    """A field of the dictionary; `codes` has for each code of a choice what it means."""

    name: str
    label: str
    kind: str
    codes: dict[str, str] = field(default_factory=dict)


def read_dictionary(path: Path) -> dict[str, RedcapField]:
    """The fields of a data dictionary, as REDCap exports it in CSV; raises MappingError."""
    try:
        text = decode(path.read_bytes(), Place(str(path)), LARGEST)
    except Unreadable as error:
        raise MappingError(error.problems) from None
    except OSError as error:
        raise MappingError(Problem(Place(str(path)), f"cannot be read ({error.strerror or error})")) from None
    rows = list(csv.reader(io.StringIO(text, newline="")))
    head = [tidy(cell).casefold().strip('"') for cell in rows[0]] if rows else []
    places = [next((head.index(one) for one in names if one in head), -1) for names in (NAME, LABEL, TYPE, CHOICES)]
    if -1 in places:
        wanted = listed([names[0] for names in (NAME, LABEL, TYPE, CHOICES)])
        expected = f"the columns of a data dictionary of REDCap: {wanted}"
        raise MappingError(Problem(Place(str(path), 1), f"a head {', '.join(head)[:80]!r}", expected))
    found = [_field(*(row[place] for place in places)) for row in rows[1:] if len(row) > max(places)]
    return {one.name: one for one in found if one.name}


def _field(name: str, label: str, kind: str, choices: str) -> RedcapField:
    kind = kind.strip().casefold()
    codes = YES_NO.get(kind) or (dict(_choices(choices)) if kind in ("radio", "dropdown", "checkbox") else {})
    return RedcapField(name.strip(), tidy(_TAG.sub(" ", label)), kind, dict(codes))


def _choices(text: str) -> Iterator[tuple[str, str]]:
    """The codes of `1, Yes | 0, No`."""
    for part in text.replace("\n", "|").split("|"):
        code, comma, label = part.partition(",")
        if comma:
            yield code.strip(), tidy(_TAG.sub(" ", label))


def checkbox_of(column: str, fields: Mapping[str, RedcapField]) -> tuple[RedcapField, str] | None:
    """The field and the label of the choice whose tick a column has, in the raw export or that with labels."""
    name, mark, code = column.partition("___")
    if mark and name in fields:
        codes = {key.casefold().replace("-", "_"): label for key, label in fields[name].codes.items()}
        return fields[name], codes.get(code.casefold(), code)
    label, mark, choice = column.removesuffix(")").partition(" (choice=")
    return (_by_label(label, fields) or RedcapField(label, label, "checkbox"), choice) if mark else None


def _by_label(label: str, fields: Mapping[str, RedcapField]) -> RedcapField | None:
    return next((one for one in fields.values() if one.label == tidy(label)), None)


def field_of(column: str, fields: Mapping[str, RedcapField]) -> RedcapField | None:
    """The field of a column, by its name or, in an export with labels, by its label."""
    return fields.get(column) or _by_label(column, fields)
