"""The rules and laws of a layer over those beneath: what is replaced or taken out, and what then reads otherwise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from ..document import Fields, Node
from ..errors import Place, listed
from ..language import Condition, Group, Is, Line
from ..rulebook import Law, Retired, Rule, Rulebook, Term
from .cards import as_given
from .formats import KNOWLEDGE as NAMED
from .layers import check_name
from .problem_collector import ProblemCollector
from .stack import KNOWLEDGE
from .terms import VALUES

IN_CASES = "in cases beneath"
Like = Mapping[str, Mapping[str, str]]


def rules_over(
    beneath: Rulebook, own: Mapping[str, Rule], retired: Mapping[str, Retired], terms: Mapping[str, Term]
) -> dict[str, Rule]:
    """The rules beneath that are neither replaced nor retired, and those of the layer after them.

    A rule beneath that outranked a replaced one outranks the replacement, where both give the same conclusion. A line
    beneath that says `other than` means the new values too.
    """
    instead = {rule.replaces: rule for rule in own.values() if rule.replaces}
    gone = instead.keys() | retired.keys()
    grown = {name for name, term in beneath.terms.items() if terms[name].domain != term.domain}
    kept = (rule for rule in beneath.rules.values() if rule.id not in gone)
    return {rule.id: _seen(rule, instead, gone, terms, grown) for rule in kept} | dict(own)


def _seen(rule: Rule, instead: Mapping[str, Rule], gone: object, terms: Mapping[str, Term], grown: set[str]) -> Rule:
    if not gone and not grown:
        return rule
    lower = tuple(_lower(rule, instead, gone, terms)) if rule.outranks else ()
    condition = _map_lines(rule.condition, lambda line: _grown(line, terms)) if grown & rule.condition.terms() else None
    if lower == rule.outranks and condition in (None, rule.condition):
        return rule
    return replace(rule, outranks=lower, condition=condition or rule.condition)


def _lower(rule: Rule, instead: Mapping[str, Rule], gone: object, terms: Mapping[str, Term]) -> Iterator[str]:
    """What a rule beneath outranks now."""
    for name in rule.outranks:
        other = instead.get(name)
        if other is not None and any(terms[term].single for term in _conclusions(rule) & _conclusions(other)):
            yield other.id
        elif name not in gone:  # type: ignore[operator]
            yield name


def _conclusions(rule: Rule) -> set[str]:
    return {name for name, _ in rule.then}


def _grown(line: Line, terms: Mapping[str, Term]) -> Line:
    """A line that says `other than`, with the values that are new."""
    if not isinstance(line, Is) or not line.besides:
        return line
    values = tuple(value for value in terms[line.term].domain.values if value not in line.besides)
    return line if values == line.values else replace(line, values=values)


def with_new_values(condition: Condition, terms: Mapping[str, Term]) -> Condition:
    """A condition beneath, whose lines that say `other than` mean the new values too."""
    return _map_lines(condition, lambda line: _grown(line, terms))


def laws_over(laws: Mapping[str, Law], like: Like, terms: Mapping[str, Term]) -> dict[str, Law]:
    """The laws beneath, in which a value stands for the new ones that are like it, too."""

    def both(line: Line) -> Line:
        if not isinstance(line, Is) or line.term not in like:
            return line
        new = like[line.term]
        if line.besides:
            besides = (*line.besides, *(value for value, old in new.items() if old in line.besides))
            return _grown(replace(line, besides=besides), terms)
        return replace(line, values=(*line.values, *(value for value, old in new.items() if old in line.values)))

    if not like:
        return dict(laws)
    return {name: replace(law, condition=_map_lines(law.condition, both)) for name, law in laws.items()}


def _map_lines(condition: Condition, change: Callable[[Line], Line]) -> Condition:
    def part(one: Line | Group) -> Line | Group:
        return replace(one, lines=tuple(map(change, one.lines))) if isinstance(one, Group) else change(one)

    return Condition(tuple(map(part, condition.lines)), tuple(map(part, condition.unless)))


# --- what a layer may not do -----------------------------------------------------------------------------------------


def check_over(
    collector: ProblemCollector, beneath: Rulebook, own: Mapping[str, Rule], retired: Mapping[str, Retired]
) -> None:
    """Note what the rules and records of a layer may not do with the rules beneath."""
    instead: dict[str, Rule] = {}
    for rule in own.values():
        if rule.id in beneath.rules:
            there = f"{rule.id!r} is a rule beneath ({beneath.rules[rule.id].place})"
            collector.note(rule.place, there, f"another name, with `replaces: {rule.id}`")
        elif rule.replaces and _may_replace(collector, beneath, rule, instead, retired):
            instead[rule.replaces] = rule
            _check_given_up(collector, rule.place, beneath.rules[rule.replaces], rule.then, rule.gives_up)
        elif not rule.replaces and rule.gives_up:
            collector.note(rule.place, "`gives up` of a rule that replaces none", "it beside `replaces`")
        if rule.lowers and not (rule.replaces or rule.outranks):
            there = "`lowers` of a rule that replaces and outranks none"
            collector.note(rule.place, there, "it beside `replaces` or `outranks`")
    for record in retired.values():
        if record.id in beneath.rules:
            _check_given_up(collector, record.place, beneath.rules[record.id], (), record.gives_up)
        elif record.gives_up or record.id in beneath.used_names:
            used = beneath.used_names.get(record.id)
            there = f"{record.id!r} is not a rule beneath" + (f", and was one before ({used})" if used else "")
            near = _there_now(beneath, record.id) or collector.nearest(record.id, beneath.rules)
            collector.note(record.place, there, "a rule beneath", near)


def _may_replace(
    collector: ProblemCollector,
    beneath: Rulebook,
    rule: Rule,
    instead: Mapping[str, Rule],
    retired: Mapping[str, Retired],
) -> bool:
    old = rule.replaces
    if old not in beneath.rules:
        now = _there_now(beneath, old)
        what = f", which {now!r} replaces" if now else ", which is not a rule beneath"
        suggestion = now or collector.nearest(old, beneath.rules)
        collector.note(rule.place, f"{rule.id!r} replaces {old[:80]!r}{what}", "a rule beneath", suggestion)
    elif old in instead:
        there = f"{rule.id!r} replaces {old!r}, which {instead[old].id!r} replaces too ({instead[old].place})"
        collector.note(rule.place, there, "one rule in the place of another")
    elif old in retired:
        there = f"{rule.id!r} replaces {old!r}, which is retired too ({retired[old].place})"
        collector.note(rule.place, there, "one of the two")
    else:
        return True
    return False


def _there_now(beneath: Rulebook, name: str) -> str:
    """The rule beneath that took the place of another, or has its name now."""
    return next((one.id for one in beneath.rules.values() if one.replaces == name or name in one.formerly), "")


def _check_given_up(
    collector: ProblemCollector,
    place: Place,
    old: Rule,
    then: tuple[tuple[str, str | None], ...],
    named: tuple[str, ...],
) -> None:
    """Note it where what a rule beneath gave is neither given now nor named, or more is named."""
    gone = [as_given(*pair) for pair in old.then if pair not in then]
    if missing := [one for one in gone if one not in named]:
        text = f"`gives up: [{', '.join(f'{{{one}}}' if ': ' in one else one for one in gone)}]`"
        collector.note(place, f"{old.id!r} gave {listed(missing)}, which nothing gives in its place", text)
    if more := [one for one in named if one not in gone]:
        expected = f"what {old.id!r} gave and this does not: {listed(gone) or 'nothing'}"
        collector.note(place, f"`gives up` of {listed(more)}", expected, collector.nearest(more[0], gone))


def check_added(collector: ProblemCollector, own: Rulebook, beneath: Rulebook) -> None:
    """Note what a layer may not add: rows of a table beneath, claims, and assumptions about what is asked beneath."""
    tables = {rule.id.rpartition(".")[0]: rule.place.file for rule in beneath.rules.values() if rule.row}
    for table, place in {rule.id.rpartition(".")[0]: rule.place for rule in own.rules.values() if rule.row}.items():
        if table in tables:
            there = f"{table!r} is a table beneath ({tables[table]})"
            collector.note(
                Place(place.file), there, "a name of its own, with rows that each `replaces` or outranks one"
            )
    for number, claim in own.claims.items():
        if claim is not beneath.claims.get(number):
            collector.note(claim.place, "a claim of the article in a layer", "its own sources, in sources.yaml")
    for law in own.impossible.values():
        for name in sorted(law.condition.terms()):
            if name in beneath.terms:
                there = (
                    f"the assumption {law.id!r} reads {name!r}, which is asked beneath ({beneath.terms[name].place})"
                )
                expected = "findings of this layer only: it could leave out patients of whom those beneath speak"
                collector.note(law.place, there, expected)


def check_base(collector: ProblemCollector, documents: Mapping[str, Node | None], rulebook: Rulebook) -> None:
    """Note what only a layer may say, in a base that builds on nothing."""
    expected = "it in a layer, whose knowledge.yaml says `builds on`"
    if KNOWLEDGE in documents:
        _check_named(collector, documents[KNOWLEDGE])
    for rule in rulebook.rules.values():
        fields = {"replaces": rule.replaces, "gives up": rule.gives_up, "lowers": rule.lowers}
        if said := [name for name, value in fields.items() if value]:
            collector.note(rule.place, f"`{listed(said)}` of {rule.id!r}", expected)
    for record in rulebook.retired.values():
        if record.gives_up or record.lowers:
            collector.note(record.place, f"`{'gives up' if record.gives_up else 'lowers'}` of {record.id!r}", expected)
    for name, node in documents.items():
        if name.startswith("wording/"):
            collector.note(Place(name), "wording of what lies beneath", expected)
        for key, _ in node.entries if isinstance(node, Fields) else ():
            if (key.value == VALUES and name.startswith("terms/")) or (name, key.value) == (KNOWLEDGE, IN_CASES):
                collector.note(key.place, f"`{key.value}`, which is about what lies beneath", expected)


def _check_named(collector: ProblemCollector, node: Node | None) -> None:
    """Note what is wrong in the knowledge.yaml of a base, which is not seen to build on anything."""
    fields = collector.fields(node, KNOWLEDGE, NAMED)
    if fields is None:
        return
    check_name(collector, collector.text(fields, "name"), Place(KNOWLEDGE, fields.place.line))
    if on := fields.get("builds on"):
        expected = "`builds on: lumbar`, or a path, in a line of its own"
        collector.note(on.place, "`builds on` that is not in a line of its own", expected)
