"""The figures in what a rule says: where each comes from, or that its lines have another."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..language import Against, Group, Line, Within, show_line
from ..proof.laws import Part
from ..rulebook import Law, Rule, Rulebook

Where = Literal["says", "because", "the name"]
_FIGURE = re.compile(r"(?<![\w.,/-])(\d+(?:[.,]\d+)*)(?:[–-](\d+(?:[.,]\d+)*))?( ?%| per cent)?(?![\w])")
_IN_A_HUNDRED = re.compile(r" (?:in|of|on) 100\b")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_NAMES = re.compile(r"\b[A-Z]{1,4}\d+\w*|\b[LSTC]\d(?:[/-][LSTC]?\d)?\b|\b(?:claim|article|page|step|row|table) \d+")
CONVENTION = "convention"
"""A figure of a rule that cites a convention is that convention."""


@dataclass(frozen=True)
class Figure:
    """A figure as it is written, in the name, in `says` or in `because`; `number` without its sign and unit."""

    where: Where
    text: str
    number: str

    @property
    def share(self) -> bool:
        """Whether it is a share, which no line has."""
        return self.text != self.number

    def is_in(self, numbers: Collection[str]) -> bool:
        """Whether it is one of the numbers, or what one of them is rounded to."""
        return self.number in numbers or any(self.number == str(round(float(one))) for one in numbers)


def figures(rule: Rule) -> Iterator[Figure]:
    """The figures of a rule; of a row its `because` alone, since it says its cells."""
    texts: list[tuple[Where, str]] = [("says", "" if rule.row else rule.says), ("because", rule.because)]
    texts.append(("the name", "" if rule.row else rule.id.replace("_", " ")))
    for where, text in texts:
        for found in _FIGURE.finditer(_IN_A_HUNDRED.sub(" %", _NAMES.sub(" ", text))):
            for number in filter(None, (found[1], found[2])):
                yield Figure(where, number + (" %" if found[3] else ""), _THOUSANDS.sub("", number))


def numbers_of_lines(rule: Rule) -> set[str]:
    """The numbers that the lines and the conclusions of a rule have, and how many lines there are."""
    found: set[str] = set()
    for part in rule.condition.lines + rule.condition.unless:
        found |= _numbers(part)
    for term, value in rule.then:
        found |= set(re.findall(r"\d+(?:\.\d+)?", f"{term} {value or ''}"))
    return found


def _numbers(part: Part) -> set[str]:
    if isinstance(part, Group):
        return {str(part.least), str(len(part.lines))}.union(*map(_numbers, part.lines))
    return set(re.findall(r"\d+(?:\.\d+)?", show_line(part))) | _edges(part)


def _edges(line: Line) -> set[str]:
    """The number just beside each bound: `over 4` is 5 or more."""
    if not isinstance(line, Within):
        return {str(line.amount)} if isinstance(line, Against) else set()
    low = [line.low, line.low - 1] if line.low is not None else []
    high = [line.high, line.high + 1] if line.high is not None else []
    return set(map(str, low + high))


def numbers_by_source(rulebook: Rulebook) -> Mapping[str, set[str]]:
    """For each source and each claim, the numbers that the knowledge base has of it, wherever it is cited."""
    found = {key: _in(f"{source.citation} {source.seen}") for key, source in rulebook.sources.items()}
    found |= {f"article {number}": _in(claim.says) for number, claim in rulebook.claims.items()}
    records: list[Rule | Law] = [*rulebook.rules.values(), *rulebook.laws.values(), *rulebook.impossible.values()]
    for record in records:
        for citation in record.sources:
            if citation.source in found:
                found[citation.source] |= _in(citation.place)
    return found


def _in(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:\.\d+)?", _THOUSANDS.sub("", _NAMES.sub(" ", text))))


def numbers_of_sources(known: Mapping[str, set[str]], rule: Rule) -> set[str] | None:
    """The numbers in what a rule cites; None where it cites a convention, which is a source of any figure."""
    if any(citation.label == CONVENTION for citation in rule.sources):
        return None
    keys = ((one.source, f"article {one.place}") for one in rule.sources)
    return set().union(*(known.get(key, set()) for pair in keys for key in pair))


def number_lines(rule: Rule) -> list[Within]:
    """The lines of a rule that bound a number."""
    return [line for line in rule.condition.leaves() if isinstance(line, Within)]
