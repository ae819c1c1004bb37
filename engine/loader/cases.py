"""A mapping of term to value as a Case: what is at fault is left out and reported; the rest stays."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..case import Answer, Case, Value
from ..document import Fields, Items, Node, Text
from ..errors import CaseError, Place, Problem
from ..expected import read_expected
from ..facts import (
    EXPECTED,
    Misnamed,
    Misspelt,
    cannot_be,
    differs,
    is_missing,
    kind_of,
    plain,
    read_name,
    read_value,
    text_of,
    tidy,
)
from ..language import TERM
from ..none_of_these import NONE_OF_THESE, added, read_groups
from ..rulebook import Rulebook, Term, facts_in_order
from ..semantics import impossibilities
from .problem_collector import MANY, ProblemCollector

ID = "case"
NO_FOLDER: Mapping[str, str | None] = {}


@dataclass(frozen=True)
class CaseEntry:
    """One key of a case with what stands there: a text, a list of texts, a mapping, or None for nothing.

    A key that stands there `twice` has no value that could be trusted.
    """

    key: str
    value: object
    place: Place
    twice: bool = False


def entries_of(node: Fields) -> list[CaseEntry]:
    """The entries of a case in a document's tree."""
    again = {key.value for key in node.again}
    return [CaseEntry(key.value, _loose(value), value.place, key.value in again) for key, value in node.entries]


def _loose(node: Node) -> object:
    if isinstance(node, Text):
        return None if node.blank else node.value
    if isinstance(node, Items):
        return [_loose(item) for item in node.items]
    return {key.value: _loose(value) for key, value in node.entries}


def case_of(rulebook: Rulebook, answers: object, name: object) -> Case:
    """The case of a mapping that a program hands over; raises CaseError with every problem."""
    text = text_of(name)
    if text is None:
        raise CaseError([Problem(Place("case"), f"the id of a case is {kind_of(name)}", "one text")])
    text = _shown(text)
    place, entries, odd = Place(text), [], []
    for key, value in _items(answers, place):
        read = text_of(key)
        if read is None:
            odd.append(Problem(place, f"{kind_of(key)} is not a finding", "the name of a finding, as a text"))
        else:
            entries.append(CaseEntry(read, value, place))
    case = make_case(entries, rulebook, place, text)
    if odd or case.problems:
        raise CaseError([*odd, *case.problems])
    return case


def _items(answers: Any, place: Place) -> list[tuple[object, object]]:
    """The pairs of a mapping, or of what has them as one does, such as a row of pandas."""
    try:
        return [(key, value) for key, value in answers.items()]
    except Exception as error:  # whatever a class of somebody's own does
        expected = "a mapping of findings to values"
        raise CaseError([Problem(place, f"answers of type {type(answers).__name__}", expected)]) from error


def make_case(
    entries: Iterable[CaseEntry],
    rulebook: Rulebook,
    place: Place,
    name: str,
    folder: Mapping[str, str | None] = NO_FOLDER,
    key_of_id: str = ID,
) -> Case:
    """The case that the entries make; `name` is its id where it gives none under `key_of_id`.

    `folder` is what the names of its folders say; where the case says otherwise itself, neither counts.
    """
    reader = _Reader(rulebook, name)
    for entry in _with_folder(reader.collector, _named(_once(reader, entries), key_of_id), folder, rulebook, place):
        reader.take(entry)
    reader.settle()
    reader.hear_folder([CaseEntry(key, text, place) for key, text in folder.items() if key in rulebook.finding_names])
    reader.answer_groups()
    reader.leave_out_impossible(place)
    return Case(
        id=reader.texts[ID],
        facts=facts_in_order(rulebook, reader.facts),
        place=place,
        says=reader.texts["says"],
        sources=tuple(reader.sources),
        expected=reader.expected or None,
        problems=tuple(reader.collector.problems),
        at_fault=reader.at_fault,
        none_of_these=reader.none_of_these,
        renamed=reader.renamed,
    )


