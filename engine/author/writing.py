"""Cards and cases as text, in the form that a person would have written."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ..case import Case
from ..language import Group, Line, phrase_of, title_of
from ..rulebook import Example, Rule, Rulebook

WIDTH = 120
PROSE = 118  # a text over several lines is wrapped a little earlier, as most people do
_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`~]|[-?:](?=\S)")
_BREAKS = re.compile(r":(?=\s|$)|\s#")
_FLOW = re.compile(r"[,\[\]{}?:]")


def card(rule: Rule) -> str:
    """The text of a card, which loading reads back to an equal rule."""
    lines = [*_pair("rule", rule.id), *_pair("says", rule.says)]
    lines += ["if:", *_parts(rule.condition.lines)] if rule.condition.lines else ["if: always"]
    lines += ["unless:", *_parts(rule.condition.unless)] if rule.condition.unless else []
    lines += ["then:", *(line for name, value in rule.then for line in _conclusion(name, value))]
    lines += _outranks(rule.outranks)
    lines += _pair("because", rule.because)
    lines += ["source:", *(f"  - {citation.source}: {_word(_cited(citation))}" for citation in rule.sources)]
    lines += [f"status: {rule.status}"]
    lines += ["examples:", *(line for example in rule.examples for line in _example(example))] if rule.examples else []
    return "\n".join(lines) + "\n"


def case(rulebook: Rulebook, told: Case, expected: str) -> str:
    """The text of a saved case: its facts by the files of their terms, and the lines of its expected answer."""
    lines = [*_pair("case", told.id), *(_pair("says", told.says) if told.says else [])]
    if told.sources:
        lines += ["source:", *(f"  - {_source(text)}" for text in told.sources)]
    known = [term for term in rulebook.findings if term.name in told.facts]
    for file, terms in groupby(known, key=lambda term: term.place.file):
        topic = file.rpartition("/")[2].partition(".")[0].replace("_", " ")
        lines += ["", f"# {topic}", *(f"{term.name}: {_word(str(told.facts[term.name]))}" for term in terms)]
    return "\n".join(lines) + f"\n\n{expected}"


def _pair(key: str, text: str) -> list[str]:
    """A text under its key: plain where that is safe, over several lines where it is long."""
    head = f"{key}: {text}"
    if not _plain(text) and (not text.isprintable() or len(head) + 2 <= WIDTH):
        return [f"{key}: {_word(text)}"]
    if not _plain(text) or any(word.startswith(("-", "?", ":", "#")) for word in text.split(" ")):
        return [f"{key}: >-", *_wrapped(text, "  ", "  ")]
    return _wrapped(head, "", "  ")


def _wrapped(text: str, first: str, then: str) -> list[str]:
    if len(first + text) <= WIDTH:
        return [first + text]
    return textwrap.wrap(
        text, PROSE, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


def _plain(text: str, flow: bool = False) -> bool:
    """Whether a text needs no quotes; within braces and brackets more needs them."""
    return bool(
        _START.match(text)
        and text == text.strip()
        and text.isprintable()
        and not _BREAKS.search(text)
        and not (flow and _FLOW.search(text))
        and text not in ("null", "~")
        and not text.startswith(("---", "..."))
    )


def _word(text: str, flow: bool = False) -> str:
    """A text on one line, in quotes where it needs them."""
    if _plain(text, flow):
        return text
    body = "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in _escaped(text))
    return f'"{body}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _parts(parts: Iterable[Line | Group]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Group):
            yield f"  - {title_of(part)}:"
            for line in part.lines:
                yield from _item(line.term, phrase_of(line), "      ")
        else:
            yield from _item(part.term, phrase_of(part), "  ")


def _item(term: str, phrase: str, indent: str) -> list[str]:
    if not _plain(phrase):
        return [f"{indent}- {term}: {_word(phrase)}"]
    return _wrapped(f"{term}: {phrase}", f"{indent}- ", f"{indent}    ")


def _conclusion(name: str, value: str | None) -> list[str]:
    return [f"  - {name}"] if value is None else [f"  - {name}: {_word(value)}"]


def _outranks(rules: Sequence[str]) -> list[str]:
    if len(rules) > 1:
        return ["outranks:", *(f"  - {rule}" for rule in rules)]
    return [f"outranks: [{rule}]" for rule in rules]


def _cited(citation: Any) -> str:
    return f"{citation.place} [{citation.label}]".strip() if citation.label else citation.place


def _source(text: str) -> str:
    key, colon, place = text.partition(": ")
    return f"{_word(key)}: {_word(place)}" if colon else _word(text)


def _example(example: Example) -> list[str]:
    """An example on one line, or where that is too long on three and more."""
    name, given = _word(example.name, flow=True), _given(example.given)
    whole = f"  - {{name: {name}, given: {{{', '.join(given)}}}, rule: {example.mark}}}"
    if len(whole) <= WIDTH:
        return [whole]
    filled = _filled(given) if given else ["     given: {},"]
    return [f"  - {{name: {name},", *filled, f"     rule: {example.mark}}}"]


def _given(given: Mapping[str, Any]) -> list[str]:
    """Each pair of what is given."""
    told = []
    for term, value in given.items():
        several = isinstance(value, tuple)
        text = f"[{', '.join(_word(one, flow=True) for one in value)}]" if several else _word(str(value), flow=True)
        told.append(f"{term}: {text}")
    return told


def _filled(pairs: list[str]) -> Iterator[str]:
    """The pairs as one mapping over several lines, each pair whole."""
    line = "     given: {"
    for number, pair in enumerate(pairs):
        piece = pair + ("}," if number == len(pairs) - 1 else ",")
        if number and len(line) + 1 + len(piece) > WIDTH:
            yield line
            line = f"            {piece}"
        else:
            line += piece if not number else f" {piece}"
    yield line
