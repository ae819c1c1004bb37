"""A rulebook several times over: every rule and conclusion copied under another name, on the same findings."""

from dataclasses import replace

from engine.language import Against, Condition, Group, Line, Unsettled
from engine.rulebook import Rule, Rulebook


def times(rulebook: Rulebook, count: int) -> Rulebook:
    """The rulebook with its rules `count` times."""
    terms = dict(rulebook.terms)
    rules = dict(rulebook.rules)
    for number in range(1, count):
        names = {term.name: f"{term.name} {number}" for term in rulebook.conclusions}
        terms |= {names[term.name]: replace(term, name=names[term.name]) for term in rulebook.conclusions}
        rules |= {f"{rule.id}_{number}": _renamed(rule, names, f"_{number}") for rule in rulebook.rules.values()}
    return replace(rulebook, terms=terms, rules=rules, laws={}, cases={}, recommendation=None)


def _renamed(rule: Rule, names: dict[str, str], suffix: str) -> Rule:
    def part(one: Line | Group) -> Line | Group:
        return replace(one, lines=tuple(map(line, one.lines))) if isinstance(one, Group) else line(one)

    def line(one: Line) -> Line:
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
