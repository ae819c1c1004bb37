"""The base as a whole: claims that nothing cites, alarms that rest on no screening finding, findings nobody reads."""

from collections.abc import Iterator

from ..errors import Problem
from ..render import citing, laws_citing
from ..rulebook import Rulebook


def uncited_claims(rulebook: Rulebook) -> Iterator[Problem]:
    """Claims of the article that no rule and no law cites."""
    for claim in rulebook.claims.values():
        if not citing(rulebook, "article", claim.number) and not laws_citing(rulebook, claim.number):
            yield Problem(
                claim.place, f"no rule or law cites claim {claim.number}", f"`- article: {claim.number}` in one"
            )


def unscreened(rulebook: Rulebook) -> Iterator[Problem]:
    """What a rule for an alarm reads, directly or through conclusions, must be a screening finding."""
    for term in rulebook.conclusions:
        for entry in rulebook.support[term.name]:
            if entry.value in term.alarms:
                for name, through in _findings_behind(rulebook, entry.rule).items():
                    if not rulebook.terms[name].screening:
                        there = f"{entry.rule!r} gives {term.name}: {entry.value} and reads {name!r} (in {through!r})"
                        yield Problem(rulebook.rules[entry.rule].place, there, f"`screening: yes` for {name!r}")


def _findings_behind(rulebook: Rulebook, rule: str) -> dict[str, str]:
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


def alarm_rules(rulebook: Rulebook) -> Iterator[str]:
    """The rules that give an alarm: a value that must rest on screening findings alone."""
    for term in rulebook.conclusions:
        yield from (entry.rule for entry in rulebook.support[term.name] if entry.value in term.alarms)


def unread(rulebook: Rulebook) -> Iterator[Problem]:
    """Findings that no rule reads, without a reason for it."""
    read = {name for rule in rulebook.rules.values() for name in rule.condition.terms()}
    gates = {name for term in rulebook.findings for name in rulebook.applies_to(term.name)}
    for term in rulebook.findings:
        used = term.name in read or term.name in gates
        if not used and not term.unread:
            yield Problem(term.place, f"no rule reads {term.name!r}", "a rule, or `unread:` with the reason")
        if used and term.unread:
            yield Problem(term.place, f"{term.name!r} is read, and says `unread`", "one of the two")