def _once(reader: "_Reader", entries: Iterable[CaseEntry]) -> Iterable[CaseEntry]:
    """The entries, each key as `tidy` has it and as it is called today; what is the same then is twice."""
    found: dict[str, CaseEntry] = {}
    for entry in entries:
        said = tidy(entry.key)
        head = EXPECTED if said.startswith(EXPECTED) else ""
        bare = said.removeprefix(head)
        key = head + reader.rulebook.former_names.get(bare, bare)
        if key != said and not is_missing(entry.value):
            reader.renamed[bare] = key.removeprefix(head)
        if key in found:
            reader.collector.note(entry.place, f"{key[:80]!r} stands here twice", "each key once")
        found[key] = replace(found.get(key, entry), key=key, twice=entry.twice or key in found)
    return found.values()


def _named(entries: Iterable[CaseEntry], key_of_id: str) -> Iterator[CaseEntry]:
    """The entries with the id under its own key; what stands there otherwise is not an id then."""
    for entry in entries:
        if entry.key == key_of_id:
            yield replace(entry, key=ID)
        elif entry.key != ID:
            yield entry


def _with_folder(
    collector: ProblemCollector,
    entries: Iterable[CaseEntry],
    folder: Mapping[str, str | None],
    rulebook: Rulebook,
    place: Place,
) -> Iterator[CaseEntry]:
    """The entries with those that the folder gives of what is not a finding, and that are not there."""
    given = {key: text for key, text in folder.items() if key not in rulebook.finding_names and not is_missing(text)}
    for entry in entries:
        text = None if is_missing(entry.value) and not entry.twice else given.pop(entry.key, None)
        if text is not None and text_of(entry.value) != text and not entry.twice:
            collector.problems.append(differs(entry.key, entry.value, text, entry.place))
        yield replace(entry, value=given.pop(entry.key)) if entry.key in given else entry
    yield from (CaseEntry(key, text, place) for key, text in given.items())


def fault_of(entry: CaseEntry, rulebook: Rulebook) -> Problem | None:
    """What is wrong with an answer, or with an expected one, by itself."""
    reader = _Reader(rulebook, "")
    reader.take_answer(entry)
    return reader.collector.problems[0] if reader.collector.problems else None


class _Reader:
    """Reads the entries of one case: its facts, what was expected of it, and which findings are at fault."""

    def __init__(self, rulebook: Rulebook, name: str) -> None:
        self.rulebook = rulebook
        self.texts = {ID: name, "says": ""}
        self.sources: list[str] = []
        self.collector = ProblemCollector()
        self.facts: dict[str, Value] = {}
        self.expected: dict[str, Answer] = {}
        self.at_fault: dict[str, Value | None] = {}
        self.doubts: dict[str, list[Value | None]] = {}
        self.perhaps: dict[str, None] = {}
        self.groups: tuple[str, ...] = ()
        self.none_of_these: dict[str, tuple[str, ...]] = {}
        self.renamed: dict[str, str] = {}

    def take_groups(self, entry: CaseEntry) -> None:
        """Read the groups of which "none of these" is said; where they stand twice, neither counts."""
        if not entry.twice:
            self.groups, problems = read_groups(self.rulebook, entry.value, entry.place)
            self.collector.problems += problems

    def answer_groups(self) -> None:
        """Add what "none of these" says; nothing of a finding that is answered, or at fault."""
        found = added(self.rulebook, self.facts, self.groups, self.at_fault)
        self.facts |= found
        terms = self.rulebook.terms
        self.none_of_these = {
            group: tuple(name for name in found if terms[name].group == group) for group in self.groups
        }

    def take(self, entry: CaseEntry) -> None:
        """Read one entry."""
        if entry.key in self.texts:
            said = "" if entry.twice else _text(self.collector, entry)
            self.texts[entry.key] = said or self.texts[entry.key]
        elif entry.key == "source":
            self.sources += _sources(self.collector, entry)
        else:
            self.take_answer(entry)

    def take_answer(self, entry: CaseEntry) -> None:
        """Read an entry that answers something, or says what is expected."""
        if entry.key == NONE_OF_THESE:
            self.take_groups(entry)
            return
        if entry.key.startswith(EXPECTED):
            if not entry.twice:
                _expect(self.collector, entry, self.rulebook, self.expected)
            return
        if is_missing(entry.value) and not entry.twice:
            return  # nothing is said, whatever of
        many = len(self.collector.problems) >= MANY
        term = read_name(self.rulebook, entry.key, entry.place, suggest=not many)
        if isinstance(term, Misnamed):
            self.collector.problems.append(term.problem)
            self._misnamed(term, entry)
        else:
            self._answer(term, entry)

    def _answer(self, term: Term, entry: CaseEntry) -> None:
        value = None if entry.twice else read_value(term, entry.value, entry.place)
        if isinstance(value, Misspelt):
            self.collector.problems.append(value.problem)
            self.doubts.setdefault(term.name, []).append(value.meant)
        elif entry.twice:
            self.doubts.setdefault(term.name, []).append(None)
        elif value is not None:
            self.facts[term.name] = value

    def _misnamed(self, found: Misnamed, entry: CaseEntry) -> None:
        """What stands under a name that no finding has: the answer of the one that is meant, or perhaps of several."""
        if len(found.meant) == 1 and not entry.twice:
            value = read_value(self.rulebook.terms[found.meant[0]], entry.value)
            meant = value.meant if isinstance(value, Misspelt) else value
            self.doubts.setdefault(found.meant[0], []).append(meant)
        else:
            self.perhaps |= dict.fromkeys(found.meant)

    def settle(self) -> None:
        """Take out of the facts what is in doubt."""
        for name, values in self.doubts.items():
            alone = name not in self.facts and len(values) == 1
            self.facts.pop(name, None)
            self.at_fault[name] = values[0] if alone else None
        for name in self.perhaps:
            if name not in self.facts:
                self.at_fault.setdefault(name, None)

    def hear_folder(self, entries: Iterable[CaseEntry]) -> None:
        """Add what the names of folders say of findings, beside what is at fault in the case itself."""
        for entry in entries:
            term = self.rulebook.terms[entry.key]
            value = read_value(term, entry.value, entry.place)
            if isinstance(value, Misspelt):
                self.collector.problems.append(value.problem)
                self.at_fault[term.name] = None if term.name in self.at_fault else value.meant
            elif value is not None and self.facts.setdefault(term.name, value) != value:
                problem = differs(term.name, self.facts.pop(term.name), entry.value, entry.place)
                self.collector.problems.append(problem)
                self.at_fault[term.name] = None

    def leave_out_impossible(self, place: Place) -> None:
        """Take out of the facts what is together impossible."""
        contradicted: set[str] = set()
        for law in impossibilities(self.rulebook, self.facts):
            self.collector.problems.append(cannot_be(law, self.facts, place))
            contradicted |= law.condition.terms()
        for name in contradicted & set(self.facts):
            del self.facts[name]
            self.at_fault[name] = None


