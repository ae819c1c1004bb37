"""What a mapping says nothing of, over all parts of a batch: as the summary has it, and in words."""

from collections.abc import Iterable, Iterator, Mapping

from ...errors import Problem, counted, listed
from ...mapping import ColumnMapping
from ...record import Json
from .by_mapping import absent
from .parts import add_counts, first_counts

SHOWN = 6  # texts of a column


def mapping_counts(mapping: ColumnMapping, records: Iterable[Json]) -> Json:
    """The mapping, and what it says nothing of: rows of columns, texts of columns, and how often each."""
    columns: dict[str, int] = {}
    values: dict[str, dict[str, int]] = {}
    taken_over: dict[str, int] = {}
    for record in records:
        noted = record.get("mapping", {})
        add_counts(columns, noted.get("columns", {}))
        add_counts(taken_over, noted.get("taken over", {}))
        for column, texts in noted.get("values", {}).items():
            add_counts(values.setdefault(column, {}), texts)
    return {
        "file": mapping.file,
        "digest": mapping.digest,
        "unmapped columns": dict(sorted(columns.items())),
        "unmapped values": {column: first_counts(values[column]) for column in sorted(values)},
        "taken over": dict(sorted(taken_over.items())),
    }


def absent_columns(mapping: ColumnMapping | None, records: Iterable[Json]) -> Iterator[Problem]:
    """A problem for each column of a mapping that no case of any input has."""
    noted = [set(record["mapping"]["absent"]) for record in records if "mapping" in record]
    if mapping is None or not noted:
        return
    for column in sorted(set.intersection(*noted)):
        yield absent(mapping, column, "in any input")


def is_unmapped(counts: Mapping[str, Json]) -> bool:
    """Whether there is anything of which the mapping says nothing."""
    return bool(counts.get("unmapped columns") or counts.get("unmapped values"))


def in_lines(counts: Json) -> Iterator[str]:
    """The same for a person."""
    for column, count in counts["unmapped columns"].items():
        rows = f"{counted(count, 'row')} {'has' if count == 1 else 'have'} something in it"
        yield f"the column {column!r} is neither mapped nor left out, and was not read ({rows})"
    for column, texts in counts["unmapped values"].items():
        shown = listed([f"{text[:40]!r} ({count:,})" for text, count in texts.items()], SHOWN)
        yield f"the column {column!r} has texts that the mapping does not name{f': {shown}' if shown else ''}"
    for finding, count in counts["taken over"].items():
        yield f"{finding!r} was taken over from the visit before in {counted(count, 'case')}"
