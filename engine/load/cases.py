"""A mapping of term to value as a Case: what is at fault is left out and told; the rest stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..case import Answer, Case, Members, Range, Value
from ..document import Fields, Items, Node, Text
from ..errors import Place, Problem
from ..language import TERM
from ..rulebook import Law, Rulebook, Term, facts_in_order
from ..truth import impossibilities
from .cards import value_of
from .fields import Desk

EXPECTED = "expected "
BLANK = ("", "unknown")


@dataclass(frozen=True)
class Entry:
    """One key of a case with what stands there: a text, a list of texts, a mapping, or None for nothing."""

    key: str
    value: Any
    place: Place


def entries_of(node: Fields) -> list[Entry]:
    """The entries of a case in a document's tree; a key that stands there twice has no value."""
    again = {key.value for key in node.again}
    return [Entry(key.value, None if key.value in again else _loose(value), value.place) for key, value in node.entries]


def _loose(node: Node) -> Any:
    if isinstance(node, Text):
        return None if node.blank else node.value
    if isinstance(node, Items):
        return [_loose(item) for item in node.items]
    return {key.value: _loose(value) for key, value in node.entries}


def make_case(entries: Iterable[Entry], rulebook: Rulebook, place: Place, name: str) -> Case:
    """The case that the entries make; `name` is its id where it gives none."""
    desk = Desk()
    facts: dict[str, Value] = {}
    expected: dict[str, Answer] = {}
    texts = {"case": name, "says": ""}
    sources: list[str] = []
    for entry in entries:
        if entry.key in texts:
            texts[entry.key] = _text(desk, entry) or texts[entry.key]
        elif entry.key == "source":
            sources += _sources(desk, entry)
        else:
            _take(desk, entry, rulebook, facts, expected)
    _drop_impossible(desk, rulebook, facts, place)
    return Case(
        id=texts["case"],
        facts=facts_in_order(rulebook, facts),
        place=place,
        says=texts["says"],
        sources=tuple(sources),
        expected=expected or None,
        problems=tuple(desk.problems),
    )


def fault_of(entry: Entry, rulebook: Rulebook) -> Problem | None:
    """What is wrong with an answer, or with an expected one, by itself."""
    desk = Desk()
    _take(desk, entry, rulebook, {}, {})
    return desk.problems[0] if desk.problems else None


def _take(desk: Desk, entry: Entry, rulebook: Rulebook, facts: dict[str, Value], expected: dict[str, Answer]) -> None:
    if entry.key.startswith(EXPECTED):
        _expect(desk, entry, rulebook, expected)
    else:
        _answer(desk, entry, rulebook, facts)


def _text(desk: Desk, entry: Entry) -> str:
    if isinstance(entry.value, str | int) and not isinstance(entry.value, bool):
        return _shown(str(entry.value))
    if entry.value is not None:
        desk.note(entry.place, f"`{entry.key}` is no text", "one text")
    return ""


def _shown(text: str) -> str:
    """A text on one line, without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


def _sources(desk: Desk, entry: Entry) -> list[str]:
    items = entry.value if isinstance(entry.value, list) else [entry.value]
    parts = [item if isinstance(item, dict) else {item: ""} if isinstance(item, str) else {} for item in items]
    if not all(len(part) == 1 and all(isinstance(text, str) for text in part.values()) for part in parts):
        desk.note(entry.place, "`source` is no list of sources", "`- KEY: the place in it` in each line")
        return []
    return [_shown(f"{key}: {place}" if place else key) for part in parts for key, place in part.items()]


def scalar(value: Any) -> str | None:
    """A value as text, whatever carried it: true and false stand for yes and no; None where it is no single value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int | float) else None


def _answer(desk: Desk, entry: Entry, rulebook: Rulebook, facts: dict[str, Value]) -> None:
    term = rulebook.terms.get(entry.key)
    if term is None:
        known = [finding.name for finding in rulebook.findings]
        desk.note(
            entry.place,
            f"{entry.key[:80]!r} is no finding",
            "a finding of the knowledge base",
            desk.nearest(entry.key, known),
            (TERM, entry.key),
        )
    elif not term.finding:
        desk.note(entry.place, f"{entry.key!r} is a conclusion", "findings only: conclusions are reached by rules")
    elif entry.value is not None:
        text = scalar(entry.value)
        if text is None:
            desk.note(entry.place, f"{entry.key!r} has no single value", "one value")
        elif text not in BLANK:
            value = value_of(desk, term.name, term.domain, text, entry.place)
            if value is not None:
                facts[term.name] = value


def _drop_impossible(desk: Desk, rulebook: Rulebook, facts: dict[str, Value], place: Place) -> None:
    at_fault: set[str] = set()
    for law in impossibilities(rulebook, facts):
        desk.problems.append(cannot_be(law, facts, place))
        at_fault |= law.condition.terms()
    for name in at_fault:
        facts.pop(name, None)


def cannot_be(law: Law, facts: Mapping[str, Value], place: Place) -> Problem:
    """That facts contradict an assumption about patients."""
    terms = law.condition.terms()
    lines = "; ".join(f"{name}: {facts[name]}" for name in facts if name in terms)
    answered = [repr(name) for name in facts if name in terms]
    return Problem(place, f"{law.says} ({lines})", f"another answer to {' or '.join(answered)}")


def _expect(desk: Desk, entry: Entry, rulebook: Rulebook, expected: dict[str, Answer]) -> None:
    name = entry.key.removeprefix(EXPECTED)
    term = rulebook.terms.get(name)
    if term is None or term.finding or term.built_in:
        suggestion = desk.nearest(name, [conclusion.name for conclusion in rulebook.conclusions])
        unknown = ("", "") if term else (TERM, name)
        desk.note(entry.place, f"{name[:80]!r} is no conclusion", "a conclusion", suggestion, unknown)
        return
    if term.domain.kind == "several":
        expected[name] = _members(desk, term, entry)
    elif isinstance(entry.value, dict):
        expected[name] = _range(desk, term, entry)
    elif isinstance(entry.value, list):
        desk.note(entry.place, f"`{entry.key}` has no single value", "one value")
    elif (text := scalar(entry.value)) is not None and text not in BLANK:
        expected[name] = value_of(desk, name, term.domain, text, entry.place)


def _members(desk: Desk, term: Term, entry: Entry) -> Members:
    lists = entry.value if isinstance(entry.value, dict) else {"in": entry.value}
    found: dict[str, tuple[str, ...]] = {"in": (), "open": ()}
    for key, items in lists.items():
        if key not in found or not isinstance(items, list | None):
            desk.note(entry.place, f"`{entry.key}` is no list", "a list, or `in:` and `open:` with a list each")
            continue
        texts = [scalar(item) or "" for item in items or ()]
        values = {text for text in texts if value_of(desk, term.name, term.domain, text, entry.place)}
        found[key] = tuple(value for value in term.domain.values if value in values)
    return Members(found["in"], found["open"])


def _range(desk: Desk, term: Term, entry: Entry) -> Range | None:
    if set(entry.value) != {"at least", "at most"} or not (term.takes_highest or term.domain.kind == "tally"):
        desk.note(
            entry.place, f"`{entry.key}` is no single value", "one value; of a scale or tally `at least`, `at most`"
        )
        return None
    ends = [scalar(entry.value[key]) or "" for key in ("at least", "at most")]
    values = [value_of(desk, term.name, term.domain, end, entry.place) for end in ends]
    return Range(*values) if None not in values else None  # type: ignore[arg-type]
