"""The text of a mapping to a `ColumnMapping`, with every problem and every proposal that nobody has decided."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..case import Value
from ..document import Fields, Items, Node, Text, Unreadable, decode, read
from ..errors import Place, Problem, listed, near
from ..facts import EXPECTED, MISSING, Misnamed, Misspelt, read_name, read_value, tidy
from ..mapping import OPEN, ROW, UNTICKED, Checkbox, ColumnMapping, Long, MappingError, Visit, folded
from ..none_of_these import NONE_OF_THESE
from ..rulebook import Rulebook, Term
from .formats import DATES, LONG, MAPPING, VISIT, names
from .problem_collector import ProblemCollector

DECIDED = "the answer without its `?`, or another one"
Held = TypeVar("Held")


@dataclass(frozen=True)
class ParsedMapping:
    """What a text says: the mapping of all that is decided, the proposals that are not, and what is wrong."""

    mapping: ColumnMapping
    undecided: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def load_mapping(path: Path, rulebook: Rulebook) -> ColumnMapping:
    """The mapping of a file; raises MappingError, with every problem and every proposal in it."""
    parsed = parse_mapping(_bytes(path), str(path), rulebook)
    if parsed.problems or parsed.undecided:
        raise MappingError([*parsed.problems, *parsed.undecided])
    return parsed.mapping


def begun_mapping(path: Path, rulebook: Rulebook) -> ParsedMapping:
    """The same of a file in which proposals may stand; raises MappingError for what is wrong with the rest."""
    parsed = parse_mapping(_bytes(path), str(path), rulebook)
    if parsed.problems:
        raise MappingError(parsed.problems)
    return parsed


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        there = f"cannot be read ({error.strerror or error})"
        raise MappingError(Problem(Place(str(path)), there, "a mapping, as `lumbar map` writes it")) from None


def parse_mapping(data: bytes, file: str, rulebook: Rulebook) -> ParsedMapping:
    """What the text of a mapping says."""
    try:
        text = decode(data, Place(file))
        node, again = read(text, file)
    except Unreadable as error:
        raise MappingError(error.problems) from None
    parser = _Parser(rulebook, file)
    parser.collector.problems += again
    return ParsedMapping(parser.mapping(node, text), tuple(parser.undecided), tuple(parser.collector.problems))


class _Parser:
    """Takes one mapping apart."""

    def __init__(self, rulebook: Rulebook, file: str) -> None:
        self.rulebook, self.file = rulebook, file
        self.collector = ProblemCollector()
        self.undecided: list[Problem] = []
        self.places: dict[str, Place] = {}
        self.spoken: dict[str, Place] = {}  # where the texts of no answer stand, and findings under `values`

    def mapping(self, node: Node | None, text: str) -> ColumnMapping:
        """The mapping of a tree."""
        fields = self.collector.mapping(node, self.file, names(MAPPING)) or Fields((), Place(self.file))
        found = ColumnMapping(
            id=self._id(fields),
            columns=self._columns(fields),
            values=dict(self._values(fields)),
            checkboxes=dict(self._checkboxes(fields)),
            missing=tuple(self._missing(fields)),
            visit=self._visit(fields),
            long=self._long(fields),
            keep=tuple(self._names(self._texts(fields, "keep"))),
            left_out=dict(self._left_out(fields)),
            encoding=self._encoding(fields),
            separator=self._separator(fields),
            decimal=self._chosen(fields, "decimal", (",", ".")),
            places=self.places,
            text=text,
            file=self.file,
        )
        self._check(found)
        return found

    # --- texts and pairs ---------------------------------------------------------------------------------------------

    def _decided(self, fields: Fields, key: str) -> str:
        """The text under a key; none where it is a proposal."""
        node = fields.get(key)
        if isinstance(node, Text) and self._is_open(node, f"`{key}`"):
            return ""
        return self.collector.text(fields, key)

    def _chosen(self, fields: Fields, key: str, allowed: tuple[str, ...]) -> str:
        """The text under a key, which is one of some; none where it is a proposal."""
        node = fields.get(key)
        if isinstance(node, Text) and self._is_open(node, f"`{key}`"):
            return ""
        return self.collector.choice(fields, key, allowed)

    def _is_open(self, node: Text, of: str) -> bool:
        """Whether a text is a proposal; it is noted then."""
        if not node.value.endswith(OPEN):
            return False
        there = f"{of} is not decided" if node.value == OPEN else f"{of}: {node.value!r} is a proposal"
        expected = DECIDED if node.value != OPEN else "an answer"
        self.undecided.append(Problem(node.place, there, expected))
        return True

    def _texts(self, fields: Fields, key: str) -> Iterator[str]:
        node = fields.get(key)
        self.collector.texts(fields, key)
        for item in node.items if isinstance(node, Items) else ():
            if isinstance(item, Text) and not self._is_open(item, f"`{key}`"):
                yield item.value

    def _missing(self, fields: Fields) -> Iterator[str]:
        node = fields.get("missing")
        places = (
            {item.value: item.place for item in node.items if isinstance(item, Text)} if isinstance(node, Items) else {}
        )
        for text in self._texts(fields, "missing"):
            self.spoken[folded(text)] = places[text]
            yield folded(text)

    def _names(self, names: Iterator[str]) -> Iterator[str]:
        return map(tidy, names)

    def _pairs(self, fields: Fields, key: str) -> tuple[tuple[Text, Node], ...]:
        """The pairs of a mapping; their keys are columns or findings."""
        node = fields.get(key)
        if node is None or (isinstance(node, Text) and not node.value):
            return ()
        if not isinstance(node, Fields):
            self.collector.note(node.place, f"`{key}` is not a mapping", f"lines `name: answer` under `{key}:`")
            return ()
        return node.entries

    def _left_out(self, fields: Fields) -> Iterator[tuple[str, str]]:
        for key, node in self._pairs(fields, "left out"):
            if not isinstance(node, Text):
                self.collector.note(node.place, f"{key.value[:80]!r} has no single reason", "why it is not read")
            elif not self._is_open(node, repr(key.value)):
                yield tidy(key.value), node.value

    def _id(self, fields: Fields) -> str:
        if fields.get("id") is None:
            self.collector.note(fields.place, "no `id`", f"the column of the ids, or `{ROW}` where no column has them")
        return tidy(self._decided(fields, "id")) or ROW

    def _encoding(self, fields: Fields) -> str:
        name = self._decided(fields, "encoding")
        try:
            return codecs.lookup(name).name if name else ""
        except LookupError:
            self._note(fields, "encoding", f"{name[:80]!r} is not an encoding", "such as utf-8, windows-1252, latin-1")
            return ""

    def _separator(self, fields: Fields) -> str:
        text = self._decided(fields, "separator")
        if len(text) > 1 and text != "tab":
            self._note(fields, "separator", f"{text[:80]!r} is not one sign", "one sign, or tab")
        return "\t" if text == "tab" else text[:1]

    def _note(self, fields: Fields, key: str, there: str, expected: str) -> None:
        node = fields.get(key)
        self.collector.note(node.place if node else fields.place, there, expected)

    # --- columns and values ------------------------------------------------------------------------------------------

    def _columns(self, fields: Fields) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, node in self._pairs(fields, "columns"):
            column = self._column(key)
            if not isinstance(node, Text):
                self.collector.note(node.place, f"{key.value[:80]!r} has no single finding", "the name of a finding")
            elif not self._is_open(node, repr(key.value)) and (target := self._target(node)):
                found[column] = target
        return found

    def _column(self, key: Text) -> str:
        column = tidy(key.value)
        if column in self.places:
            first = self.places[column].line
            self.collector.note(
                key.place, f"the column {column[:80]!r} stands here again, first in line {first}", "it once"
            )
        self.places[column] = key.place
        return column

    def _target(self, node: Text) -> str:
        """The finding that a column has, or what else of a case; empty where there is none of that name."""
        name = tidy(node.value)
        if name == NONE_OF_THESE:
            return name
        if name.startswith(EXPECTED):
            conclusion = name.removeprefix(EXPECTED)
            if conclusion not in {term.name for term in self.rulebook.conclusions}:
                known = [term.name for term in self.rulebook.conclusions]
                there = f"{conclusion[:80]!r} is not a conclusion"
                self.collector.note(
                    node.place, there, "one of the knowledge base", "".join(near(conclusion, known)[:1])
                )
            return name
        term = self._finding(node)
        return term.name if term else ""

    def _finding(self, node: Text) -> Term | None:
        name = tidy(node.value)
        found = read_name(self.rulebook, self.rulebook.former_names.get(name, name), node.place)
        if isinstance(found, Misnamed):
            self.collector.problems.append(found.problem)
            return None
        return found

    def _value(self, term: Term, node: Node, of: str) -> Value | None:
        """A value of a finding, None for "not known" and where it is none."""
        if not isinstance(node, Text):
            self.collector.note(node.place, f"{of} has no single value", f"a value of {term.name!r}, or unknown")
            return None
        if not node.value:
            self.collector.note(node.place, f"{of} has no value", f"a value of {term.name!r}, or unknown")
            return None
        value = read_value(term, node.value, node.place)
        if isinstance(value, Misspelt):
            self.collector.problems.append(value.problem)
            return None
        return value

    def _values(self, fields: Fields) -> Iterator[tuple[str, dict[str, Value | None]]]:
        for key, node in self._pairs(fields, "values"):
            term = self._finding(key)
            if not isinstance(node, Fields):
                self.collector.note(node.place, f"no texts under {key.value[:80]!r}", "`{text in the file: value}`")
            elif term is not None:
                self.spoken[term.name] = key.place
                yield term.name, dict(self._texts_of(term, node))

    def _texts_of(self, term: Term, node: Fields) -> Iterator[tuple[str, Value | None]]:
        before: dict[str, Text] = {}
        for key, one in node.entries:
            text = folded(key.value)
            if text in MISSING:
                there = f"{key.value!r} is a missing answer, and has a value of {term.name!r}"
                self.collector.note(key.place, there, "texts that are an answer: a missing one is unknown")
            elif text in before:
                there = f"{key.value[:80]!r} and {before[text].value[:80]!r} are the same text"
                self.collector.note(key.place, there, "it once: letter case makes no difference")
            elif not (isinstance(one, Text) and self._is_open(one, f"{term.name}, {key.value!r}")):
                yield text, self._value(term, one, repr(key.value[:80]))
            before[text] = key

    def _checkboxes(self, fields: Fields) -> Iterator[tuple[str, Checkbox]]:
        for key, node in self._pairs(fields, "checkboxes"):
            column = self._column(key)
            if isinstance(node, Text) and self._is_open(node, repr(key.value)):
                continue
            if not isinstance(node, Fields):
                expected = "`{finding: value}`, and perhaps `unticked: value`"
                self.collector.note(node.place, f"{key.value[:80]!r} does not say what a tick means", expected)
                continue
            yield column, self._checkbox(node)

    def _checkbox(self, node: Fields) -> Checkbox:
        ticked: dict[str, Value] = {}
        terms: list[Term] = []
        for key, one in node.entries:
            if key.value == UNTICKED or (isinstance(one, Text) and self._is_open(one, key.value)):
                continue
            term = self._finding(key)
            value = self._value(term, one, f"a tick of {term.name!r}") if term else None
            if term and value is not None:
                terms.append(term)
                ticked[term.name] = value
        said = node.get(UNTICKED)
        if said is None or (isinstance(said, Text) and self._is_open(said, UNTICKED)):
            return Checkbox(ticked)
        values = {term.name: self._value(term, said, UNTICKED) for term in terms}
        return Checkbox(ticked, {name: value for name, value in values.items() if value is not None} or None)

    # --- visits and long tables --------------------------------------------------------------------------------------

    def _visit(self, fields: Fields) -> Visit | None:
        node = fields.get("visit")
        inside = self.collector.mapping(node, self.file, names(VISIT)) if node is not None else None
        if inside is None:
            return None
        column, date = tidy(self._decided(inside, "column")), tidy(self._decided(inside, "date"))
        order = tuple(folded(one) for one in self._texts(inside, "order"))
        written = self._chosen(inside, "written", DATES)
        takes_over = self._chosen(inside, "takes over", ("yes", "no")) == "yes"
        if not column and not date and not self.undecided:
            self.collector.note(
                inside.place, "neither `column` nor `date`", "a column that distinguishes the visits of a patient"
            )
        elif takes_over and not date and not order:
            self.collector.note(
                inside.place, "visits without an order", "`date`, or `order` with the first visit first"
            )
        if date and inside.get("written") is None:
            self.collector.note(inside.place, "no `written`", "how the day of a visit is written")
        return Visit(column, order, date, written, takes_over)

    def _long(self, fields: Fields) -> Long | None:
        node = fields.get("long")
        inside = self.collector.mapping(node, self.file, names(LONG)) if node is not None else None
        if inside is None:
            return None
        for one in LONG:
            if inside.get(one.name) is None:
                self.collector.note(inside.place, f"no `{one.name}`", one.help)
        return Long(tidy(self._decided(inside, "item")), tidy(self._decided(inside, "value")))

    # --- all of it ---------------------------------------------------------------------------------------------------

    def _check(self, found: ColumnMapping) -> None:
        """What only the whole mapping shows."""
        own = [found.id, *found.keep, *found.left_out]
        own += [found.long.item, found.long.value] if found.long else []
        for name in (*found.columns, *found.checkboxes):
            if name in own and name != ROW:
                self.collector.note(
                    self.places[name], f"the column {name[:80]!r} is mapped, and named elsewhere too", "it once"
                )
        for name in found.passed:
            if name in self.rulebook.terms:
                there = f"{name!r} is to be passed through, and is a term of the knowledge base"
                self.collector.note(Place(self.file), there, "a column of another name, or it under `columns`")
        self._check_unticked(found)
        if found.long and found.id == ROW and not self.undecided:
            self.collector.note(Place(self.file), "a long table without ids", "`id`, the column of the ids")
        for name in found.values:
            if name not in found.findings and not self.undecided:
                there = f"values of {name!r}, which no column has"
                self.collector.note(self.spoken[name], there, listed(list(found.findings)))
        for text in found.missing:
            self._check_missing(text, found)

    def _check_unticked(self, found: ColumnMapping) -> None:
        """Refuse boxes of one finding whose emptiness says different things."""
        said: dict[str, Value] = {}
        for column, box in found.checkboxes.items():
            for name, value in (box.unticked or {}).items():
                if said.setdefault(name, value) != value:
                    there = f"no tick is {name!r}: {value} here, and {said[name]} in another column"
                    self.collector.note(self.places[column], there, "one of them")

    def _check_missing(self, text: str, found: ColumnMapping) -> None:
        """Refuse a text that stands for no answer and is an answer of a finding too."""
        for name, columns in found.findings.items():
            term = self.rulebook.terms.get(name)
            if term is None or not set(columns) & found.columns.keys():
                continue
            said = found.values.get(name, {})
            value = said[text] if text in said else read_value(term, text)
            if value is not None and not isinstance(value, Misspelt):
                there = f"{text!r} is under `missing`, and a value of {name!r}"
                expected = "it under `values`, for the findings of which it is none, as `unknown`"
                self.collector.note(self.spoken[text], there, expected)
