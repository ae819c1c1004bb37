"""A card changed field by field: what did not change keeps its comments and its lines as somebody laid them out."""

import re

from ..loader import writing
from ..rulebook import Rule

_FIELD = re.compile(r"^([a-z][a-z ]*):", re.MULTILINE)


def rewritten(text: str, before: Rule, after: Rule) -> str:
    """The text of a card that said `before`, as it says `after`; only fields that differ are written anew."""
    there, old, new = (dict(_fields(one)) for one in (text, writing.card(before), writing.card(after)))
    kept = {name: part for name, part in there.items() if name in new or name not in old}
    for name, part in new.items():
        if part != old.get(name) or name not in there:
            kept[name] = part
    order = [*new]
    return "".join(kept[name] for name in sorted(kept, key=lambda name: _rank(name, [*there], order)))


def _rank(name: str, there: list[str], order: list[str]) -> float:
    """Where a field stands: as in the text; a new one behind the one that a card has before it."""
    if name in there:
        return there.index(name)
    above = [there.index(one) for one in order[: order.index(name)] if one in there]
    return max(above, default=-1) + (order.index(name) + 1) / 100


def _fields(text: str) -> list[tuple[str, str]]:
    """The fields of a card with their lines, those before the first field under no name."""
    starts = [found.start() for found in _FIELD.finditer(text)]
    parts = [("", text[: starts[0]])] if starts and starts[0] else []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        parts.append((text[start : text.index(":", start)], text[start:end]))
    return parts
