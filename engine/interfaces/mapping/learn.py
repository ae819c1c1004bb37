"""One file whose mapping is learned: it is looked at, and looked at again once it is known how it is made."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from ...columns import inputs
from ...columns.look import Look, look, look_long
from ...columns.piece import Vocabulary, Written
from ...errors import Place, Problem, listed
from ...mapping import ROW, ColumnMapping, Long, MappingError
from ...rulebook import Rulebook
from ..batch.by_mapping import TABLES, parsed_line, written_as
from ..batch.options import kind_of
from .dictionary import RedcapField
from .draft import Answer, MappingDraft
from .propose import Known, propose, propose_ids, propose_long, propose_writing


class Learning:
    """A file beside a rulebook, and beside the data dictionary of its project where there is one.

    Raises MappingError for a file that no mapping can be made of, and Unusable for one that cannot be read.
    """

    def __init__(self, path: Path, rulebook: Rulebook, fields: dict[str, RedcapField] | None = None) -> None:
        self.path, self.name = path, inputs.shown(path)
        self.known = Known(rulebook, fields or {})
        kind = kind_of(path)
        if kind not in TABLES:
            raise MappingError(Problem(Place(self.name), "not a table", listed(TABLES)))
        self.kind = kind

    def formed(self, draft: MappingDraft) -> tuple[Look, MappingDraft]:
        """The file, and the draft with how it is made."""
        names = (*self.known.rulebook.terms, *self.known.rulebook.former_names, *self.known.fields)
        seen = self._look(draft, names)
        propose_writing(seen, draft)
        propose_long(seen, self.known, draft)
        propose_ids(seen, self.known, draft)
        return seen, draft

    def proposed(self, seen: Look, draft: MappingDraft) -> tuple[Look, MappingDraft]:
        """What is in the file, with its items as columns where each row is one answer; and the draft with all of it."""
        if draft.long and draft.id.text != ROW:
            long = Long(draft.long["item"].text, draft.long["value"].text)
            keys = [draft.id.text, *(draft.visit[name].text for name in ("column", "date") if name in draft.visit)]
            items = self._by_items(seen, long, tuple(keys))
            beside = [column.name for column in items.columns if column.name in seen.table.columns]
            draft.left_out = {name: Answer() for name in beside if name not in keys} | draft.left_out
            seen = items
        return seen, propose(seen, self.known, draft)

    def seen_by(self, mapping: ColumnMapping) -> Look:
        """What is in the file, read as a mapping says."""
        vocabulary = Vocabulary(partial(parsed_line, self.name))
        seen = look(self.path, self.kind, mapping.head, vocabulary, written_as(mapping))
        if mapping.long is None:
            return seen
        items = self._by_items(seen, mapping.long, mapping.keys)
        own = {mapping.long.item, mapping.long.value}
        return replace(items, columns=(*items.columns, *(column for column in seen.columns if column.name in own)))

    def _by_items(self, seen: Look, long: Long, keys: tuple[str, ...]) -> Look:
        """A file in which each row is one answer: its items as columns, and those columns that no row is read by."""
        items = look_long(seen, long, keys, self.name)
        known = {long.item, long.value, *(column.name for column in items.columns)}
        return replace(items, columns=(*items.columns, *(one for one in seen.columns if one.name not in known)))

    def _look(self, draft: MappingDraft, names: tuple[str, ...]) -> Look:
        written = None
        if draft.encoding or draft.separator:
            separator = draft.separator.text if draft.separator else ""
            written = Written(draft.encoding.text if draft.encoding else "", "\t" if separator == "tab" else separator)
        vocabulary = Vocabulary(partial(parsed_line, self.name))
        return look(self.path, self.kind, (*names, *draft.columns, *draft.left_out), vocabulary, written)
