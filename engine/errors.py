"""Every error raised on purpose, as one tree, and the place in a file where it is to be mended."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

SURELY = 0.75  # words so much alike are one, with a slip of the pen
NAMED = 3  # so many other files are named; more are counted


@dataclass(frozen=True, order=True)
class Place:
    """A point in a file; line and column count from 1, and 0 means the whole file or line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend: where it is, what is there, what was expected, and the nearest known word."""

    place: Place
    there: str
    expected: str = ""
    suggestion: str = ""
    excerpt: str = field(default="", compare=False)
    unknown: tuple[str, str] = field(default=("", ""), compare=False)  # a name that nothing defines: of what, the name
    also: tuple[Place, ...] = field(default=(), compare=False)  # where else the same is to be mended

    def __str__(self) -> str:
        return f"{self.place}: {self.words}{self._also_in}" + (f"\n{self.excerpt}" if self.excerpt else "")

    @property
    def words(self) -> str:
        """The problem without its place, as it is told to somebody who just typed it."""
        text = self.there
        if self.expected:
            text += f"; expected {self.expected}"
        if self.suggestion:
            text += f"; did you mean {self.suggestion!r}?"
        return text

    @property
    def _also_in(self) -> str:
        here = sorted({place.line for place in self.also if place.file == self.place.file} - {self.place.line})
        firsts: dict[str, str] = {self.place.file: ""}
        others = [firsts.setdefault(place.file, str(place)) for place in self.also if place.file not in firsts]
        parts = [f"line{'s' * (len(here) > 1)} {listed([str(line) for line in here])}"] if here else []
        if len(others) > NAMED:
            parts.append(f"{counted(len(others), 'other file')}, such as {listed(others[:2])}")
        elif others:
            parts.append(listed(others))
        return f" (also in {' and '.join(parts)})" if parts else ""

    def as_json(self) -> dict[str, Any]:
        """The problem as JSON has it; docs/schema describes it."""
        told: dict[str, Any] = {"file": self.place.file, "line": self.place.line, "column": self.place.column}
        told |= {"there": self.there, "expected": self.expected, "suggestion": self.suggestion}
        also = [{"file": place.file, "line": place.line, "column": place.column} for place in self.also]
        return told | ({"also": also} if also else {})


class LumbarError(Exception):
    """The root: something that a person can mend, with every problem that was found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(sorted(problems, key=_most_first)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class KnowledgeError(LumbarError):
    """The author of a knowledge base has something to mend in its files."""


def _most_first(problem: Problem) -> tuple[int, Problem]:
    """What many files stumble over is likely the cause of the rest, so it stands first."""
    return -len({place.file for place in problem.also} - {problem.place.file}), problem


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known word that is most like the given one, whatever is written large; empty where none is alike."""
    words = {other.casefold(): other for other in reversed(list(known))}
    matches = get_close_matches(word[:80].casefold(), words, n=1, cutoff=alike)
    return words[matches[0]] if matches else ""


def listed(words: Sequence[str], limit: int = 12) -> str:
    """The words as one phrase for `expected`; a long list is cut and counted."""
    shown = ("; " if any("," in word for word in words[:limit]) else ", ").join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"


def counted(count: int, noun: str) -> str:
    """A count with its noun, such as 1 rule and 2 rules."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"
