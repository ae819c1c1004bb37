"""Questions to an author as data: whoever asks them shows the text, reads the answer, and sends what was read back.

A talk is a generator: it gives lines of words to show and questions, gets what was read of each answer, and ends with
what came of it. The same answers always give the same talk, so that a step back is the talk again without the last.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..render import StyledLine
from .parse_input import Refused

Outcome = TypeVar("Outcome")
Offer = tuple[str, str]
SHOWN = 12


def nothing(_: str) -> Sequence[Offer]:
    """Nothing to offer."""
    return ()


@dataclass(frozen=True)
class Question:
    """A question: `read` turns what is typed into what is meant, or raises Refused; `default` is what Enter means.

    `offers` gives, for what is typed so far, words that may be meant, each with its meaning.
    """

    text: str
    read: Callable[[str], Any]
    hint: str = ""
    default: str | None = None
    offers: Callable[[str], Sequence[Offer]] = field(default=nothing, compare=False)


Talk = Generator[Question | StyledLine, Any, Outcome]


def text_of(what: str) -> Callable[[str], str]:
    """Reads a text, which may not be empty."""

    def read(typed: str) -> str:
        text = " ".join(typed.split())
        if not text:
            raise Refused(f"nothing; expected {what}")
        return text

    return read


def yes_or_no(typed: str) -> bool:
    """Reads a yes or a no."""
    word = typed.strip().lower()
    if word not in ("y", "yes", "n", "no"):
        raise Refused(f"{typed[:80]!r} is no answer; expected yes, no")
    return word in ("y", "yes")


def one_of(names: Sequence[str]) -> Callable[[str], int]:
    """Reads the number of a name in a list, or how only that name begins, as its place."""

    def read(typed: str) -> int:
        words = " ".join(typed.split())
        begun = [place for place, name in enumerate(names) if name.startswith(words)]
        if words.isdecimal() and 1 <= int(words) <= len(names):
            return int(words) - 1
        if words not in names and (len(begun) != 1 or not words):
            raise Refused(f"{words[:80]!r} is no number of the list; expected 1 to {len(names)}")
        return names.index(words) if words in names else begun[0]

    return read


def choose(what: str, names: Sequence[str], meanings: Sequence[str]) -> Talk[int]:
    """Which of several is meant: its place."""
    for number, (name, meaning) in enumerate(zip(names, meanings, strict=True), 1):
        if number > SHOWN:
            yield StyledLine(f"and {len(names) - SHOWN} more: go `back`, and type more of the name", 1, "muted")
            break
        yield StyledLine(f"{name}{f': {meaning}' if meaning else ''}", 1, "plain", f"{number}  ")
    place: int = yield Question(f"Which {what}", one_of(names[:SHOWN]), hint="its number")
    return place


def dead_end(text: str) -> Talk[None]:
    """Something that cannot go on: only a step back is left."""

    def read(_: str) -> None:
        raise Refused("no way on from here; expected `back`, or Ctrl-C to leave everything as it was")

    yield StyledLine(text, style="alarm")
    yield Question("Go back", read, hint="type back")
