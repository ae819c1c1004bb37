"""The smallest part of some things that nothing refutes, by implicit hitting sets.

The caller says why a part is not enough: a set of things of which at least one is missing. A part that is enough hits
all such sets, so the smallest part that hits those met so far is tried, until one is not refuted; no smaller one can do
(Reiter 1987; Ignatiev, Previti, Liffiton and Marques-Silva 2015). Before the smallest is looked for, refutations that
have nothing in common are gathered: each of them costs one thing more.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from .verdicts import Unknown

if TYPE_CHECKING:
    from pysat.examples.hitman import Hitman

Thing = TypeVar("Thing")
Refute = Callable[[Sequence[Thing]], Iterable[Thing] | Unknown | None]
"""Things of which a part lacks one; none where no part will do; None where it will do; or why that is not known."""


class HittingSets(Generic[Thing]):
    """Looks for smallest parts; what was refuted once is known from then on."""

    def __init__(self, things: Sequence[Thing], ranked: bool = True) -> None:
        """Where `ranked`, of two parts as small that with the earlier things comes first; to look for many is slow."""
        self.things = things
        self.weights = {thing: len(things) ** 2 + place * ranked for place, thing in enumerate(things)}
        self.sets: Hitman | None = None
        self.part: tuple[Thing, ...] | None = ()

    def smallest(self, refute: Refute[Thing], most: int | None = None) -> tuple[Thing, ...] | Unknown | None:
        """A smallest part that is not refuted; None where there is none, or none of at `most` so many things.

        Where that is not known, why.
        """
        while True:
            part = self._hitting()
            if most is not None and len(part) > most:
                return None
            found = refute(part)
            if found is None or isinstance(found, Unknown):
                return part if found is None else found
            gathered = list(part)
            while found is not None and not isinstance(found, Unknown):
                missing = list(found)
                if not missing:
                    return None
                self._hit(missing)
                gathered += missing
                found = refute(gathered)

    def _hitting(self) -> tuple[Thing, ...]:
        """The smallest part that hits all sets met so far, looked for only where there are new ones."""
        if self.part is None:
            chosen = set(self.sets.get()) if self.sets is not None else set()
            self.part = tuple(thing for thing in self.things if thing in chosen)
        return self.part

    def _hit(self, missing: list[Thing]) -> None:
        self.part = None
        if self.sets is None:
            from pysat.examples.hitman import Hitman

            weights = {thing: self.weights[thing] for thing in missing}
            self.sets = Hitman([missing], weights, solver="g4", htype="sorted")
        else:
            self.sets.hit(missing, self.weights)
