"""Proposes what the columns and texts of a file are, by their names, labels and codes; nothing of it is applied yet."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...columns.look import Look, SeenColumn, days_written, in_order, is_unique
from ...columns.mapped import with_point
from ...errors import near, surely
from ...facts import UNKNOWN as UNKNOWN
from ...facts import Misspelt, is_missing, read_value
from ...mapping import ROW, folded
from ...rulebook import Rulebook, Term
from ..batch.recognised import is_like_id
from . import words
from .dictionary import RedcapField, checkbox_of, field_of
from .draft import Answer, MappingDraft

CASE = "case"
_WORD = re.compile(r"\w+")
FEW = 40  # texts of a column of which each is asked


@dataclass(frozen=True)
class Known:
    """What proposals rest on: the rulebook, and the data dictionary of a project, where there is one."""

    rulebook: Rulebook
    fields: Mapping[str, RedcapField] = field(default_factory=dict)

    def label(self, seen: SeenColumn) -> str:
        """What the file or its dictionary says that a column is."""
        found = field_of(seen.name, self.fields)
        return found.label if found else seen.label

    def codes(self, seen: SeenColumn) -> Mapping[str, str]:
        """What the file or its dictionary says that the codes of a column mean."""
        found = field_of(seen.name, self.fields)
        return found.codes if found and found.kind != "checkbox" else seen.codes


def propose(seen: Look, known: Known, draft: MappingDraft) -> MappingDraft:
    """The draft with a proposal, or an open answer, for every column and text that it has not decided."""
    spoken = _spoken(draft)
    columns = [one for one in seen.columns if one.name not in spoken]
    _boxes([one for one in columns if checkbox_of(one.name, known.fields)], known, draft)
    spoken = _spoken(draft)
    _columns([one for one in columns if one.name not in spoken], known, draft)
    spoken = _spoken(draft)
    for column in columns:
        if column.name not in spoken:
            draft.left_out[column.name] = _why_left_out(column)
    by_name = {one.name: one for one in seen.columns}
    for name, answer in [*draft.columns.items()]:
        term = known.rulebook.terms.get(answer.text)
        if term is not None and term.finding and name in by_name:
            add_values(draft, term, by_name[name], known)
    return draft


def _spoken(draft: MappingDraft) -> set[str]:
    """The columns of which a draft says something."""
    own = (draft.id, *draft.long.values(), *(draft.visit[name] for name in ("column", "date") if name in draft.visit))
    return {one.text for one in own} | {*draft.columns, *draft.checkboxes, *draft.keep, *draft.left_out}


def _why_left_out(column: SeenColumn) -> Answer:
    """Why a column is left out, where that is plain; else nobody knows yet."""
    name = column.name.casefold()
    if name in words.REDCAP:
        return Answer(words.OF_REDCAP, True)
    if name.endswith((words.COMPLETE, words.COMPLETE_LABEL)) and {*map(folded, column.texts)} <= words.STATES:
        return Answer(words.STATUS, True)
    return Answer("" if column.filled else words.EMPTY)


# --- ids, visits, long tables ----------------------------------------------------------------------------------------


def propose_writing(seen: Look, draft: MappingDraft) -> None:
    """Propose how the text is written, where that is unusual."""
    if seen.written.encoding and draft.encoding is None:
        draft.encoding = Answer(seen.written.encoding)
    if seen.written.separator and draft.separator is None:
        draft.separator = Answer(seen.written.separator)


def propose_ids(seen: Look, known: Known, draft: MappingDraft) -> None:
    """Propose the column of the ids, and where it has an id several times, what tells the visits apart."""
    names = [one.name for one in seen.columns]
    first = next(iter(known.fields), "")
    if not draft.id.text:
        like = [name for name in names if is_like_id(name) and name not in known.rulebook.terms]
        chosen = CASE if CASE in names else first if first in names else "".join(like[:1] or _unique(seen, known))
        draft.id = Answer(chosen, chosen in (CASE, first)) if chosen else Answer(ROW)
    if draft.id.text == ROW or draft.visit or draft.id.text not in names or is_unique(seen.table, [draft.id.text]):
        return
    for column in seen.columns:
        if folded(column.name) in words.EVENTS and column.all_texts and column.distinct <= FEW:
            draft.visit = {"column": Answer(column.name)}
            draft.order = [Answer(text) for text in in_order(seen, column.name)]
            break
    _propose_day(seen, draft)
    if draft.visit and any(term.lasts for term in known.rulebook.findings):
        draft.visit["takes over"] = Answer("no")


def _unique(seen: Look, known: Known) -> list[str]:
    """The first column, where it has a text of its own in each row and is no finding."""
    column = next(iter(seen.columns), None)
    if column is None or column.distinct < seen.rows or near_column(column.name, known.rulebook.finding_names):
        return []
    return [column.name]


def _propose_day(seen: Look, draft: MappingDraft) -> None:
    for column in seen.columns:
        if formats := days_written(column.texts):
            draft.visit |= {"date": Answer(column.name), "written": Answer(formats[0], len(formats) == 1)}
            draft.order = []
            return


def propose_long(seen: Look, known: Known, draft: MappingDraft) -> None:
    """Propose that each row is one answer, where the texts of a column are the names of findings."""
    names = known.rulebook.finding_names
    if draft.long or len(seen.columns) > FEW or any(near_column(one.name, names) for one in seen.columns):
        return
    for column in seen.columns:
        heard = [text for text in column.texts if surely(text, names) or known.fields.get(text)]
        if len(heard) > 1 or (heard and folded(column.name) in words.ITEMS):
            others = [one.name for one in seen.columns if one.name != column.name and not is_like_id(one.name)]
            values = [name for name in others if folded(name) in words.ANSWERS] or others[-1:]
            sure = folded(column.name) == words.ITEMS[0] and values[:1] == [words.ANSWERS[0]]
            draft.long = {"item": Answer(column.name, sure), "value": Answer("".join(values[:1]), sure)}
            return


# --- columns ---------------------------------------------------------------------------------------------------------


def near_column(name: str, names: Sequence[str]) -> bool:
    """Whether a column is named as a finding is, or almost so."""
    return bool(surely(name, names))


def _columns(columns: Sequence[SeenColumn], known: Known, draft: MappingDraft) -> None:
    """Give each column the finding that its name or label says, each finding once, the surest first."""
    taken = {one.text for one in draft.columns.values()}
    filled = [column for column in columns if column.filled and not days_written(column.texts)]
    # Of a name that was split into several, nobody can know which of its parts is meant.
    open_ones = [column for column in filled if not surely(column.name, known.rulebook.split_names)]
    for sure in (0, 1, 2):
        for column in open_ones:
            if column.name in draft.columns:
                continue
            names = (name for name in _finding(column, known, sure) if name not in taken)
            found = next((name for name in names if sure < 2 or _speaks_of(column, known, name)), "")
            if found:
                draft.columns[column.name] = Answer(found, sure == 0)
                taken.add(found)


def _speaks_of(column: SeenColumn, known: Known, name: str) -> bool:
    """Whether a text of a column could be a value of a finding."""
    term, codes = known.rulebook.terms[name], known.codes(column)
    decimal = "," if any(map(_has_comma, column.texts)) and term.domain.kind == "number" else ""
    answers = (value_of(term, codes.get(text) or with_point(text, decimal), False) for text in column.texts)
    return any(one.text not in ("", UNKNOWN) for one in answers)


def _finding(column: SeenColumn, known: Known, sure: int) -> Iterator[str]:
    """The findings that a column may have: by its very name, by one that is surely meant, by one that is alike."""
    book = known.rulebook
    if sure == 0:
        lower = {name.casefold(): name for name in (*book.finding_names, *book.former_names)}
        name = lower.get(column.name.casefold(), "")
        if name:
            yield book.former_names.get(name, name)
        return
    asked = {term.ask: term.name for term in book.findings}
    coded = {code: term.name for term in book.findings for code in term.codes}
    for text in filter(None, (column.name, known.label(column))):
        yield from (
            coded[code] for code in coded if folded(text) in folded(code).split() or folded(text) == folded(code)
        )
        find = surely if sure == 1 else near
        yield from find(text, book.finding_names)
        yield from _named_in(text, book.finding_names, anywhere=sure == 2)
        yield from (asked[one] for one in find(text, list(asked)))


def _named_in(text: str, names: Iterable[str], anywhere: bool) -> list[str]:
    """The names with which a text begins, or that stand anywhere in it, the longest first: `age` in `Age in years`."""
    words = _WORD.findall(text.casefold())
    found = [
        name
        for name in names
        if any(
            words[start : start + len(own)] == own
            for own in [_WORD.findall(name.casefold())]
            for start in range(len(words) if anywhere else 1)
        )
    ]
    return sorted(found, key=len, reverse=True)


def _boxes(columns: Sequence[SeenColumn], known: Known, draft: MappingDraft) -> None:
    """Propose what the ticks of columns say: a yes/no finding of that name, or a value of the field's finding."""
    book = known.rulebook
    yes_no = [term.name for term in book.findings if term.domain.kind == "yes/no"]
    choices = [term.name for term in book.findings if term.domain.kind == "choice"]
    for column in columns:
        found = checkbox_of(column.name, known.fields)
        if found is None or folded(found[1]) in words.NO_ANSWER:
            continue
        redcap, label = found
        names = near(label, yes_no)
        labels = [text for text in (redcap.name, redcap.label) if text]
        of_field = [name for text in labels for name in (*near(text, choices)[:1], *_named_in(text, choices, True))]
        value = next(iter(near(label, book.terms[of_field[0]].domain.values)), "") if of_field else ""
        if value:
            draft.checkboxes[column.name] = {of_field[0]: Answer(value)}
        elif names:
            draft.checkboxes[column.name] = {names[0]: Answer("yes")}


