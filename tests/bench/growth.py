"""A rulebook several times over: every rule and conclusion copied under another name."""

from dataclasses import replace

from engine.language import Against, Condition, Group, Is, Line, Unsettled
from engine.rulebook import Rule, Rulebook, Term


def times(rulebook: Rulebook, count: int, other_findings: bool = False) -> Rulebook:
    """The rulebook with its rules `count` times.

    The copies read the same findings, or (so that no two have the same condition) each its own turn of the findings:
    in the place of each one another with as many values.
    """
    terms = dict(rulebook.terms)
    rules = dict(rulebook.rules)
    for number in range(1, count):
        names = {term.name: f"{term.name} {number}" for term in rulebook.conclusions}
        terms |= {names[term.name]: replace(term, name=names[term.name]) for term in rulebook.conclusions}
        turned = _turned(rulebook, number) if other_findings else {}
        rules |= {
            f"{rule.id}_{number}": _renamed(rule, names, f"_{number}", turned) for rule in rulebook.rules.values()
        }
    return replace(rulebook, terms=terms, rules=rules, laws={}, cases={}, recommendation=None)


def _turned(rulebook: Rulebook, number: int) -> dict[str, tuple[Term, Term]]:
    """For each finding of values, itself and the one so many places after it among those with as many values."""
    alike: dict[int, list[Term]] = {}
    for term in rulebook.findings:
        if term.domain.values:
            alike.setdefault(len(term.domain.values), []).append(term)
    return {
        term.name: (term, group[(place + number) % len(group)])
        for group in alike.values()
        for place, term in enumerate(group)
    }


def _renamed(rule: Rule, names: dict[str, str], suffix: str, turned: dict[str, tuple[Term, Term]]) -> Rule:
    def part(one: Line | Group) -> Line | Group:
        return replace(one, lines=tuple(map(line, one.lines))) if isinstance(one, Group) else line(one)

    def line(one: Line) -> Line:
        if isinstance(one, Is) and one.term in turned:
            term, other = turned[one.term]
            return Is(other.name, tuple(other.domain.values[term.domain.values.index(value)] for value in one.values))
        if isinstance(one, Against):
            return replace(one, term=names.get(one.term, one.term), other=names.get(one.other, one.other))
        return one if isinstance(one, Unsettled) else replace(one, term=names.get(one.term, one.term))

    return replace(
        rule,
        id=rule.id + suffix,
        condition=Condition(tuple(map(part, rule.condition.lines)), tuple(map(part, rule.condition.unless))),
        then=tuple((names[term], value) for term, value in rule.then),
        outranks=tuple(other + suffix for other in rule.outranks),
    )
