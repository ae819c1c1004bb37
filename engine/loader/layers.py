"""What a layer says of what lies beneath it: new values, other wording, other answers of saved cases."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..case import Case, Value
from ..document import Fields, Node, Text
from ..errors import Place, listed
from ..rulebook import Layer, QuestionGroup, Rulebook, Term, facts_in_order
from ..semantics import impossibilities
from .cards import value_of
from .cases import CaseEntry, entries_of, make_case
from .formats import ADAPTED, FOR_PATIENTS, KNOWLEDGE, NEW_VALUE, WORDING, Field, names
from .problem_collector import ProblemCollector
from .stack import KNOWLEDGE as FILE
from .stack import built_on
from .terms import VALUES, check_values

CASES_BENEATH = "cases/beneath/"
Documents = Mapping[str, Node | None]


def load_layer(collector: ProblemCollector, node: Node | None, beneath: Rulebook, text: bytes) -> Layer:
    """knowledge.yaml without what it says of findings, which are not known yet."""
    fields = collector.fields(node, FILE, KNOWLEDGE)
    if fields is None:
        return Layer("layer")
    name, place = collector.text(fields, "name"), Place(FILE, fields.place.line)
    check_name(collector, name, place)
    if name in {layer.name for layer in beneath.layers}:
        collector.note(place, f"{name!r} is the name of a layer beneath", "a name of its own")
    if collector.text(fields, "builds on") != built_on({FILE: text}):
        collector.note(place, "`builds on` that does not stand in one line", "`builds on: lumbar`, or a path")
    return Layer(name or "layer", collector.text(fields, "builds on"), place)


def check_name(collector: ProblemCollector, name: str, place: Place) -> None:
    """Note the name of a knowledge base that could not stand before the name of a file."""
    if any(sign in name for sign in ":;/\\") or not name.isprintable():
        collector.note(place, f"{name[:80]!r} cannot name a layer", "a phrase without `:`, `;` and `/`")


# --- new values ------------------------------------------------------------------------------------------------------


def new_values(
    collector: ProblemCollector, documents: Documents, terms: Mapping[str, Term]
) -> tuple[dict[str, Term], dict[str, dict[str, str]]]:
    """The terms beneath with their new values, and for each conclusion the new values with what they are like."""
    like: dict[str, dict[str, str]] = {}
    found = dict(terms)
    for node in documents.values():
        body = node.get(VALUES) if isinstance(node, Fields) else None
        if body is not None and not isinstance(body, Fields):
            collector.note(body.place, f"no values under `{VALUES}`", "`conclusion:` with its new values")
        for name, entries in body.entries if isinstance(body, Fields) else ():
            if _may_grow(collector, name, terms) and isinstance(entries, Fields):
                for value, node_of in entries.entries:
                    _add(collector, found, like, name.value, value, node_of)
            elif name.value in terms:
                expected = f"`new value: {{like: …}}`, with one of {listed(terms[name.value].domain.values)}"
                if not isinstance(entries, Fields):
                    collector.note(entries.place, f"no new values of {name.value!r}", expected)
    return found, like


def _may_grow(collector: ProblemCollector, name: Text, terms: Mapping[str, Term]) -> bool:
    term = terms.get(name.value)
    grows = [one.name for one in terms.values() if _grows(one)]
    if term is not None and _grows(term):
        return True
    there = f"{name.value[:80]!r} is not a conclusion beneath"
    if term is not None:
        what = "a finding" if term.finding else "a scale" if term.takes_highest else f"a {term.domain.kind}"
        there = f"new values of {name.value!r}, which is {what}"
    collector.note(name.place, there, "a choice beneath that is not a scale, or one of several values",
                   collector.nearest(name.value, grows))  # fmt: skip
    return False


def _grows(term: Term) -> bool:
    return not term.finding and term.domain.kind in ("choice", "several") and not term.takes_highest


def _add(
    collector: ProblemCollector,
    terms: dict[str, Term],
    like: dict[str, dict[str, str]],
    name: str,
    value: Text,
    node: Node,
) -> None:
    """Add one new value to a conclusion."""
    term = terms[name]
    fields = collector.fields(node, node.place.file, NEW_VALUE)
    check_values(collector, fields or Fields((), node.place), ((value.value, value.place),))
    if value.value in term.domain.values or value.value in term.former_values:
        there = f"{value.value[:80]!r} is a value of {name!r} already, or was one"
        collector.note(value.place, there, "a value that was never used")
        return
    old = [one for one in term.domain.values if one not in like.get(name, {})]
    alike = collector.choice(fields, "like", old) if fields else ""
    if not alike:
        return
    like.setdefault(name, {})[value.value] = alike
    sentence = collector.text(fields, FOR_PATIENTS) if fields else ""
    terms[name] = replace(
        term,
        domain=replace(term.domain, values=(*term.domain.values, value.value)),
        screening_for=(*term.screening_for, *([value.value] if alike in term.screening_for else [])),
        for_patients=dict(term.for_patients) | ({value.value: sentence} if sentence else {}),
    )


# --- wording ---------------------------------------------------------------------------------------------------------


def with_wording(
    collector: ProblemCollector, documents: Documents, terms: Mapping[str, Term], beneath: Rulebook
) -> dict[str, Term]:
    """The terms, with the other words that wording/ has for those beneath."""
    found = dict(terms)
    said: dict[str, Place] = {}
    for name, body in _entries(collector, documents, "terms"):
        if _is_beneath(collector, name, beneath.terms, "term", said):
            found[name.value] = _worded(collector, name, body, found[name.value])
    return found


def _worded(collector: ProblemCollector, name: Text, body: Node, term: Term) -> Term:
    """A term with its other words."""
    fields = collector.fields(body, name.place.file, _described("terms"))
    if fields is None:
        return term
    sentences = fields.get(FOR_PATIENTS)
    other = collector.mapping(sentences, name.place.file, term.domain.values) if sentences else None
    patients = {value.value: collector.text(other, value.value) for value, _ in other.entries} if other else {}
    for value, node in other.entries if other else ():
        if term.for_patients.get(value.value) and not patients[value.value]:
            there = f"no sentence for {value.value!r}, which has one beneath"
            collector.note(node.place, there, "the sentence in other words")
    ask, help_text = collector.text(fields, "ask"), collector.text(fields, "help")
    if not term.finding and (ask or help_text):
        collector.note(name.place, f"a question about {name.value!r}, which is a conclusion", f"`{FOR_PATIENTS}`")
    return replace(
        term, ask=ask or term.ask, help=help_text or term.help, for_patients=dict(term.for_patients) | patients
    )


def _described(part: str) -> tuple[Field, ...]:
    return next(group.fields for group in WORDING if group.name == part)


def with_titles(
    collector: ProblemCollector, documents: Documents, groups: Mapping[str, QuestionGroup], beneath: Rulebook
) -> dict[str, QuestionGroup]:
    """The groups of questions, with the other words that wording/ has for those beneath."""
    found = dict(groups)
    said: dict[str, Place] = {}
    for name, body in _entries(collector, documents, "groups"):
        if _is_beneath(collector, name, beneath.groups, "group", said):
            fields = collector.fields(body, name.place.file, _described("groups"))
            title, says = (collector.text(fields, key) if fields else "" for key in ("title", "says"))
            group = found[name.value]
            found[name.value] = replace(group, title=title or group.title, says=says or group.says)
    return found


def _entries(collector: ProblemCollector, documents: Documents, part: str) -> Iterator[tuple[Text, Node]]:
    """What one part of the files of wording/ says, by name."""
    for file, node in documents.items():
        if file.startswith("wording/"):
            fields = collector.mapping(node, file, names(WORDING))
            body = fields.get(part) if fields else None
            if body is not None and not isinstance(body, Fields):
                collector.note(body.place, f"nothing under `{part}`", "names, each with its wording")
            yield from body.entries if isinstance(body, Fields) else ()


def _is_beneath(
    collector: ProblemCollector, name: Text, known: Mapping[str, object], what: str, said: dict[str, Place]
) -> bool:
    if name.value not in known:
        there = f"{name.value[:80]!r} is not a {what} beneath"
        collector.note(name.place, there, f"a {what} beneath; one of this layer is worded where it stands",
                       collector.nearest(name.value, known))  # fmt: skip
        return False
    if name.value in said:
        collector.note(name.place, f"{name.value[:80]!r} stands in {said[name.value]} too", "its wording once")
        return False
    said[name.value] = name.place
    return True


# --- saved cases beneath ---------------------------------------------------------------------------------------------


def in_cases_beneath(collector: ProblemCollector, node: Node | None, rulebook: Rulebook) -> dict[str, Value]:
    """What the saved cases beneath answer to findings of the layer, as knowledge.yaml says."""
    body = node.get("in cases beneath") if isinstance(node, Fields) else None
    found: dict[str, Value] = {}
    if body is not None and not isinstance(body, Fields):
        collector.note(body.place, "no answers under `in cases beneath`", "`finding: answer` of this layer's findings")
    own = [term.name for term in rulebook.findings if term.layer == rulebook.layer]
    for name, answer in body.entries if isinstance(body, Fields) else ():
        if name.value not in own:
            there = f"{name.value[:80]!r} under `in cases beneath`"
            expected = f"a finding of this layer: {listed(own) or 'it has none'}"
            collector.note(name.place, there, expected, collector.nearest(name.value, own))
            continue
        if not isinstance(answer, Text) or not answer.value:
            collector.note(answer.place, f"no answer to {name.value!r}", "one answer")
            continue
        value = value_of(collector, rulebook.terms[name.value], answer.value, answer.place)
        if value is not None:
            found[name.value] = value
    return found


def cases_beneath(
    collector: ProblemCollector, documents: Documents, rulebook: Rulebook, answers: Mapping[str, Value]
) -> dict[str, Case]:
    """The saved cases beneath with these answers besides, and with those that the layer expects of them."""
    beneath = rulebook.beneath.cases if rulebook.beneath else {}
    found = {
        name: replace(case, facts=facts_in_order(rulebook, {**case.facts, **answers})) if answers else case
        for name, case in beneath.items()
    }
    _check_possible(collector, found, rulebook, answers)
    for file, node in documents.items():
        if file.startswith(CASES_BENEATH):
            adapted = _adapted(collector, file, node, found, rulebook)
            if adapted is None:
                continue
            if (there := found[adapted.id].place) and there.file.startswith(CASES_BENEATH):
                collector.note(Place(file), f"{adapted.id!r} stands in {there} too", "a case beneath once")
            found[adapted.id] = adapted
    return found


def _check_possible(
    collector: ProblemCollector, cases: Mapping[str, Case], rulebook: Rulebook, answers: Mapping[str, Value]
) -> None:
    for case in cases.values() if answers else ():
        for law in impossibilities(rulebook, case.facts):
            there = f"`in cases beneath` makes the case {case.id!r} impossible ({law.id})"
            collector.note(Place(FILE), there, "answers that all saved cases beneath may have")
            return


def _adapted(
    collector: ProblemCollector, file: str, node: Node | None, cases: Mapping[str, Case], rulebook: Rulebook
) -> Case | None:
    """A saved case beneath with the answers that are other in this layer."""
    name = collector.stem(file)
    if not isinstance(node, Fields):
        collector.note(Place(file), "no case", "`case`, `because`, and what is expected instead")
        return None
    head = Fields(tuple(pair for pair in node.entries if pair[0].value in names(ADAPTED)), node.place)
    fields = collector.fields(head, file, ADAPTED)
    if fields is not None:
        collector.identity(fields, "case", file)
    if name not in cases:
        there = f"{name!r} is not a saved case beneath"
        collector.note(Place(file), there, "a saved case beneath", collector.nearest(name, cases))
        return None
    rest = [entry for entry in entries_of(node) if entry.key not in names(ADAPTED)]
    facts = [entry for entry in rest if not entry.key.startswith("expected ")]
    for entry in facts:
        collector.note(entry.place, f"{entry.key[:80]!r} in a case beneath", "`expected …` only: its answers stay")
    read = make_case([one for one in rest if one not in facts], rulebook, Place(file, 1), name)
    collector.problems += read.problems
    if not rest and not read.problems:
        collector.note(Place(file), f"nothing is expected of {name!r} instead", "`expected conclusion: value`")
    case = cases[name]
    _check_other(collector, file, rest, case, read)
    expected = {**(case.expected or {}), **(read.expected or {})}
    blank = {one.key.removeprefix("expected ") for one in rest} - (read.expected or {}).keys()
    return replace(
        case, expected={term: answer for term, answer in expected.items() if term not in blank}, place=Place(file, 1)
    )


def _check_other(collector: ProblemCollector, file: str, entries: list[CaseEntry], case: Case, read: Case) -> None:
    """Note what is expected of a case as it is beneath."""
    places = {entry.key.removeprefix("expected "): entry.place for entry in entries}
    for term, answer in (read.expected or {}).items():
        if (case.expected or {}).get(term) == answer:
            there = f"`expected {term}` of {case.id!r} is what is expected beneath"
            collector.note(places.get(term, Place(file)), there, "what is other here, and no more")
