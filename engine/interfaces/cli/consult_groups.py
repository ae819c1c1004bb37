"""Groups of questions at the prompt: how they are shown, and what is said of them at once."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..terminal import say

if TYPE_CHECKING:
    from ...render import StyledLine
    from ...rulebook import Term

NONE = ("none", "none of these", "no", "nothing")
"""What says that nothing of a group is so."""
_BETWEEN = re.compile(r"[,;\s]+")


def show_group(together: "Sequence[Term]", whole: bool = False) -> None:
    """The questions that may be answered at once, `whole` with what each of them means."""
    say(_lines(together, whole))


def _lines(together: "Sequence[Term]", whole: bool) -> "Iterator[StyledLine]":
    from ...render import StyledLine
    from ..interview import WORDS

    for number, term in enumerate(together, 1):
        yield StyledLine(f"{term.name}: {term.ask}", 1, "plain", f"{number} ")
        if whole:
            yield StyledLine(term.help, 2, "muted")
    yield StyledLine(
        "Type `none` if none of these applies, or the numbers of those that do: the others are then none.", 1
    )
    yield StyledLine(f"or: each (ask one by one), {', '.join(WORDS)}", 1, "muted")


def marked(together: "Sequence[Term]", text: str) -> tuple[tuple[str, ...], str]:
    """The questions that a text says are so, by number or name; or what is wrong with it."""
    from ...errors import nearest

    word = " ".join(text.split()).casefold()
    if word in NONE:
        return (), ""
    names = {term.name.casefold(): term.name for term in together}
    if word in names:
        return (names[word],), ""
    found: list[str] = []
    for part in filter(None, _BETWEEN.split(word)):
        if not part.isdecimal() or not 1 <= int(part[:9]) <= len(together):
            near = nearest(word, [*names, *NONE, "each"])
            hint = f"Did you mean {near!r}?" if near else f"Say none, or numbers from 1 to {len(together)}."
            return (), f"{text.strip()[:40]!r} is not understood here. {hint}"
        found.append(together[int(part[:9]) - 1].name)
    return tuple(dict.fromkeys(found)), "" if found else "Say none, or the numbers of those that are so."