def _is(kind: type, value: object) -> bool:
    """What isinstance says, of the type itself: a class of somebody's own may lie about it, or raise."""
    return issubclass(type(value), kind)


def _text(collector: ProblemCollector, entry: CaseEntry) -> str:
    text = text_of(entry.value)
    if text is not None:
        return _shown(text)
    if plain(entry.value) is not None:
        collector.note(entry.place, f"`{entry.key}` is not text", "one text")
    return ""


def _shown(text: str) -> str:
    """A text on one line, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in tidy(text))


def _sources(collector: ProblemCollector, entry: CaseEntry) -> list[str]:
    if is_missing(entry.value):
        return []
    items: Any = entry.value if _is(list, entry.value) else [plain(entry.value)]
    parts = [item if _is(dict, item) else {item: ""} if type(item) is str else {} for item in items]
    if not all(len(part) == 1 and all(isinstance(text, str) for text in part.values()) for part in parts):
        collector.note(entry.place, "`source` is not a list of sources", "`- KEY: the place in it` in each line")
        return []
    return [_shown(f"{key}: {place}" if place else key) for part in parts for key, place in part.items()]


def _expect(collector: ProblemCollector, entry: CaseEntry, rulebook: Rulebook, expected: dict[str, Answer]) -> None:
    name = entry.key.removeprefix(EXPECTED)
    term = rulebook.terms.get(name)
    if term is None or term.finding or term.built_in:
        suggestion = collector.nearest(name, [conclusion.name for conclusion in rulebook.conclusions])
        unknown = ("", "") if term else (TERM, name)
        collector.note(entry.place, f"{name[:80]!r} is not a conclusion", "a conclusion", suggestion, unknown)
        return
    answer = read_expected(term, entry.value, entry.place)
    if isinstance(answer, Misspelt):
        collector.problems += [answer.problem, *answer.also]
    elif answer is not None:
        expected[name] = answer
