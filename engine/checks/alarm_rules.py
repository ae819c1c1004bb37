"""Which rules give an alarm, and what they rest on."""

from collections.abc import Iterator

from ..rulebook import Rulebook, RuleFor


def rules_for_alarms(rulebook: Rulebook) -> Iterator[tuple[str, RuleFor]]:
    """Each rule that gives an alarm (a value that must rest on screening findings alone), with its conclusion."""
    for term in rulebook.conclusions:
        yield from ((term.name, entry) for entry in rulebook.support[term.name] if entry.value in term.alarms)


def findings_behind(rulebook: Rulebook, rule: str) -> dict[str, str]:
    """The findings that a rule rests on, each with the rule that reads it."""
    found: dict[str, str] = {}
    for behind in rules_behind(rulebook, rule):
        for name in rulebook.rules[behind].condition.terms():
            if rulebook.terms[name].finding:
                found.setdefault(name, behind)
    return found


def rules_behind(rulebook: Rulebook, rule: str) -> Iterator[str]:
    """The rule and all that it rests on: those that give what it reads, and those that outrank them there."""
    queue, seen = [rule], {rule}
    while queue:
        yield (current := queue.pop())
        for name in rulebook.rules[current].condition.terms():
            for entry in rulebook.support.get(name, ()):
                fresh = [one for one in (entry.rule, *entry.outrankers) if one not in seen]
                seen.update(fresh)
                queue += fresh
