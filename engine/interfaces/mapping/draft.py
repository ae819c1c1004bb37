"""A mapping in the making: answers that are decided, and proposals that are not; as the text of its file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...document import Flow, Tree, write
from ...mapping import OPEN, UNTICKED, ColumnMapping

HEAD = """\
# What the columns of {file} are. Written by `lumbar map`; read it before `lumbar batch --map` applies it.
"""
UNDECIDED = """\
# A `?` marks what nobody has decided yet. Take it away where the proposal is right, write the right answer where it
# is not, and move a column from `left out` to `columns` where it is a finding.
"""


@dataclass(frozen=True)
class Answer:
    """What a column or text is: decided, or proposed; an empty one proposes nothing."""

    text: str = ""
    decided: bool = False

    @property
    def written(self) -> str:
        """The answer as the file has it."""
        return self.text if self.decided else f"{self.text}{OPEN}"


@dataclass
class MappingDraft:
    """The parts of a mapping, as `engine.mapping` describes them, each answer decided or not."""

    encoding: Answer | None = None
    separator: Answer | None = None
    decimal: Answer | None = None
    id: Answer = field(default_factory=Answer)
    visit: dict[str, Answer] = field(default_factory=dict)
    order: list[Answer] = field(default_factory=list)
    long: dict[str, Answer] = field(default_factory=dict)
    columns: dict[str, Answer] = field(default_factory=dict)
    values: dict[str, dict[str, Answer]] = field(default_factory=dict)
    checkboxes: dict[str, dict[str, Answer]] = field(default_factory=dict)
    missing: dict[str, Answer] = field(default_factory=dict)
    keep: list[str] = field(default_factory=list)
    left_out: dict[str, Answer] = field(default_factory=dict)

    def answers(self) -> Iterator[Answer]:
        """Every answer."""
        yield from (one for one in (self.encoding, self.separator, self.decimal, self.id) if one)
        for group in (self.visit, self.long, self.columns, self.missing, self.left_out):
            yield from group.values()
        yield from self.order
        for inner in (*self.values.values(), *self.checkboxes.values()):
            yield from inner.values()

    @property
    def undecided(self) -> int:
        """How many answers nobody has decided."""
        return sum(not one.decided for one in self.answers())

    def text(self, file: str) -> str:
        """The file of the mapping."""
        return HEAD.format(file=file) + (UNDECIDED if self.undecided else "") + write(self._tree())

    def _tree(self) -> dict[str, Tree]:
        visit: dict[str, Tree] = {**_plain(self.visit)}
        if self.order:
            visit["order"] = _listed(self.order)
        found: dict[str, Tree] = {
            **_plain({name: one for name in ("encoding", "separator", "decimal") if (one := getattr(self, name))}),
            "id": self.id.written,
            "visit": visit,
            "long": _plain(self.long),
            "columns": _plain(self.columns),
            "values": {name: _laid_out(texts) for name, texts in self.values.items() if texts},
            "checkboxes": {name: _laid_out(box) for name, box in self.checkboxes.items()},
            "missing": _listed([Answer(text, one.decided) for text, one in self.missing.items()]),
            "keep": Flow(list(self.keep)),
            "left out": _plain(self.left_out),
        }
        return {name: part for name, part in found.items() if (part.inside if isinstance(part, Flow) else part)}


def _plain(answers: Mapping[str, Answer]) -> dict[str, Tree]:
    return {name: one.written for name, one in answers.items()}


def _listed(answers: Sequence[Answer]) -> Tree:
    found = [one.written for one in answers]
    return Flow(found) if all(one.decided for one in answers) else found


def _laid_out(answers: Mapping[str, Answer]) -> Tree:
    """Answers in a line where all are decided, and one below the other where somebody has to look."""
    found = _plain(answers)
    return Flow(found) if all(one.decided for one in answers.values()) else found


def draft_of(mapping: ColumnMapping) -> MappingDraft:
    """All that a mapping has decided."""
    visit = mapping.visit
    given = {"column": visit.column, "date": visit.date, "written": visit.written} if visit else {}
    if visit and visit.takes_over:
        given["takes over"] = "yes"
    return MappingDraft(
        encoding=_said(mapping.encoding),
        separator=_said("tab" if mapping.separator == "\t" else mapping.separator),
        decimal=_said(mapping.decimal),
        id=Answer(mapping.id, True),
        visit={name: Answer(text, True) for name, text in given.items() if text},
        order=[Answer(one, True) for one in (visit.order if visit else ())],
        long={"item": Answer(mapping.long.item, True), "value": Answer(mapping.long.value, True)}
        if mapping.long
        else {},
        columns={column: Answer(name, True) for column, name in mapping.columns.items()},
        values={
            name: {text: Answer("unknown" if value is None else str(value), True) for text, value in texts.items()}
            for name, texts in mapping.values.items()
        },
        checkboxes={
            column: {name: Answer(str(value), True) for name, value in box.ticked.items()}
            | ({UNTICKED: Answer(str(next(iter(box.unticked.values()))), True)} if box.unticked else {})
            for column, box in mapping.checkboxes.items()
        },
        missing={text: Answer(text, True) for text in mapping.missing},
        keep=list(mapping.keep),
        left_out={column: Answer(why, True) for column, why in mapping.left_out.items()},
    )


def _said(text: str) -> Answer | None:
    return Answer(text, True) if text else None
