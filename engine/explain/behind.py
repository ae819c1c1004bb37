"""On which rules an answer rests, and how many of them are reviewed."""

from collections.abc import Iterable
from dataclasses import dataclass

from .. import semantics
from ..case import Decision
from ..record import Json, Record
from ..reviewed import approved, reviewed, withdrawn_of
from ..rulebook import Rulebook
from .answers import shown
from .reasons import Why


@dataclass(frozen=True, repr=False)
class RulesBehind(Record):
    """The rules behind answers: those that fired, and those that were ruled out where an answer needs that."""

    fired: frozenset[str] = frozenset()
    ruled_out: frozenset[str] = frozenset()

    def __or__(self, other: "RulesBehind") -> "RulesBehind":
        fired = self.fired | other.fired
        return RulesBehind(fired, (self.ruled_out | other.ruled_out) - fired)

    def as_json(self, rulebook: Rulebook) -> Json:
        """How many of each are reviewed, and how the others are, as an object; docs/schema describes it."""
        good = approved(rulebook)
        states = {rule: reviewed(rulebook, rulebook.rules[rule]).state for rule in sorted(self.fired - good)}
        return {
            "reviewed": len(self.fired & good),
            "unreviewed": len(self.fired - good),
            "not approved": {rule: state for rule, state in states.items() if state != "not reviewed"},
            "ruled out reviewed": len(self.ruled_out & good),
            "ruled out unreviewed": len(self.ruled_out - good),
            "withdrawn": gone.as_json() if (gone := withdrawn_of(rulebook)) else None,
        }


def rules_behind(rulebook: Rulebook, decision: Decision, terms: Iterable[str] | None = None) -> RulesBehind:
    """The rules behind answers, down to the patient's own; unless `terms` are given, behind all that is shown."""
    queue = [*(shown_conclusions(rulebook) if terms is None else terms)]
    queue = [name for name in queue if name in decision.conclusions]
    fired, ruled_out, seen = set[str](), set[str](), set(queue)
    while queue:
        for entry in rulebook.support.get(queue.pop(), ()):
            mark = semantics.status(entry, decision.marks)
            if mark & semantics.HOLDS:
                fired.add(entry.rule)
                read = rulebook.rules[entry.rule].condition.terms() - seen
                queue += read
                seen |= read
            elif mark & semantics.FAILS:
                ruled_out.add(entry.rule)
    return RulesBehind(frozenset(fired), frozenset(ruled_out - fired))


def behind_reason(reason: Why) -> RulesBehind:
    """The rules behind one answer that is explained."""
    fired = frozenset(one.rule.id for one in reason.rules())
    out = frozenset(rule.rule.id for one in (reason, *reason.beneath.values()) for rule in one.ruled_out)
    return RulesBehind(fired, out - fired)


def shown_conclusions(rulebook: Rulebook) -> tuple[str, ...]:
    """The conclusions that a recommendation shows, tallies too; all of them where it lays out nothing."""
    sections = rulebook.recommendation.sections if rulebook.recommendation else ()
    sides = [tally for section in sections for side in section.sides for tally in side[1:]]
    return tuple(dict.fromkeys([*shown(rulebook), *sides]))
