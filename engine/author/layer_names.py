"""What became of a name beneath a layer: renamed, split, retired or gone."""

from dataclasses import dataclass

from ..differences import Renames
from ..rulebook import Rulebook


@dataclass(frozen=True)
class NewName:
    """A name that is no more: the name of today, if there is one, and the same in words."""

    now: str
    says: str


class Names:
    """Looks up the names of one base in a later one."""

    def __init__(self, now: Rulebook, renames: Renames | None) -> None:
        self.now, self.renames = now, renames or Renames()

    def term(self, name: str) -> NewName | None:
        """What became of a term; None where it is there."""
        if name in self.now.terms:
            return None
        if parts := self.now.split_names.get(name):
            return NewName("", f"{name!r} asked several things in one; it is split into {', '.join(map(repr, parts))}")
        new = self.now.former_names.get(name) or self.renames.terms.get(name, "")
        return self._of(name, new)

    def value(self, term: str, value: str) -> NewName | None:
        """What became of a value of a term that is there."""
        new_term = self.now.former_names.get(term) or self.renames.term(term)
        found = self.now.terms.get(new_term)
        if found is None or not found.domain.values or value in found.domain.values:
            return None
        new = found.former_values.get(value) or self.renames.values.get(new_term, {}).get(value, "")
        return self._of(f"{term}: {value}", f"{new_term}: {new}" if new else "")

    def rule(self, name: str) -> NewName | None:
        """What became of a rule."""
        if name in self.now.rules:
            return None
        if name in self.now.retired:
            return NewName("", f"the rule {name!r} is retired: {self.now.retired[name].because}")
        new = next((rule.id for rule in self.now.rules.values() if name in rule.formerly), "")
        return self._of(name, new or self.renames.rules.get(name, ""))

    @staticmethod
    def _of(name: str, new: str) -> NewName:
        return NewName(new, f"{name!r} is called {new!r} now" if new else f"{name!r} is gone")
