"""Random rulebooks and cases, small enough to shrink and rich enough to reach every clause of the meaning."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from engine.case import Case, Value
from engine.errors import Place
from engine.language import RELATIONS, Against, Condition, Domain, Group, Is, Line, Unsettled, Within
from engine.rulebook import COMPLETE, SCREENED, Law, Rule, Rulebook, Term

NOWHERE = Place("made up")
COLOURS = ("red", "green", "blue")
LEVELS = ("low", "middle", "high")
TOP = 6
Draw = Any


@st.composite
def findings(draw: Draw) -> dict[str, Term]:
    """Two yes/no findings, a choice and two numbers, one of them fixed; some are screening, some asked at times.

    What one is asked if reads those before it, which may be asked only of some themselves.
    """
    domains = {
        "wet": Domain("yes/no", ("yes", "no")),
        "loud": Domain("yes/no", ("yes", "no")),
        "colour": Domain("choice", COLOURS),
        "size": Domain("number", low=0, high=TOP),
        "size before": Domain("number", low=0, high=TOP),
    }
    terms: dict[str, Term] = {}
    for name, domain in domains.items():
        term = Term(name, domain, finding=True, place=NOWHERE, fixed=name == "size before")
        gate = Condition(tuple(draw(st.lists(part(terms), min_size=1, max_size=2)))) if terms else None
        terms[name] = replace(term, asked_if=gate if draw(st.integers(0, 2)) == 0 else None)
    screening = {name for name in terms if draw(st.booleans())}
    for name in reversed(terms):  # what gates a screening finding is a screening finding
        gate = terms[name].asked_if
        screening |= gate.terms() if gate and name in screening else frozenset()
    return {name: replace(term, screening=name in screening) for name, term in terms.items()}


@st.composite
def conclusion(draw: Draw, name: str) -> Term:
    """A conclusion of any kind."""
    kind = draw(st.sampled_from(["yes/no", "choice", "scale", "several", "tally"]))
    if kind == "scale":
        return Term(name, Domain("choice", LEVELS), False, NOWHERE, otherwise="low", takes_highest=True)
    if kind == "tally":
        return Term(name, Domain("tally"), False, NOWHERE)
    values = ("yes", "no") if kind == "yes/no" else COLOURS
    otherwise = draw(st.sampled_from([None, *values])) if kind != "several" else None
    return Term(name, Domain(kind, values), False, NOWHERE, otherwise=otherwise)


@st.composite
def line(draw: Draw, terms: Mapping[str, Term]) -> Line:
    """A line on one of the terms."""
    term = draw(st.sampled_from(sorted(terms.values(), key=lambda one: one.name)))
    domain = term.domain
    if domain.values:
        values = draw(st.lists(st.sampled_from(domain.values), min_size=1, max_size=2, unique=True))
        if domain.kind == "choice" and draw(st.integers(0, 3)) == 0:
            others = tuple(value for value in domain.values if value not in values)
            return Is(term.name, others, besides=tuple(values))
        return Is(term.name, tuple(values))
    alike = sorted(other.name for other in terms.values() if other.domain.kind == domain.kind)
    if len(alike) > 1 and draw(st.booleans()):
        relation = draw(st.sampled_from(sorted(RELATIONS)))
        amount = {"above": 2, "below": 1, "% below": 30}.get(relation, 0)
        return Against(term.name, relation, draw(st.sampled_from(alike)), amount)
    edge = draw(st.integers(0, TOP - 1))
    low, high, words = draw(
        st.sampled_from(
            [
                (edge, None, f"{edge} or more"),
                (None, edge, f"at most {edge}"),
                (edge + 1, None, f"over {edge}"),
                (edge, edge + 1, f"{edge} to {edge + 1}"),
                (edge, edge, str(edge)),
            ]
        )
    )
    return Within(term.name, low, high, words)


@st.composite
def part(draw: Draw, terms: Mapping[str, Term]) -> Line | Group:
    """A line, or a group of up to three."""
    if draw(st.integers(0, 3)):
        single: Line = draw(line(terms))
        return single
    lines = draw(st.lists(line(terms), min_size=1, max_size=3))
    return Group(draw(st.integers(1, len(lines))), tuple(lines))


@st.composite
def conditions(draw: Draw, terms: Mapping[str, Term]) -> Condition:
    """Up to three parts that must hold and one that must not; sometimes none at all."""
    lines = draw(st.lists(part(terms), max_size=3))
    unless = draw(st.lists(part(terms), max_size=1)) if lines else []
    return Condition(tuple(lines), tuple(unless))


@st.composite
def laws(draw: Draw, terms: Mapping[str, Term]) -> Law:
    """A law of up to three lines and one that excepts; some lines say unknown or disputed."""

    def unsettled(one: Line | Group) -> Line | Group:
        if isinstance(one, Group) or draw(st.integers(0, 2)):
            return one
        return Unsettled(one.term, draw(st.sampled_from(["unknown", "disputed"])))

    lines = [unsettled(draw(part(terms))) for _ in range(draw(st.integers(1, 3)))]
    unless = [unsettled(draw(part(terms))) for _ in range(draw(st.integers(0, 1)))]
    return Law(f"law_{draw(st.integers(0, 10**6))}", "", Condition(tuple(lines), tuple(unless)), (), NOWHERE)


@st.composite
def with_laws(draw: Draw) -> Rulebook:
    """A random rulebook with laws, and with conclusions that are screened for."""
    book: Rulebook = draw(rulebooks())
    terms = dict(book.terms)
    for term in book.conclusions:
        if term.domain.values and draw(st.booleans()):
            alarms = draw(st.lists(st.sampled_from(term.domain.values), min_size=1, max_size=2, unique=True))
            terms[term.name] = replace(term, screening_for=tuple(alarms))
    made = draw(st.lists(laws(terms), min_size=1, max_size=3))
    return replace(book, terms=terms, laws={law.id: law for law in made})


@st.composite
def with_assumptions(draw: Draw) -> Rulebook:
    """A random rulebook that says of some patients that they cannot be."""
    book: Rulebook = draw(rulebooks())
    findings = {term.name: term for term in book.findings}
    assumed = {
        f"never_{number}": Law(
            f"never_{number}", "", Condition(tuple(draw(part(findings)) for _ in range(2))), (), NOWHERE
        )
        for number in range(draw(st.integers(0, 2)))
    }
    return replace(book, impossible=assumed)


@st.composite
def quarrels(draw: Draw) -> Rulebook:
    """A random rulebook whose rules also read a conclusion that is disputed in some cases."""
    book: Rulebook = draw(rulebooks(quarrel=True))
    return book


@st.composite
def rulebooks(draw: Draw, quarrel: bool = False) -> Rulebook:
    """Up to five conclusions in a row, each with rules that read the findings and the conclusions before it."""
    terms: dict[str, Term] = dict(draw(findings()))
    rules: dict[str, Rule] = {}
    if quarrel:
        terms["quarrel"] = Term("quarrel", Domain("choice", COLOURS), False, NOWHERE)
        for name, line_on in (("red", Is("loud", ("yes",))), ("green", Is("colour", ("red", "green")))):
            rules[name] = Rule(name, "", Condition((line_on,)), (("quarrel", name),), "", (), NOWHERE)
    for number in range(draw(st.integers(1, 5))):
        made = draw(conclusion(f"conclusion {number}"))
        for place in range(draw(st.integers(0, 4))):
            told = [(made.name, draw(st.sampled_from(made.domain.values)) if made.domain.values else None)]
            name = f"rule_{number}_{place}"
            read = {one: term for one, term in terms.items() if not term.finding} if quarrel and place else terms
            rules[name] = Rule(name, "", draw(conditions(read)), tuple(told), "", (), NOWHERE)
        terms[made.name] = made
    rules = _with_outranks(draw, terms, _with_more_told(draw, terms, rules))
    for name in (SCREENED, COMPLETE):
        terms[name] = Term(name, Domain("yes/no", ("yes", "no")), False, NOWHERE, built_in=True)
    return Rulebook(terms, rules)


def _with_more_told(draw: Draw, terms: Mapping[str, Term], rules: Mapping[str, Rule]) -> dict[str, Rule]:
    """Some rules give a second, later conclusion as well."""
    made = {}
    for name, rule in rules.items():
        later = sorted(other for other in terms if other.startswith("conclusion") and other > rule.then[0][0])
        then = rule.then
        if later and draw(st.integers(0, 3)) == 0:
            other = terms[draw(st.sampled_from(later))]
            then += ((other.name, draw(st.sampled_from(other.domain.values)) if other.domain.values else None),)
        made[name] = Rule(name, "", rule.condition, then, "", (), NOWHERE)
    return made


def _with_outranks(draw: Draw, terms: Mapping[str, Term], rules: Mapping[str, Rule]) -> dict[str, Rule]:
    made = {}
    for name, rule in rules.items():
        single = {told for told, _ in rule.then if terms[told].single}
        lower = [other for other in rules if other != name and single & {told for told, _ in rules[other].then}]
        outranks = draw(st.lists(st.sampled_from(lower), max_size=2, unique=True)) if lower else []
        made[name] = Rule(name, "", rule.condition, rule.then, "", (), NOWHERE, outranks=tuple(outranks))
    return made


def value(term: Term) -> st.SearchStrategy[Value]:
    """Any value of a finding."""
    domain = term.domain
    return st.sampled_from(domain.values) if domain.values else st.integers(domain.low, domain.high)


@st.composite
def facts(draw: Draw, rulebook: Rulebook, whole: bool = False) -> dict[str, Value]:
    """Answers to some of the findings, or to all; where rules may quarrel, they often do."""
    known = {term.name: draw(value(term)) for term in rulebook.findings if whole or draw(st.integers(0, 3))}
    return known | {"loud": "yes", "colour": "red"} if "quarrel" in rulebook.terms and draw(st.booleans()) else known


def case(known: Mapping[str, Value], name: str = "made up") -> Case:
    """A case of these answers."""
    return Case(name, dict(known))
