"""The smallest part of some things that nothing refutes, by implicit hitting sets.

The caller says why a part is not enough: a set of things of which at least one is missing. A part that is enough hits
all such sets, so the smallest part that hits those met so far is tried, until one is not refuted; no smaller one can do
(Reiter 1987; Ignatiev, Previti, Liffiton and Marques-Silva 2015). Before the smallest is looked for, refutations that
have nothing in common are gathered: each of them costs one thing more.

Of parts as small, the one without the later things is found by leaving these out one by one. (A weight for each thing
would say the same in one search, which then takes minutes where a part has twenty things.)
"""

from collections.abc import Callable, Collection, Iterable, Sequence
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
        """Where `ranked`, of the parts as small that without the later things is found, whatever was asked before."""
        self.things, self.ranked = things, ranked
        self.met = list[list[Thing]]()

    def smallest(self, refute: Refute[Thing], most: int | None = None) -> tuple[Thing, ...] | Unknown | None:
        """A smallest part that is not refuted; None where there is none, or none of at `most` so many things.

        Where that is not known, why.
        """
        found = _Search(self.things, self.met).smallest(refute, most)
        return self._first(found, refute) if self.ranked and isinstance(found, tuple) else found

    def _first(self, part: tuple[Thing, ...], refute: Refute[Thing]) -> tuple[Thing, ...]:
        """Of the parts as small as this one, that which does without the later things."""
        left_out = set[Thing]()
        for thing in reversed(self.things):
            if thing in part:
                search = _Search(self.things, self.met, {*left_out, thing})
                without = search.smallest(refute, len(part))
                if not isinstance(without, tuple):
                    continue
                part = without
            left_out.add(thing)
        return part


class _Search(Generic[Thing]):
    """One search; `met` gets each set that a part has to hit, and nothing that is `left_out` may be in the part."""

    def __init__(self, things: Sequence[Thing], met: list[list[Thing]], left_out: Collection[Thing] = ()) -> None:
        self.things, self.met, self.left_out = things, met, left_out
        self.sets: Hitman | None = None
        self.part: tuple[Thing, ...] | None = ()
        self.none = False
        for missing in met:
            self._hit(missing)

    def smallest(self, refute: Refute[Thing], most: int | None) -> tuple[Thing, ...] | Unknown | None:
        """As `HittingSets.smallest`, with what may be in it."""
        while not self.none:
            part = self._hitting()
            if most is not None and len(part) > most:
                return None
            found = refute(part)
            if found is None or isinstance(found, Unknown):
                return part if found is None else found
            gathered = list(part)
            while found is not None and not isinstance(found, Unknown):
                missing = list(found)
                self.met.append(missing)
                if not self._hit(missing):
                    return None
                gathered += missing
                found = refute(gathered)
        return None

    def _hitting(self) -> tuple[Thing, ...]:
        """The smallest part that hits all sets met so far, looked for only where there are new ones."""
        if self.part is None:
            chosen = set(self.sets.get()) if self.sets is not None else set()
            self.part = tuple(thing for thing in self.things if thing in chosen)
        return self.part

    def _hit(self, missing: list[Thing]) -> bool:
        """Let the parts hit one set more; whether they can."""
        allowed = [thing for thing in missing if thing not in self.left_out]
        self.part, self.none = None, self.none or not allowed
        if self.none:
            return False
        if self.sets is None:
            from pysat.examples.hitman import Hitman

            self.sets = Hitman([allowed], solver="g4", htype="rc2")
        else:
            self.sets.hit(allowed)
        return True