# --- values ----------------------------------------------------------------------------------------------------------


def add_values(draft: MappingDraft, term: Term, column: SeenColumn, known: Known) -> None:
    """Propose what the texts of a column say of its finding, as far as they do not say it themselves."""
    decided, codes = draft.values.get(term.name, {}), known.codes(column)
    if term.domain.kind == "number" and draft.decimal is None and any(map(_has_comma, column.texts)):
        draft.decimal = Answer(",")
    for text in dict.fromkeys((*codes, *column.texts)):
        key = folded(text)
        if is_missing(text) or key in {*map(folded, decided)} or key in {*map(folded, draft.missing)}:
            continue
        label = codes.get(text, "")
        decimal = draft.decimal.text if draft.decimal else ""
        own = read_value(term, with_point(text, decimal) if term.domain.kind == "number" else text)
        if (isinstance(own, Misspelt) or label) and len(decided) < FEW:
            answer = value_of(term, label or text, bool(label))
            if answer.text == UNKNOWN and not answer.decided and not text.isdecimal():
                draft.missing[text] = Answer(text)
            elif not (label and not answer.text and not isinstance(own, Misspelt)):
                decided = draft.values.setdefault(term.name, {})
                decided[text] = answer


def _has_comma(text: str) -> bool:
    return text.replace(",", "", 1).replace(".", "").isdecimal() and "," in text


def value_of(term: Term, text: str, by_label: bool) -> Answer:
    """What a text, or the label of a code, says of a finding; decided where a label is the value itself."""
    value = read_value(term, text)
    if value is not None and not isinstance(value, Misspelt):
        return Answer(str(value), by_label)
    word = folded(text)
    if word in words.NO_ANSWER:
        return Answer(UNKNOWN)
    if term.domain.kind == "yes/no" and (word in words.YES or word in words.NO):
        return Answer("yes" if word in words.YES else "no")
    return Answer("".join(near(text, term.domain.values)[:1]))
