"""What one output explains once: from anywhere else it is referred to, and every reference has its target there."""

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

ABOVE, BELOW = "explained above", "explained below"
Key = TypeVar("Key", bound=Hashable)


class Once(Generic[Key]):
    """Keeps in mind what was explained; what would stand deeper than `deepest` is put off to a part of its own.

    So a text is never wider, nor anything nested deeper, however long the chain of conclusions is.
    """

    def __init__(self, deepest: int) -> None:
        self.deepest = deepest
        self.explained: set[Key] = set()
        self.put_off: dict[Key, None] = {}

    def refer(self, key: Key, depth: int) -> str:
        """Where this is explained, if not here; empty where it is to be explained here and now."""
        if key in self.explained:
            return ABOVE
        if key in self.put_off or depth > self.deepest:
            self.put_off[key] = None
            return BELOW
        self.explained.add(key)
        return ""

    def rest(self) -> Iterator[Key]:
        """What was put off, to be explained now; doing so may put off more."""
        while self.put_off:
            key = next(iter(self.put_off))
            del self.put_off[key]
            self.explained.add(key)
            yield key
