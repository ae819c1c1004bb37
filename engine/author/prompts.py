"""Questions to an author as data: whoever asks them shows the text, reads the answer, and sends what was read back.

A talk is a generator: it gives lines of words to show and questions, gets what was read of each answer, and ends with
what came of it. The same answers always give the same talk, so that a step back is the talk again without the last.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ..render import StyledLine
from .draft import Offer
from .parse_input import Refused

Outcome = TypeVar("Outcome")


def nothing(_: str) -> Sequence[Offer]:
    """Nothing to offer."""
    return ()


@dataclass(frozen=True)
class Prompt:
    """A question: `read` turns what is typed into what is meant, or raises Refused; `default` is what Enter means.

    `offers` gives, for what is typed so far, words that may be meant, each with its meaning.
    """

    text: str
    read: Callable[[str], Any]
    hint: str = ""
    default: str | None = None
    offers: Callable[[str], Sequence[Offer]] = field(default=nothing, compare=False)


Talk = Generator[Prompt | StyledLine, Any, Outcome]


def yes_or_no(typed: str) -> bool:
    """Reads a yes or a no."""
    word = typed.strip().lower()
    if word not in ("y", "yes", "n", "no"):
        raise Refused(f"{typed[:80]!r} is not an answer; expected yes, no")
    return word in ("y", "yes")


def dead_end(text: str) -> Talk[None]:
    """Something that cannot go on: only a step back is left."""

    def read(_: str) -> None:
        raise Refused("no way on from here; expected `back`, or Ctrl-C to leave everything as it was")

    yield StyledLine(text, style="alarm")
    yield Prompt("Go back", read, hint="type back")
