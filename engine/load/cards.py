"""rules/<stage>/<rule>.yaml: one rule a file, whole; and what a rule concludes."""

import re
from collections.abc import Iterable, Mapping

from ..case import Value
from ..document import Fields, Items, Node, Text
from ..errors import Place
from ..language import TERM, Domain, no_term, no_value
from ..rulebook import Example, Rule, Term
from .fields import Desk

CARD = ("rule", "says", "if", "unless", "then", "outranks", "because", "source", "status", "examples")
STATUSES = ("draft", "reviewed")
MARKS = ("holds", "fails", "waits")
_WHOLE = re.compile(r"-?\d{1,9}(\.0+)?\Z")


def load_card(
    desk: Desk, file: str, node: Node | None, terms: Mapping[str, Term], known: tuple[Iterable[str], Iterable[str]]
) -> Rule | None:
    """The rule of a file; `known` are the keys of the sources and the numbers of the article's claims."""
    fields = desk.fields(node, file, CARD)
    if fields is None:
        return None
    domains = {name: term.domain for name, term in terms.items()}
    desk.text(fields, "status", required=True)
    return Rule(
        id=desk.identity(fields, "rule", file),
        says=desk.text(fields, "says", required=True),
        condition=desk.condition(fields, domains),
        then=_then(desk, fields, terms),
        because=desk.text(fields, "because", required=True),
        sources=desk.citations(fields, *known),
        place=Place(file, fields.place.line),
        outranks=tuple(dict.fromkeys(rule for rule, _ in desk.texts(fields, "outranks"))),
        examples=_examples(desk, fields, domains),
        status=desk.choice(fields, "status", STATUSES),
    )


def _then(desk: Desk, fields: Fields, terms: Mapping[str, Term]) -> tuple[tuple[str, str | None], ...]:
    told: list[tuple[str, str | None]] = []
    node = fields.get("then")
    for key, value in desk.pairs(node, "then"):
        phrase = value.value if isinstance(value, Text) and value is not key else None
        if conclusion_is_known(desk, key.value, phrase, key.place, terms):
            told.append((key.value, phrase))
    if node is None:
        desk.note(fields.place, "no `then`", "at least one conclusion")
    named = [(name, None if terms[name].single else value) for name, value in told]
    if len(set(named)) < len(named):
        desk.note(fields.place, "a conclusion named twice", "each once")
    return tuple(told)


def conclusion_is_known(desk: Desk, name: str, phrase: str | None, place: Place, terms: Mapping[str, Term]) -> bool:
    """Whether a rule may conclude this; notes what is wrong if not."""
    term = terms.get(name)
    concluded = [other.name for other in terms.values() if not other.finding and not other.built_in]
    if term is None or name not in concluded:
        what = "a finding, which only a case gives" if term and term.finding else "no conclusion"
        unknown = ("", "") if term else (TERM, name)
        desk.note(place, f"{name[:80]!r} is {what}", "a conclusion", desk.nearest(name, concluded), unknown)
        return False
    if term.domain.kind == "tally":
        if phrase is not None:
            desk.note(place, f"a value for the tally {name!r}", f"`- {name}` alone")
        return phrase is None
    if phrase not in term.domain.values:
        suggestion = desk.nearest(phrase or "", term.domain.values)
        desk.problems.append(no_value(place, phrase or "", name, term.domain, suggestion))
        return False
    return True


def _examples(desk: Desk, fields: Fields, domains: Mapping[str, Domain]) -> tuple[Example, ...]:
    node = fields.get("examples")
    if node is None:
        return ()
    if not isinstance(node, Items):
        desk.note(node.place, "`examples` is no list", "a list of examples")
        return ()
    found = []
    for item in node.items:
        entry = desk.fields(item, item.place.file, ("name", "given", "rule"))
        if entry is None:
            continue
        desk.text(entry, "rule", required=True)
        name, mark = desk.text(entry, "name", required=True), desk.choice(entry, "rule", MARKS)
        found.append(Example(name, _given(desk, entry, domains), mark, item.place))
    return tuple(found)


def _given(desk: Desk, entry: Fields, domains: Mapping[str, Domain]) -> dict[str, Value | tuple[str, ...]]:
    given: dict[str, Value | tuple[str, ...]] = {}
    node = entry.get("given")
    if not isinstance(node, Fields):
        if not (isinstance(node, Text) and node.blank):
            desk.note(entry.place, "no `given`", "`given: {term: value, …}`, or `given: {}`")
        return given
    for key, value in node.entries:
        domain = domains.get(key.value)
        if domain is None:
            desk.problems.append(no_term(key.place, key.value, desk.nearest(key.value, domains)))
        elif isinstance(value, Items) and domain.kind == "several":
            texts = [item.value if isinstance(item, Text) else "" for item in value.items]
            members = [value_of(desk, key.value, domain, text, value.place) for text in texts]
            given[key.value] = tuple(str(member) for member in members if member is not None)
        elif isinstance(value, Text):
            found = value_of(desk, key.value, domain, value.value, value.place)
            if found is not None:
                given[key.value] = (str(found),) if domain.kind == "several" else found
        else:
            desk.note(value.place, f"{key.value!r} has no single value", "one value")
    return given


def value_of(desk: Desk, name: str, domain: Domain, text: str, place: Place) -> Value | None:
    """The value that a text is for a term; None and a problem noted where it is none."""
    if domain.kind in ("number", "tally"):
        return _number(desk, name, domain, text, place)
    for value in (text, {"true": "yes", "false": "no"}.get(text.lower(), text)):
        if value in domain.values:
            return value
    desk.problems.append(no_value(place, text, name, domain, desk.nearest(text, domain.values)))
    return None


def _number(desk: Desk, name: str, domain: Domain, text: str, place: Place) -> int | None:
    high = domain.high if domain.kind == "number" else 10**9
    if not _WHOLE.match(text):
        desk.note(place, f"{text[:80]!r} is no value of {name!r}", f"a whole number, {domain.low} to {high}")
        return None
    number = int(text.split(".")[0])
    if not domain.low <= number <= high:
        desk.note(place, f"{number} is outside the range of {name!r}", f"{domain.low} to {high}")
        return None
    return number
