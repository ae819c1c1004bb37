"""recommendation.yaml: how an answer is shown, whole and in short."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..document import Fields, Items, Node
from ..errors import Place, listed
from ..language import TERM
from ..rulebook import Recommendation, Section, Term
from .formats import FOR_PATIENTS, MORE_PATIENTS, MORE_SECTIONS, PATIENTS, RECOMMENDATION, SECTION, SIDE
from .problem_collector import ProblemCollector

FEWEST, MOST = 1, 99  # members that the short form may show


def load_recommendation(
    collector: ProblemCollector, file: str, node: Node | None, terms: Mapping[str, Term]
) -> Recommendation | None:
    """recommendation.yaml: the notice, the sections, and the conclusion to explain first."""
    fields = collector.fields(node, file, RECOMMENDATION)
    if fields is None:
        return None
    explain = collector.text(fields, "explain")
    _conclusion(collector, explain, fields.place, terms)
    sections = _sections(collector, file, fields, terms)
    patients = fields.get(FOR_PATIENTS)
    shown = collector.fields(patients, file, PATIENTS) if patients else None
    return Recommendation(
        collector.text(fields, "notice"),
        explain,
        sections,
        collector.text(shown, "notice") if shown else "",
        _sections(collector, file, shown, terms) if shown else (),
    )


def more_sections(
    collector: ProblemCollector, file: str, node: Node | None, terms: Mapping[str, Term], beneath: Recommendation
) -> Recommendation:
    """What is shown beneath a layer, and its own sections after it."""
    fields = collector.fields(node, file, MORE_SECTIONS)
    if fields is None:
        return beneath
    patients = fields.get(FOR_PATIENTS)
    shown = collector.fields(patients, file, MORE_PATIENTS) if patients else None
    more = _sections(collector, file, shown, terms) if shown else ()
    return replace(
        beneath,
        sections=(*beneath.sections, *_sections(collector, file, fields, terms)),
        sections_for_patients=(*beneath.sections_for_patients, *more),
    )


def _sections(collector: ProblemCollector, file: str, fields: Fields, terms: Mapping[str, Term]) -> tuple[Section, ...]:
    body = fields.get("sections")
    if not isinstance(body, Items):
        collector.note(fields.place, "no `sections`", "a list of sections")
        return ()
    sections = [_section(collector, file, item, terms) for item in body.items]
    return tuple(section for section in sections if section)


def _section(collector: ProblemCollector, file: str, node: Node, terms: Mapping[str, Term]) -> Section | None:
    fields = collector.fields(node, file, SECTION)
    if fields is None:
        return None
    names = collector.texts(fields, "terms")
    for name, place in names:
        _conclusion(collector, name, place, terms)
    here = {name: terms[name] for name, _ in names if name in terms}
    return Section(
        title=collector.text(fields, "title"),
        terms=tuple(name for name, _ in names),
        sides=_sides(collector, fields, terms),
        in_short=dict(_in_short(collector, fields, here)),
        on_alarm=_on_alarm(collector, fields, terms),
        first=tuple(_first(collector, fields, here)),
        at_most=_at_most(collector, fields),
    )


def _in_short(
    collector: ProblemCollector, fields: Fields, here: Mapping[str, Term]
) -> Iterator[tuple[str, dict[str, str]]]:
    """For each term the words of its answers in the short form."""
    node = fields.get("in short")
    found = collector.mapping(node, node.place.file, [*here]) if node else None
    for name, words in found.entries if found else ():
        sentences = (
            collector.mapping(words, words.place.file, here[name.value].domain.values) if name.value in here else None
        )
        if sentences:
            yield name.value, {value.value: collector.text(sentences, value.value) for value, _ in sentences.entries}


def _on_alarm(collector: ProblemCollector, fields: Fields, terms: Mapping[str, Term]) -> dict[str, str]:
    """For each conclusion with alarms, the sentence of the short form."""
    node = fields.get("on alarm")
    allowed = [term.name for term in terms.values() if term.alarms]
    found = collector.mapping(node, node.place.file, allowed) if node else None
    return {key.value: collector.text(found, key.value) for key, _ in found.entries} if found else {}


def _first(collector: ProblemCollector, fields: Fields, here: Mapping[str, Term]) -> Iterator[str]:
    """The members that the short form shows before others."""
    members = [value for term in here.values() if term.domain.kind == "several" for value in term.domain.values]
    for value, place in collector.texts(fields, "first"):
        if value in members:
            yield value
        else:
            collector.note(place, f"{value[:80]!r} is not a member", listed(members), collector.nearest(value, members))


def _at_most(collector: ProblemCollector, fields: Fields) -> int:
    text, node = collector.text(fields, "at most"), fields.get("at most")
    if not text or node is None:
        return 0
    if text.isdecimal() and FEWEST <= int(text[:9]) <= MOST:
        return int(text)
    collector.note(node.place, f"{text[:80]!r} under `at most`", f"a whole number from {FEWEST} to {MOST}")
    return 0


def _sides(collector: ProblemCollector, fields: Fields, terms: Mapping[str, Term]) -> tuple[tuple[str, str, str], ...]:
    node = fields.get("for and against")
    if node is None:
        return ()
    sides = []
    for item in node.items if isinstance(node, Items) else ():
        entry = collector.fields(item, item.place.file, SIDE)
        if entry is not None:
            name, pro, contra = (collector.text(entry, key) for key in ("name", "for", "against"))
            for tally in (pro, contra):
                _conclusion(collector, tally, item.place, terms)
            sides.append((name, pro, contra))
    if not sides:
        collector.note(node.place, "no sides", "`{name: …, for: a tally, against: a tally}` for each")
    return tuple(sides)


def _conclusion(collector: ProblemCollector, name: str, place: Place, terms: Mapping[str, Term]) -> None:
    conclusions = [term.name for term in terms.values() if not term.finding]
    if name not in conclusions:
        unknown = ("", "") if name in terms else (TERM, name)
        collector.note(
            place, f"{name[:80]!r} is not a conclusion", "a conclusion", collector.nearest(name, conclusions), unknown
        )
