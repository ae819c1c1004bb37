"""terms/<topic>.yaml: the findings and conclusions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from ..case import Value
from ..document import Fields, Node, Text
from ..errors import Place, listed
from ..language import (
    KINDS,
    OTHER_THAN,
    UNSETTLED,
    Condition,
    Domain,
    Kind,
    Misread,
    Unsettled,
    parse_parts,
    show_line,
    terms_of,
)
from ..none_of_these import NONE_OF_THESE
from ..rulebook import COMPLETE, SCREENED, Term
from .formats import CONCLUSION, FINDING, FOR_PATIENTS, TERMS, names
from .known_names import domains_of
from .problem_collector import ProblemCollector

RESERVED = ("any of", "case", "says", "source", NONE_OF_THESE, SCREENED, COMPLETE, *UNSETTLED)
VALUES = "values"
"""The part of a file of terms with new values of conclusions beneath, which `new_values` reads."""
NO_TERMS: Mapping[str, Term] = {}
_NAME = re.compile(r"[^\W\d_][^:#,\[\]{}`\"]*\Z")
_RANGE = re.compile(r"(\d{1,9}) to (\d{1,9})\Z")
_USUAL = re.compile(r"(\d{1,9})(?: to (\d{1,9}))?\Z")


def load_terms(
    collector: ProblemCollector, documents: Mapping[str, Node | None], beneath: Mapping[str, Term] = NO_TERMS
) -> dict[str, Term]:
    """The terms beneath a layer, every term of the files, and the two built-in ones last."""
    terms = {name: term for name, term in beneath.items() if not term.built_in}
    gates: dict[str, Node] = {}
    for name, entry, finding in _entries(collector, documents):
        term, gate = _term(collector, name, entry, finding)
        if name.value in beneath:
            expected = "a name of its own; `wording/` rewords its question, `values` adds values"
            there = f"{name.value!r} is a term beneath ({beneath[name.value].place})"
            collector.note(name.place, there, expected)
        elif name.value in terms:
            collector.note(name.place, f"{name.value!r} stands in {terms[name.value].place} too", "each term once")
        terms.setdefault(name.value, term)
        if gate is not None and name.value not in beneath:
            gates[name.value] = gate
    for built_in, what in ((SCREENED, "screening question"), (COMPLETE, "finding")):
        says, domain = f"every {what} that applies is answered", Domain("yes/no", ("yes", "no"))
        terms[built_in] = Term(built_in, domain, False, Place("built in"), says=says, built_in=True)
    terms = {name: _gated(collector, term, gates.get(name), terms) for name, term in terms.items()}
    _check_gates(collector, terms, gates)
    _check_names_of_before(collector, terms)
    return terms


def _entries(collector: ProblemCollector, documents: Mapping[str, Node | None]) -> Iterator[tuple[Text, Node, bool]]:
    """Each term of the files: its name, its fields, and whether it is a finding."""
    for file, node in documents.items():
        fields = collector.fields(node, file, TERMS)
        for group, body in fields.entries if fields else ():
            if group.value == VALUES:
                continue
            finding = "conclusions" not in (group.value, collector.nearest(group.value, names(TERMS)))
            if not isinstance(body, Fields):
                collector.note(body.place, f"no terms under `{group.value}`", "`name:` with its fields, for each term")
                continue
            for name, entry in body.entries:
                yield name, entry, finding


def _term(collector: ProblemCollector, name: Text, entry: Node, finding: bool) -> tuple[Term, Node | None]:
    fields = collector.fields(entry, name.place.file, FINDING if finding else CONCLUSION) or Fields((), name.place)
    _nameable(collector, name)
    domain = _domain(collector, fields, finding)
    term = Term(
        name=name.value,
        domain=domain,
        finding=finding,
        place=name.place,
        ask=collector.text(fields, "ask"),
        help=collector.text(fields, "help"),
        says=collector.text(fields, "says"),
        unit=collector.text(fields, "unit"),
        codes=tuple(code for code, _ in collector.texts(fields, "codes")),
        screening=collector.text(fields, "screening") == "yes",
        lasts=collector.text(fields, "lasts") == "yes",
        fixed=collector.text(fields, "fixed") == "yes",
        unread=collector.text(fields, "unread"),
        otherwise=collector.choice(fields, "otherwise", domain.values) or None,
        takes_highest=collector.text(fields, "takes") == "highest",
        screening_for=_screening_for(collector, fields, domain),
        usual=_usual(collector, fields, domain) if finding else None,
        for_patients=_for_patients(collector, fields, domain),
        gap=collector.text(fields, "gap") == "yes",
        accepts=collector.text(fields, "accepts"),
        group=collector.text(fields, "group"),
        none=_none(collector, fields, domain) if finding else None,
        loses=collector.text(fields, "loses"),
        formerly=tuple(name for name, _ in collector.texts(fields, "formerly")),
        split_from=tuple(name for name, _ in collector.texts(fields, "split from")),
        former_values=_former_values(collector, fields, domain),
    )
    gate = fields.get("asked if")
    _consistent(collector, term, gate)
    return term, gate


def _nameable(collector: ProblemCollector, name: Text) -> None:
    """Note a name that means something else in a condition or a case, or that nobody could type."""
    words = name.value
    means_something_else = words in RESERVED or " or " in words or words.startswith(("at least ", "expected "))
    if means_something_else or not _NAME.match(words) or not words.isprintable():
        collector.note(
            name.place, f"{words[:80]!r} cannot name a term", "a phrase of words that means nothing else here"
        )


def _consistent(collector: ProblemCollector, term: Term, gate: Node | None) -> None:
    kind = term.domain.kind
    if term.screening and term.lasts:
        collector.note(
            term.place, f"{term.name!r} is a screening finding and lasts", "one of the two: screening is asked again"
        )
    if term.none is not None and not term.group:
        collector.note(term.place, f"{term.name!r} has a `none`, and no group", "a `group:` of groups.yaml")
    if term.loses and gate is None:
        collector.note(term.place, f"`loses` of {term.name!r}, which is asked of everybody", "it beside `asked if`")
    if term.takes_highest and kind != "choice":
        collector.note(term.place, f"`takes: highest` of {term.name!r}", "a choice, whose values are a scale")
    elif term.takes_highest and term.otherwise not in term.domain.values[:1]:
        collector.note(term.place, f"{term.name!r} takes the highest", "`otherwise:` its lowest value")
    if term.otherwise is not None and kind not in ("yes/no", "choice"):
        collector.note(term.place, f"`otherwise` of {term.name!r}", "a yes/no or a choice")


def _screening_for(collector: ProblemCollector, fields: Fields, domain: Domain) -> tuple[str, ...]:
    text, node = collector.text(fields, "screening for"), fields.get("screening for")
    values = tuple(text.split(" or ")) if text else ()
    for value in values:
        if node is not None and value not in domain.values:
            collector.note(
                node.place,
                f"{value!r} is not a value here",
                listed(domain.values),
                collector.nearest(value, domain.values),
            )
    return values


def _none(collector: ProblemCollector, fields: Fields, domain: Domain) -> Value | None:
    """What a finding is where a person says "none of these" of its group."""
    text, node = collector.text(fields, "none"), fields.get("none")
    if node is None or domain.kind != "number":
        return collector.choice(fields, "none", domain.values) or None
    if text.isdecimal() and domain.low <= int(text[:9]) <= domain.high:
        return int(text[:9])
    collector.note(node.place, f"{text[:80]!r} under `none`", f"a whole number, {domain.low} to {domain.high}")
    return None


def _for_patients(collector: ProblemCollector, fields: Fields, domain: Domain) -> dict[str, str]:
    """Values to sentences."""
    node = fields.get(FOR_PATIENTS)
    if node is None:
        return {}
    sentences = collector.mapping(node, node.place.file, domain.values)
    return {key.value: collector.text(sentences, key.value) for key, _ in sentences.entries} if sentences else {}


def _former_values(collector: ProblemCollector, fields: Fields, domain: Domain) -> dict[str, str]:
    """Values of before to those of today."""
    node = fields.get("values formerly")
    found: dict[str, str] = {}
    for old, new in node.entries if isinstance(node, Fields) else ():
        if not isinstance(new, Text) or new.value not in domain.values or old.value in domain.values:
            there = f"{old.value[:80]!r} is called by no value of today, or is one itself"
            collector.note(old.place, there, "`old value: new value`")
        else:
            found[old.value] = new.value
    if node is not None and not isinstance(node, Fields):
        collector.note(node.place, "no values of before", "`old value: new value`")
    return found


def _check_names_of_before(collector: ProblemCollector, terms: Mapping[str, Term]) -> None:
    """Note it where a name of before is one of today, or of two terms."""
    owners: dict[str, str] = {}
    for term in terms.values():
        for old in term.formerly:
            if old in terms or owners.setdefault(old, term.name) != term.name:
                there = f"{old[:80]!r} was the name of {term.name!r}, and is that of another term too"
                collector.note(term.place, there, "a name that was never used")
        for old in term.split_from:
            if old in terms or any(old in other.formerly for other in terms.values()):
                there = f"{term.name!r} is split from {old[:80]!r}, which is the name of a term, or of one before"
                collector.note(term.place, there, "the name of a finding that is gone")


def _usual(collector: ProblemCollector, fields: Fields, domain: Domain) -> str | tuple[int, int] | None:
    """What made-up cases mostly have: a value, or the ends of a range of numbers."""
    text, node = collector.text(fields, "usual"), fields.get("usual")
    if node is None:
        return None
    if domain.kind != "number":
        return collector.choice(fields, "usual", domain.values) or None
    match = _USUAL.match(text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if domain.low <= low <= high <= domain.high:
        return low, high
    expected = f"a whole number, or a range, within {domain.low} to {domain.high}"
    collector.note(node.place, f"{text[:80]!r} under `usual`", expected)
    return None


def _domain(collector: ProblemCollector, fields: Fields, finding: bool) -> Domain:
    described, written = FINDING if finding else CONCLUSION, collector.text(fields, "kind")
    allowed = next(field.values for field in described if field.name == "kind")
    kind: Kind = next((one for one in KINDS if one == written and one in allowed), "yes/no")
    for field in described:
        if field.kinds and kind not in field.kinds and (node := fields.get(field.name)):
            collector.note(node.place, f"`{field.name}` of a {kind}", f"it for {' or '.join(field.kinds)} only")
    if kind == "yes/no":
        return Domain(kind, ("yes", "no"))
    if kind == "number":
        return _number(collector, fields)
    values = collector.texts(fields, "values")
    if kind in ("choice", "several"):
        check_values(collector, fields, values)
    return Domain(kind, tuple(dict.fromkeys(value for value, _ in values)))


def _number(collector: ProblemCollector, fields: Fields) -> Domain:
    match = _RANGE.match(collector.text(fields, "range", required=True))
    if not match or int(match[1]) > int(match[2]):
        if node := fields.get("range"):
            collector.note(node.place, "no range", "two whole numbers, such as `0 to 120`")
        return Domain("number", low=0, high=10**9)
    return Domain("number", low=int(match[1]), high=int(match[2]))


def check_values(collector: ProblemCollector, fields: Fields, values: tuple[tuple[str, Place], ...]) -> None:
    """Note the values that cannot be some, or stand there twice."""
    if not values:
        node = fields.get("values")
        collector.note(node.place if node else fields.place, "no `values`", "a list of at least one value")
    seen: set[str] = set()
    for value, place in values:
        if value in seen:
            collector.note(place, f"{value[:80]!r} twice", "each value once")
        if not value or " or " in f" {value} " or value in UNSETTLED or _untidy(value) or value.startswith(OTHER_THAN):
            expected = "a phrase without ` or `, that is not unknown or disputed, and does not begin with `other than`"
            collector.note(place, f"{value[:80]!r} cannot be a value", expected)
        seen.add(value)


def _untidy(value: str) -> bool:
    return " ".join(value.split()) != value or not value.isprintable()


def _gated(collector: ProblemCollector, term: Term, gate: Node | None, terms: Mapping[str, Term]) -> Term:
    if gate is None:
        return term
    try:
        condition = Condition(parse_parts(gate, domains_of(terms)))
    except Misread as error:
        collector.problems += error.problems
        return term
    findings_only(collector, condition, terms)
    return replace(term, asked_if=condition)


def _check_gates(collector: ProblemCollector, terms: Mapping[str, Term], gates: Mapping[str, Node]) -> None:
    """Note findings that decide about each other in a circle, and screening that hangs on what is not screening."""
    reads = {name: term.asked_if.terms() if term.asked_if else frozenset() for name, term in terms.items()}
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as error:
        path = error.args[1][::-1]
        there = f"a circle of `asked if`: {' reads '.join(map(repr, path))}"
        collector.note(gates[path[0]].place, there, "findings that do not decide about each other")
    for name, node in gates.items():
        for other in sorted(reads[name]) if terms[name].screening else ():
            if terms[other].finding and not terms[other].screening:
                there = f"the screening finding {name!r} is asked only if {other!r} allows, which is not one"
                collector.note(node.place, there, f"`screening: yes` for {other!r}, or another `asked if`")


def findings_only(collector: ProblemCollector, condition: Condition, terms: Mapping[str, Term]) -> None:
    """Note every line that reads more than what was answered."""
    for line in condition.leaves():
        for name in terms_of(line):
            if not terms[name].finding:
                collector.note(line.place or Place(""), f"{name!r} is a conclusion", "findings only")
        if isinstance(line, Unsettled):
            collector.note(line.place or Place(""), f"`{show_line(line)}`", "an answer")
