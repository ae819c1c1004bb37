"""A mapping beside a new export of the same source: what it speaks of that is no more, and what is new."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from ...columns.look import Look, SeenColumn
from ...columns.mapped import NOT_SAID, Mapper
from ...errors import Place, Problem, listed
from ...facts import text_of
from ...mapping import ColumnMapping, folded
from ...record import Json, JsonRecord
from ...rulebook import Rulebook
from ..batch.by_mapping import absent

SHOWN = 8  # texts of a column


@dataclass(frozen=True)
class MappingDifference(JsonRecord):
    """What differs: columns that are gone, columns that are new, new texts and texts that are gone, by column."""

    KEYS: ClassVar = {
        "gone": "columns gone",
        "new": "columns new",
        "new_texts": "texts new",
        "gone_texts": "texts gone",
    }

    gone: tuple[Problem, ...]
    new: tuple[str, ...]
    new_texts: dict[str, dict[str, int]]
    gone_texts: dict[str, list[str]]
    not_looked_at: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the mapping says something of all that was looked at, and all of it is there."""
        return not (self.gone or self.new or self.new_texts)

    def as_json(self) -> Json:
        """The difference as JSON has it."""
        return {"fits": self.fits, **super().as_json()}


def compare(mapping: ColumnMapping, seen: Look, rulebook: Rulebook, file: str) -> MappingDifference:
    """What differs between a mapping and a file."""
    mapper = Mapper(mapping, rulebook)
    there = {column.name: column for column in seen.columns}
    gone = tuple(absent(mapping, name, f"in {file}", list(there)) for name in mapping.read if name not in there)
    new = tuple(name for name, column in there.items() if name not in mapping.named and column.filled)
    new_texts: dict[str, dict[str, int]] = {}
    gone_texts: dict[str, list[str]] = {}
    for name, column in there.items():
        texts = dict(_unsaid(mapper, name, column))
        if texts:
            new_texts[name] = texts
        target = mapping.columns.get(name)
        said = mapping.values.get(target or "", {})
        whole = column.all_texts and not seen.cut
        lost = [text for text in said if text not in {*map(folded, column.texts)}] if whole else []
        if lost:
            gone_texts[name] = lost
    return MappingDifference(gone, new, new_texts, gone_texts, tuple(not_looked_at(seen, mapping.columns, file)))


def not_looked_at(seen: Look, columns: Iterable[str], file: str) -> Iterator[str]:
    """Where the look at a file ends: after so many rows, and after so many texts of some of its columns."""
    if seen.cut:
        yield f"{file}: only the first {len(seen.lines):,} rows are looked at"
    there = {column.name: column for column in seen.columns}
    for column in (there[name] for name in columns if name in there):
        if not column.all_texts:
            kept = f"only the {len(column.texts)} most frequent of {column.distinct:,} texts"
            yield f"{file}: of the column {column.name!r} {kept} are looked at"


def _unsaid(mapper: Mapper, name: str, column: SeenColumn) -> Iterator[tuple[str, int]]:
    """The texts of a column that the mapping does not say."""
    term = mapper.terms.get(mapper.mapping.columns.get(name, ""))
    for text, count in column.texts.items():
        if term is not None and mapper.meaning(term, text) is NOT_SAID:
            yield text_of(text) or text, count
        elif name in mapper.mapping.checkboxes and mapper.ticked(text) is NOT_SAID:
            yield text, count


def in_words(found: MappingDifference, mapping: ColumnMapping, file: str) -> Iterator[str]:
    """The same for a person."""
    yield from map(str, found.gone)
    for name in found.new:
        yield str(Problem(Place(file), f"a new column {name!r}", "it under `columns` or `left out` of the mapping"))
    for name, texts in found.new_texts.items():
        shown = listed([f"{text[:40]!r} ({count:,})" for text, count in texts.items()], SHOWN)
        yield str(Problem(Place(file), f"new in the column {name!r}: {shown}", "them under `values` of the mapping"))
    for name, lost in found.gone_texts.items():
        yield f"{file}: no longer in the column {name!r}: {listed([repr(text) for text in lost], SHOWN)}"
    yield from found.not_looked_at
    if found.fits:
        every = "every text that was looked at" if found.not_looked_at else "every text there"
        yield f"{mapping.file} fits {file}: it names every column and {every} ({mapping.digest})."
