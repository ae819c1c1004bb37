"""A card as a form has it: each entry of each field as typed; what cannot be used is refused at its entry."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..checks.examples import tried_on_one_side
from ..errors import KnowledgeError, Place, Problem
from ..language import Condition, Group, Line, show_line
from ..loader import writing
from ..loader.assemble import marks_of_a_merge, with_files
from ..loader.cards import load_card
from ..loader.known_names import KnownNames
from ..loader.parsed import parsed
from ..loader.problem_collector import ProblemCollector
from ..rulebook import Citation, Example, Rule, Rulebook
from ..semantics import NAMES, mark_condition
from ..supposed import supposed
from . import parse_input
from .draft import EXPECTED, Draft, gates_missing
from .examples import Known, propose
from .layout import rewritten
from .parse_input import Refused

FIELDS = ("rule", "says", "if", "unless", "then", "because", "source", "outranks")
NEEDED = ("rule", "says", "if", "then", "because", "source")
ALWAYS = "always"
LONGEST = 20_000  # signs of a card
_RULE = re.compile(r"^rule: *([^\s#]+) *$", re.MULTILINE)
_EMPTY = re.compile(r"(any of|at least \d+ of): *")
AS_TYPED = ", with `;` between them"  # how the lines of a group are typed where there is no form
Entry = tuple[str, int]


@dataclass(frozen=True)
class Typed:
    """The entries of each field as `Draft.filled` reads them; `examples` where they are not proposed from the lines."""

    entries: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    examples: tuple[Example, ...] | None = None

    def of(self, name: str) -> tuple[str, ...]:
        """The entries of a field."""
        return self.entries.get(name, ())

    def with_entries(self, name: str, entries: Sequence[str]) -> "Typed":
        """The same with other entries of one field."""
        return replace(self, entries={**self.entries, name: tuple(entries)})


@dataclass(frozen=True)
class Read:
    """What was read of a form: the draft so far, what was refused at which entry, and which fields have nothing yet.

    `gates` are, by entry of `if`, the lines without which its finding is not asked. `turned` are examples that the
    lines no longer make what they say.
    """

    draft: Draft
    refused: Mapping[Entry, str]
    missing: tuple[str, ...]
    gates: Mapping[int, tuple[Line | Group, ...]]
    turned: Mapping[str, str]

    @property
    def whole(self) -> bool:
        """Whether it can be tried."""
        return not (self.refused or self.missing or self.turned)


# --- a form read -----------------------------------------------------------------------------------------------------


def read_form(
    rulebook: Rulebook,
    typed: Typed,
    changed: Rule | None = None,
    like: Mapping[str, Known] | None = None,
    name: str = "",
) -> Read:
    """Read a form; of one that changes a rule, its name stays. The first example is `like` a patient, with the name."""
    draft, refused = Draft(file=changed.place.file if changed else ""), dict[Entry, str]()
    gates: dict[int, tuple[Line | Group, ...]] = {}
    for kind in FIELDS:
        for number, text in enumerate(typed.of(kind)):
            if is_blank(text) or (kind == "rule" and changed) or (kind == "if" and text == ALWAYS):
                continue
            try:
                before, draft = draft, draft.filled(rulebook, kind, text)
            except Refused as error:
                refused[kind, number] = str(error).removesuffix(AS_TYPED)
                continue
            if kind == "if":
                gates[number] = gates_missing(rulebook, before.condition, draft.condition)
    gates = {number: left for number, parts in gates.items() if (left := _left(draft.condition, parts))}
    if figure := draft.unsourced():
        refused["because", 0] = f"{figure!r} is a figure; expected a source that has it, or a reason without it"
    draft = replace(draft, examples=_examples(rulebook, draft, typed.examples, like, name))
    missing = tuple(kind for kind in NEEDED if all(map(is_blank, typed.of(kind))))
    if not draft.examples and "if" not in missing and not any(kind in ("if", "unless") for kind, _ in refused):
        refused["if", 0] = "No patient can meet all these lines together."
    return Read(draft, refused, missing, gates, _turned(rulebook, draft))


def is_blank(text: str) -> bool:
    """Whether nothing is typed yet; of a group no line."""
    return not text.strip() or bool(_EMPTY.fullmatch(text))


def _left(condition: Condition, parts: Sequence[Line | Group]) -> tuple[Line | Group, ...]:
    """Those parts of which the condition says nothing by now."""
    return tuple(part for part in parts if not Condition((part,)).terms() <= condition.terms())


def _examples(
    rulebook: Rulebook, draft: Draft, given: Sequence[Example] | None, like: Mapping[str, Known] | None, name: str
) -> tuple[Example, ...]:
    """The examples proposed from the lines; beside given ones those whose patient is not among them."""
    if draft.condition == Condition() and not draft.then:
        return tuple(given or ())
    if given is not None and not _turned(rulebook, replace(draft, examples=tuple(given))) and _enough(given):
        return (*given, *_other_sides(rulebook, draft.condition, given))
    made = list(propose(rulebook, draft.condition, like))
    if made and name:
        made[0] = replace(made[0], name=name)
    there = [dict(one.given) for one in given or ()]
    return (*(given or ()), *(one for one in made if dict(one.given) not in there))


def _other_sides(rulebook: Rulebook, condition: Condition, given: Sequence[Example]) -> list[Example]:
    """Those of the proposed examples that try a number on the side on which no given one does."""
    found: list[Example] = []
    left = len(tried_on_one_side(rulebook, condition, given))
    for one in propose(rulebook, condition) if left else ():
        fewer = len(tried_on_one_side(rulebook, condition, (*given, *found, one)))
        if fewer < left:
            found.append(one)
            left = fewer
    return found


def _enough(examples: Sequence[Example]) -> bool:
    return {one.mark for one in examples} >= {"holds", "fails"}


def _turned(rulebook: Rulebook, draft: Draft) -> dict[str, str]:
    """By name, the examples that say another mark than the lines give, each with that mark."""
    found = {}
    for one in draft.examples:
        mark = NAMES[mark_condition(draft.condition, supposed(rulebook, one.given))]
        if mark != one.mark:
            found[one.name] = str(mark)
    return found


# --- a rule as a form ------------------------------------------------------------------------------------------------


def form_of(rule: Rule, examples: bool = True) -> Typed:
    """A rule as it would have been typed, with its own examples or with none."""
    condition = rule.condition
    entries = {
        "rule": (f"{rule.stage}/{rule.id}",) if rule.id else (),
        "says": (rule.says,),
        "if": tuple(map(part_text, condition.lines)) or ((ALWAYS,) if not condition.unless else ()),
        "unless": tuple(map(part_text, condition.unless)),
        "then": tuple(term if value is None else f"{term}: {value}" for term, value in rule.then),
        "because": (rule.because,),
        "source": tuple(map(citation_text, rule.sources)),
        "outranks": rule.outranks,
    }
    return Typed(entries, rule.examples if examples else None)


def part_text(part: Line | Group) -> str:
    """A line or a group as it is typed."""
    if not isinstance(part, Group):
        return show_line(part)
    return f"{group_head(part.least)} {'; '.join(map(show_line, part.lines))}"


def group_head(least: int) -> str:
    """How a group of lines begins."""
    return "any of:" if least == 1 else f"at least {least} of:"


def citation_text(citation: Citation) -> str:
    """A source as it is typed."""
    return f"{citation.source}: {citation.place} {f'[{citation.label}]' if citation.label else ''}".strip()


# --- a card as text --------------------------------------------------------------------------------------------------


def read_text(rulebook: Rulebook, text: str, stage: str, changed: Rule | None = None) -> Rule:
    """The rule that the text of a card says; raises KnowledgeError with every problem at its line."""
    file = changed.place.file if changed else _file(rulebook, text, stage)
    if len(text) > LONGEST:
        raise KnowledgeError([Problem(Place(file), f"{len(text):,} signs", f"at most {LONGEST:,}")])
    if marks := marks_of_a_merge(text, file):
        raise KnowledgeError([marks])
    found = with_files(rulebook, {file: text}).rules
    return next(rule for rule in found.values() if rule.place.file == file)


def said_by(rulebook: Rulebook, text: str) -> Rule | None:
    """The rule that a text says, by itself; None where it cannot be read."""
    name = found[1] if (found := _RULE.search(text)) else ""
    collector, file = ProblemCollector(), f"rules/{name}.yaml"
    node = parsed(collector, {file: text}, "").get(file)
    rule = load_card(collector, file, node, KnownNames.by(rulebook))
    return None if collector.problems else rule


def _file(rulebook: Rulebook, text: str, stage: str) -> str:
    name = found[1] if (found := _RULE.search(text)) else ""
    if not name:
        raise KnowledgeError([Problem(Place("card", 1), "no name", f"`rule: {EXPECTED['rule'].rpartition('/')[2]}`")])
    try:
        return parse_input.file_of_card(rulebook, f"{stage}/{name}" if stage else name)
    except Refused as error:
        line = text[: found.start()].count("\n") + 1 if found else 1
        raise KnowledgeError([replace(one, place=Place("card", line)) for one in error.problems]) from error


def text_of(draft: Draft, base: str, before: Rule | None) -> str:
    """The text of a card as the draft says it; what a `base` that said `before` has in the same fields is kept."""
    return rewritten(base, before, draft.rule) if before and base else writing.card(draft.rule)
