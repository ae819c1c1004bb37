"""rules/<stage>/<rule>.yaml: one rule a file, whole; and what a rule concludes."""

from collections.abc import Mapping
from dataclasses import replace

from ..case import Value
from ..document import Fields, Items, Node, Text
from ..errors import Place
from ..facts import Misspelt, read_value
from ..language import TERM, no_term, no_value
from ..rulebook import Example, Rule, Term
from .formats import CARD, EXAMPLE
from .known_names import KnownNames
from .problem_collector import ProblemCollector

STATUS = "status"


def load_card(collector: ProblemCollector, file: str, node: Node | None, known: KnownNames) -> Rule | None:
    """The rule of a file."""
    fields = collector.fields(_without_status(collector, node), file, CARD)
    if fields is None:
        return None
    return Rule(
        id=collector.identity(fields, "rule", file),
        says=collector.text(fields, "says"),
        condition=collector.condition(fields, known.domains),
        then=_then(collector, fields, known),
        because=collector.text(fields, "because"),
        sources=collector.citations(fields, known.sources, known.claims),
        place=Place(file, fields.place.line),
        outranks=tuple(dict.fromkeys(rule for rule, _ in collector.texts(fields, "outranks"))),
        examples=_examples(collector, fields, known.terms),
        formerly=tuple(name for name, _ in collector.texts(fields, "formerly")),
        replaces=collector.text(fields, "replaces"),
        gives_up=gives_up(collector, fields),
        lowers=collector.text(fields, "lowers"),
    )


def _without_status(collector: ProblemCollector, node: Node | None) -> Node | None:
    """The card without the field that said of cards of before whether they were reviewed, which is reported."""
    status = node.get(STATUS) if isinstance(node, Fields) else None
    if status is None or not isinstance(node, Fields):
        return node
    key = next(key for key, _ in node.entries if key.value == STATUS)
    expected = "this line deleted: reviews are kept in reviews/, and `lumbar review` writes them"
    collector.note(key.place, "`status`, which cards no longer have", expected)
    return replace(node, entries=tuple(entry for entry in node.entries if entry[0].value != STATUS))


def gives_up(collector: ProblemCollector, fields: Fields) -> tuple[str, ...]:
    """What a rule beneath gave, and is given up, each as `conclusion: value`, or the name of a tally."""
    pairs = collector.pairs(fields.get("gives up"), "gives up")
    return tuple(
        as_given(key.value, value.value if value is not key and isinstance(value, Text) else None)
        for key, value in pairs
    )


def as_given(name: str, value: str | None) -> str:
    """A conclusion of a rule, as `gives up` names it."""
    return name if value is None else f"{name}: {value}"


def _then(collector: ProblemCollector, fields: Fields, known: KnownNames) -> tuple[tuple[str, str | None], ...]:
    pairs: list[tuple[str, str | None]] = []
    node = fields.get("then")
    for key, value in collector.pairs(node, "then"):
        phrase = value.value if isinstance(value, Text) and value is not key else None
        if conclusion_is_known(collector, key.value, phrase, key.place, known):
            pairs.append((key.value, phrase))
    if node is None:
        collector.note(fields.place, "no `then`", "at least one conclusion")
    named = [(name, None if known.terms[name].single else value) for name, value in pairs]
    if len(set(named)) < len(named):
        collector.note(fields.place, "a conclusion named twice", "each once")
    return tuple(pairs)


def conclusion_is_known(
    collector: ProblemCollector, name: str, phrase: str | None, place: Place, known: KnownNames
) -> bool:
    """Whether a rule may conclude this; notes what is wrong if not."""
    term = known.terms.get(name)
    if term is None or name not in known.concluded:
        what = "a finding, which only a case gives" if term and term.finding else "not a conclusion"
        unknown = ("", "") if term else (TERM, name)
        collector.note(
            place, f"{name[:80]!r} is {what}", "a conclusion", collector.nearest(name, known.concluded), unknown
        )
        return False
    if term.domain.kind == "tally":
        if phrase is not None:
            collector.note(place, f"a value for the tally {name!r}", f"`- {name}` alone")
        return phrase is None
    if phrase not in term.domain.values:
        suggestion = collector.nearest(phrase or "", term.domain.values)
        collector.problems.append(no_value(place, phrase or "", name, term.domain, suggestion))
        return False
    return True


def _examples(collector: ProblemCollector, fields: Fields, terms: Mapping[str, Term]) -> tuple[Example, ...]:
    node = fields.get("examples")
    if node is None:
        return ()
    if not isinstance(node, Items):
        collector.note(node.place, "`examples` is not a list", "a list of examples")
        return ()
    found = []
    for item in node.items:
        entry = collector.fields(item, item.place.file, EXAMPLE)
        if entry is None:
            continue
        name, mark = collector.text(entry, "name"), collector.text(entry, "rule")
        found.append(Example(name, _given(collector, entry, terms), mark, item.place))
    return tuple(found)


def _given(collector: ProblemCollector, entry: Fields, terms: Mapping[str, Term]) -> dict[str, Value | tuple[str, ...]]:
    given: dict[str, Value | tuple[str, ...]] = {}
    node = entry.get("given")
    if not isinstance(node, Fields):
        if not (isinstance(node, Text) and node.blank):
            collector.note(entry.place, "no `given`", "`given: {term: value, …}`, or `given: {}`")
        return given
    for key, value in node.entries:
        term = terms.get(key.value)
        if term is None:
            collector.problems.append(no_term(key.place, key.value, collector.nearest(key.value, terms)))
        elif isinstance(value, Items) and term.domain.kind == "several":
            texts = [item.value if isinstance(item, Text) else "" for item in value.items]
            members = [value_of(collector, term, text, value.place) for text in texts]
            given[key.value] = tuple(str(member) for member in members if member is not None)
        elif isinstance(value, Text):
            found = value_of(collector, term, value.value, value.place)
            if found is not None:
                given[key.value] = (str(found),) if term.domain.kind == "several" else found
        else:
            collector.note(value.place, f"{key.value!r} has no single value", "one value")
    return given


def value_of(collector: ProblemCollector, term: Term, raw: object, place: Place) -> Value | None:
    """The value that stands there for a term; None where nothing does, or where it is none and a problem is noted."""
    value = read_value(term, raw, place)
    if isinstance(value, Misspelt):
        collector.problems.append(value.problem)
        return None
    return value
