"""Every error raised on purpose, as one tree, and the place in a file where it is to be fixed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from unicodedata import category, name

from .display import visible_in_a_line
from .record import Json

WITHIN = " > "  # between a column and a name that stands within its cells
SURELY = 0.76  # words so much alike are one, with a slip of the pen
TURNED = 0.85  # and so much, where their words stand in another order
SHORT = 4  # letters of a word that many names may begin with
REPORT = "none: please report it, with the case and the output of `lumbar --version`"
JOINING = {"a", "an", "in", "of", "on", "the"}
NAMED = 3  # so many other files are named; more are counted


@dataclass(frozen=True, order=True)
class Place:
    """A point in a file; line and column count from 1, and 0 means the whole file or line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([visible_in_a_line(self.file), *(str(number) for number in (self.line, self.column) if number)])


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: where it is, what is there, what was expected, and the nearest known word."""

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
        """The problem without its place, for somebody who just typed it."""
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

    def as_json(self) -> Json:
        """The problem as JSON has it; docs/schema describes it."""
        body: Json = {"file": self.place.file, "line": self.place.line, "column": self.place.column}
        body |= {"there": self.there, "expected": self.expected, "suggestion": self.suggestion}
        also = [{"file": place.file, "line": place.line, "column": place.column} for place in self.also]
        return body | ({"also": also} if also else {})

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Problem":
        """The problem that JSON describes, as far as it does."""
        line, column = (found[key] if isinstance(found.get(key), int) else 0 for key in ("line", "column"))
        file, there, expected, near = (str(found.get(key, "")) for key in ("file", "there", "expected", "suggestion"))
        return cls(Place(file, line, column), there, expected, near)


class LumbarError(Exception):
    """The root of every deliberate error, with every problem that was found."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        found = [problems] if isinstance(problems, Problem) else problems
        self.problems: tuple[Problem, ...] = tuple(dict.fromkeys(sorted(found, key=_most_first)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @property
    def problem(self) -> Problem:
        """The first problem, of errors that have one."""
        return self.problems[0]

    def __reduce__(self) -> tuple[type["LumbarError"], tuple[object, ...]]:
        """For another process: made again of its problems, and not of their text."""
        return type(self), (self.problems,)


class KnowledgeError(LumbarError):
    """A knowledge base has problems. Its author can fix them."""


class CaseError(LumbarError):
    """A case has problems: nothing is decided from facts that no term allows. Its sender can fix it."""


class QuestionError(LumbarError):
    """A question has an unknown name, or a decision by another rulebook or of other facts."""


class InternalError(LumbarError):
    """The program's own check does not confirm an explanation or a proof, so it is not shown.

    This is a bug that no user can fix; the message asks for a report.
    """

    @classmethod
    def of(cls, found: str) -> "InternalError":
        """The error with what was found, and what to do about it."""
        return cls(Problem(Place("lumbar"), f"internal error: {found}", REPORT))


def _most_first(problem: Problem) -> tuple[int, Problem]:
    """What many files stumble over is likely the cause of the rest, so it stands first."""
    return -len({place.file for place in problem.also} - {problem.place.file}), problem


def nearest(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known word that is most like the given one, whatever is written large; empty where none is alike."""
    words = {other.casefold(): other for other in reversed(list(known))}
    matches = get_close_matches(word[:80].casefold(), words, n=1, cutoff=alike)
    return words[matches[0]] if matches else ""


def near(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words that the given one may be a slip of the pen for, the likeliest first; most often one or none.

    A word that differs only in letter case, or in `_`, `-` and `.` for a space, is meant for sure, and stands alone;
    so do those that are surely meant before those that merely resemble it.
    """
    words, _ = _prepared(tuple(known))
    plain = _letters(word)
    return surely(word, words.values()) or tuple(
        words[match] for match in get_close_matches(plain, words, n=len(words) or 1, cutoff=0.6)
    )


def surely(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known words that the given one is meant for, the likeliest first.

    It is one of them but for a slip of the pen, has its words in another order, or is enough of it.
    """
    return _surely(_letters(word), tuple(known))


@lru_cache(maxsize=1 << 12)  # of a file with many columns, each is asked about several times
def _surely(plain: str, known: tuple[str, ...]) -> tuple[str, ...]:
    words, ordered = _prepared(known)
    if plain in words:
        return (words[plain],)
    alike = get_close_matches(plain, words, n=len(words) or 1, cutoff=SURELY)
    turned = get_close_matches(_in_order(plain), ordered, n=len(words) or 1, cutoff=TURNED) if " " in plain else []
    found = dict.fromkeys([*alike, *(ordered[match] for match in turned)])
    return tuple(words[match] for match in found | dict.fromkeys(other for other in words if _is_enough(plain, other)))


def _is_enough(plain: str, whole: str) -> bool:
    """Whether so much of a name stands there that nothing else is meant: most of its letters, or half of its words."""
    cut, letters, words = plain.replace(" ", ""), whole.replace(" ", ""), whole.split()
    begins = letters.startswith(cut) and 2 * len(cut) > len(letters)
    first = plain == words[0] and len(words) == 2 and len(plain) > SHORT
    return begins or first or (" " in plain and set(plain.split()) < set(words))


def _letters(word: str) -> str:
    """A word as it is compared: in small letters, a space for `_`, `-` and `.`."""
    return " ".join(word[:80].casefold().replace("_", " ").replace("-", " ").replace(".", " ").split())


@lru_cache(maxsize=16)
def _prepared(known: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """The known words by their letters, and these by their words in order."""
    words = _by_letters(known)
    return words, {_in_order(other): other for other in words}


def _by_letters(known: Iterable[str]) -> dict[str, str]:
    return {_letters(other): other for other in reversed(list(known))}


def _in_order(plain: str) -> str:
    """Its words in the order of the alphabet, without those that only join others."""
    return " ".join(sorted(set(plain.split()) - JOINING))


def as_written(text: str) -> str:
    """A text in quotes, and the names of the signs in it that nobody sees: a no-break space, a zero width joiner."""
    signs = invisible_signs(text[:80])
    return f"{text[:80]!r}" + (f" (with {listed(signs)} in it)" if signs else "")


def as_python(value: object) -> str:
    """What a program handed over, as Python writes it, cut short; its type where it cannot be written."""
    try:
        return repr(value)[:80]
    except Exception:  # whatever a class of somebody's own does; and Python writes no number of many thousand digits
        return f"a value of type {type(value).__name__}"


def invisible_signs(text: str) -> list[str]:
    """The names of the spaces that are none of the keyboard's and of the signs without a shape, each once."""
    return [sign_name(sign) for sign in dict.fromkeys(text) if is_invisible(sign)]


def is_invisible(sign: str) -> bool:
    """Whether a person who looks at a text does not see this sign, or takes it for an ordinary space."""
    return sign != " " and (category(sign) in ("Zs", "Zl", "Zp", "Cf", "Cc") or sign in "\u115f\u3164\u2800\ufe0f")


def sign_name(sign: str) -> str:
    """A sign by its Unicode name and number, such as NO-BREAK SPACE (U+00A0)."""
    return f"{name(sign, 'a control character')} (U+{ord(sign):04X})"


LONGEST = 240
"""So many signs of a list are shown, or its first two words, whatever the limit of their number says."""


def listed(words: Sequence[str], limit: int = 12) -> str:
    """The words as one phrase for `expected`; a long list is cut and counted."""
    fitting = [end for end in range(1, limit + 1) if sum(map(len, words[:end])) <= LONGEST]
    few = max(2, *fitting, 0) if limit > 1 else limit
    shown = ("; " if any("," in word for word in words[:few]) else ", ").join(words[:few])
    return shown if len(words) <= few else f"{shown} and {len(words) - few} more"


def counted_or_no(count: int, what: str) -> str:
    """A number of things in words, and none as `no`."""
    return counted(count, what) if count else f"no {what}s"


def counted(count: int, noun: str) -> str:
    """A count with its noun, such as 1 rule and 2 rules."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"
