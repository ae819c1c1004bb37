"""Changes that touch many files of a knowledge base: a rename, an answer for saved cases, a rule that is retired.

Each gives the files as they would be; nothing is written before all of them are read without a problem.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..case import Case
from ..digests import canonical
from ..document import quoted, write
from ..errors import LumbarError, Place, Problem, listed, nearest
from ..facts import Misspelt, read_value, tidy
from ..language import Condition
from ..loader import load_files
from ..loader.stack import BENEATH
from ..rulebook import Rule, Rulebook, Term
from ..semantics import HOLDS, decide, mark_condition
from .occurrences import (
    REVIEWS,
    body_of,
    phrase_with,
    replaced,
    rule_edits,
    table_with,
    term_edits,
    texts_of,
    value_edits,
    with_field,
    with_former_name,
)

DECIDES = {
    "terms": ("name", "domain", "asked_if", "otherwise", "screening_for"),
    "rules": ("condition", "then", "outranks"),
    "laws": ("condition",),
    "impossible": ("condition",),
}
"""What decides in each kind of record."""
FORMERLY, VALUES_FORMERLY = "formerly", "values formerly"


class NotDone(LumbarError):
    """What was asked for cannot be done; nothing is written."""


@dataclass(frozen=True)
class FilesChange:
    """The files that would be different, name to text, None for one that goes; and the rulebook that they are."""

    files: Mapping[str, str | None]
    after: Rulebook
    says: str
    places: int


# --- renaming --------------------------------------------------------------------------------------------------------


def rename(files: Mapping[str, bytes], rulebook: Rulebook, old: str, new: str) -> FilesChange:
    """Rename a term, a value (`TERM: VALUE`) or a rule, everywhere.

    Raises NotDone, Unplaceable or KnowledgeError, and then nothing is different.
    """
    old, new = tidy(old), tidy(new)
    if old == new:
        raise _refused(f"{old!r} is its name already", "another name")
    term, colon, value = (part.strip() for part in old.partition(":"))
    if record := rulebook.terms.get(term if colon else old) or rulebook.rules.get(old):
        _refuse_beneath(rulebook, record.name if isinstance(record, Term) else record.id, record)
    if colon:
        return _rename_value(files, rulebook, _term(rulebook, term), value, new)
    if old in rulebook.terms:
        return _rename_term(files, rulebook, _term(rulebook, old), new)
    if old in rulebook.rules:
        return _rename_rule(files, rulebook, old, new)
    known = [*rulebook.terms, *rulebook.rules]
    raise _refused(f"{old!r} is not a term or a rule", "a term, `TERM: VALUE`, or a rule", nearest(old, known))


def _term(rulebook: Rulebook, name: str) -> Term:
    term = rulebook.terms.get(name)
    if term is None or term.built_in:
        raise _refused(f"{name!r} is not a term of these files", "a term", nearest(name, rulebook.terms))
    return term


def _refuse_beneath(rulebook: Rulebook, name: str, record: Term | Rule) -> None:
    """Raise for what a layer beneath says, which stays as it is."""
    if rulebook.is_beneath(record.place):
        raise _refused(f"{name!r} stands beneath this layer ({record.place})", "a name of this layer")


def _rename_term(files: Mapping[str, bytes], rulebook: Rulebook, term: Term, new: str) -> FilesChange:
    if new in rulebook.terms or new in rulebook.names_of_before:
        raise _refused(f"{new!r} is the name of a term, or was one", "a name that was never used")
    old, before = term.name, texts_of(files)
    after, places = dict(before), 0
    for name, text in before.items():
        edits = [*term_edits(name, text, rulebook.terms, old, new)]
        after[name] = replaced(text, edits) if edits else text
        places += len(edits)
        if name.endswith(".csv"):
            after[name] = table_with(text, lambda head: new if head.strip() == old else head, _same)
            places += after[name] != text
    after[term.place.file] = _noted(after[term.place.file], term.place.file, new, FORMERLY, old, "[]")
    change = _change(before, after, rulebook, f"{old!r} becomes {new!r}", places)
    _check_same(rulebook, change.after, old, new)
    return change


def _same(_: str, cell: str) -> str:
    return cell


def _noted(text: str, file: str, term: str, key: str, entry: str, brackets: str) -> str:
    body = body_of(file, text, term)
    if body is None:
        raise AssertionError(file)
    return with_field(text, body, key, quoted(entry, flow=True) if brackets == "[]" else entry, brackets)


def _rename_value(files: Mapping[str, bytes], rulebook: Rulebook, term: Term, old: str, new: str) -> FilesChange:
    if old not in term.domain.values:
        there, values = f"{old!r} is not a value of {term.name!r}", term.domain.values
        raise _refused(there, "one of its values", nearest(old, values))
    if new in term.domain.values or new in term.former_values:
        raise _refused(f"{new!r} is a value of {term.name!r}, or was one", "a value that was never used")
    before = texts_of(files)
    after, places = dict(before), 0

    def cell(head: str, found: str) -> str:
        return phrase_with(found, old, new) if head.strip() == term.name else found

    for name, text in before.items():
        edits = [*value_edits(name, text, term.name, old, new)]
        after[name] = replaced(text, edits) if edits else text
        places += len(edits)
        if name.endswith(".csv"):
            after[name] = table_with(text, str, cell)
            places += after[name] != text
    entry = f"{quoted(old, flow=True)}: {quoted(new, flow=True)}"
    after[term.place.file] = _noted(after[term.place.file], term.place.file, term.name, VALUES_FORMERLY, entry, "{}")
    return _change(before, after, rulebook, f"{term.name!r}: {old!r} becomes {new!r}", places)


def _rename_rule(files: Mapping[str, bytes], rulebook: Rulebook, old: str, new: str) -> FilesChange:
    rule = rulebook.rules[old]
    if rule.row:
        raise _refused(f"{old!r} is a row of a table", "its name changed in the table itself")
    if new in rulebook.rules or new in rulebook.used_names:
        raise _refused(f"{new!r} is the name of a rule, or was one", "a name that was never used")
    before = texts_of(files)
    after: dict[str, str | None] = dict(before)
    places = 0
    for name, text in before.items():
        edits = [*rule_edits(name, text, old, new)]
        after[name] = replaced(text, edits) if edits else text
        places += len(edits)
    file = rule.place.file
    card = after[file]
    after[file] = None
    after[f"{file.rpartition('/')[0]}/{new}.yaml"] = with_former_name(file, str(card), old)
    if (reviews := after.get(f"{REVIEWS}rules/{old}.yaml")) is not None:
        after |= {f"{REVIEWS}rules/{old}.yaml": None, f"{REVIEWS}rules/{new}.yaml": reviews}
    return _change(before, after, rulebook, f"the rule {old!r} becomes {new!r}", places)


def _check_same(before: Rulebook, after: Rulebook, old: str, new: str) -> None:
    """Raise unless the two say the same but for the name: what was not found would be another term now."""
    different = [kind for kind in DECIDES if _said(before, kind, old, new) != _said(after, kind)]
    if different:
        raise _refused(f"{', '.join(different)} would say something else than before", "a name that means nothing else")


def _said(rulebook: Rulebook, kind: str, old: str = "", new: str = "") -> list[str]:
    """All that decides in a part of a rulebook, where one name is called otherwise."""
    records = getattr(rulebook, kind).values()
    decides = [tuple(canonical(getattr(one, name)) for name in DECIDES[kind]) for one in records]
    return sorted(repr(_called(one, old, new)) for one in decides)


def _called(node: object, old: str, new: str) -> object:
    if isinstance(node, tuple | list):
        return tuple(_called(one, old, new) for one in node)
    return new if node == old else node


# --- answering -------------------------------------------------------------------------------------------------------


def answer(files: Mapping[str, bytes], rulebook: Rulebook, finding: str, value: str, where: Condition) -> FilesChange:
    """Give an answer to the saved cases for which a condition holds, and which have none; their expected answers stay.

    Raises NotDone where none is left to answer, and KnowledgeError.
    """
    term = _term(rulebook, finding)
    if not term.finding:
        raise _refused(f"{finding!r} is a conclusion", "a finding")
    read = read_value(term, value, Place("answer"))
    if read is None or isinstance(read, Misspelt):
        there = read.problem.there if isinstance(read, Misspelt) else "no answer"
        raise _refused(there, "one of its values")
    chosen = [case for case in rulebook.cases.values() if _is_chosen(rulebook, case, finding, where)]
    if not chosen:
        expected = "another `--where`"
        if rulebook.beneath and rulebook.beneath.cases:
            expected += "; `in cases beneath` of knowledge.yaml answers for the cases beneath"
        raise _refused(f"no saved case is without an answer to {finding!r} there", expected)
    before = texts_of(files)
    after = dict(before)
    for case in chosen:
        if case.place is not None:
            after[case.place.file] = with_answer_to(before[case.place.file], finding, quoted(str(read)))
    return _change(before, after, rulebook, f"{finding!r} is {read!r}", len(chosen))


def _is_chosen(rulebook: Rulebook, case: Case, finding: str, where: Condition) -> bool:
    if finding in case.facts or case.problems or case.place is None or rulebook.is_beneath(case.place):
        return False
    return mark_condition(where, decide(rulebook, case).state) == HOLDS


def with_answer_to(text: str, finding: str, value: str) -> str:
    """A saved case with an answer more: where the finding stands without one, else before what the case expects."""
    line, blank = f"{finding}: {value}", re.compile(rf"{re.escape(finding)}:[ \t]*(#.*)?\r?\n?")
    lines = (text if text.endswith("\n") else f"{text}\n").splitlines(keepends=True)
    if any(blank.fullmatch(one) for one in lines):
        return "".join(f"{line}\n" if blank.fullmatch(one) else one for one in lines)
    at = next((number for number, one in enumerate(lines) if one.startswith("expected")), len(lines))
    while at and not lines[at - 1].strip():
        at -= 1
    lines.insert(at, f"{line}\n")
    return "".join(lines)


# --- retiring --------------------------------------------------------------------------------------------------------


def retire(files: Mapping[str, bytes], rulebook: Rulebook, name: str, because: str, day: str) -> FilesChange:
    """Take a rule out and keep a record of it: its sentence, the reason, the day; its name is never used again.

    Of a rule beneath a layer the record says what is given up, and takes it out of the sum. Raises NotDone where
    another rule outranks it, and KnowledgeError.
    """
    rule = rulebook.rules.get(name)
    if rule is None:
        raise _refused(f"{name!r} is not a rule", "a rule", nearest(name, rulebook.rules))
    if rulebook.is_beneath(rule.place):
        return _retire_beneath(files, rulebook, rule, because, day)
    if rule.row:
        raise _refused(f"{name!r} is a row of a table", "the row taken out of the table")
    above = [other.id for other in rulebook.rules.values() if name in other.outranks]
    if above:
        raise _refused(f"{', '.join(above)} outranks it", "that line changed first")
    before = texts_of(files)
    record = _record(rule, because, day)
    after: dict[str, str | None] = {**before, rule.place.file: None, f"retired/{name}.yaml": record}
    return _change(before, after, rulebook, f"the rule {name!r} is retired", 1)


def _record(rule: Rule, because: str, day: str) -> str:
    return f"retired: {rule.id}\nsays: {quoted(rule.says)}\nbecause: {quoted(tidy(because))}\nday: {day}\n"


def _retire_beneath(files: Mapping[str, bytes], rulebook: Rulebook, rule: Rule, because: str, day: str) -> FilesChange:
    """Take a rule beneath out of the sum, by a record of the layer."""
    given = write({"gives up": [name if value is None else {name: value} for name, value in rule.then]})
    before = texts_of(files)
    after: dict[str, str | None] = {**before, f"retired/{rule.id}.yaml": _record(rule, because, day) + given}
    return _change(before, after, rulebook, f"the rule {rule.id!r} of {rule.layer!r} is retired in this layer", 1)


# --- what they share -------------------------------------------------------------------------------------------------


def _change(
    before: Mapping[str, str], after: "Mapping[str, str | None]", rulebook: Rulebook, says: str, places: int
) -> FilesChange:
    """The change, once its files are read without a problem; raises KnowledgeError."""
    files = {name: text for name, text in after.items() if text != before.get(name)}
    if beneath := sorted(name for name in files if name.startswith(BENEATH)):
        there = f"it stands in files beneath this layer ({listed(beneath, 3)}), which a layer leaves as they are"
        raise _refused(there, "what stands in this layer alone")
    whole = {name: text.encode() for name, text in after.items() if text is not None}
    return FilesChange(files, load_files(whole, rulebook.directory), says, places)


def _refused(there: str, expected: str, suggestion: str = "") -> NotDone:
    return NotDone([Problem(Place("not done"), there, expected, suggestion)])
