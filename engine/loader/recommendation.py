"""recommendation.yaml: how an answer is shown, whole and in short."""

from collections.abc import Iterator, Mapping

from ..document import Fields, Items, Node
from ..errors import Place, listed
from ..language import TERM
from ..rulebook import Recommendation, Section, Term
from .fields import Desk
from .formats import FOR_PATIENTS, PATIENTS, RECOMMENDATION, SECTION, SIDE

FEWEST, MOST = 1, 99  # members that the short form may show


def load_recommendation(desk: Desk, file: str, node: Node | None, terms: Mapping[str, Term]) -> Recommendation | None:
    """recommendation.yaml: the notice, the sections, and the conclusion to explain first."""
    fields = desk.fields(node, file, RECOMMENDATION)
    if fields is None:
        return None
    explain = desk.text(fields, "explain")
    _conclusion(desk, explain, fields.place, terms)
    sections = _sections(desk, file, fields, terms)
    patients = fields.get(FOR_PATIENTS)
    shown = desk.fields(patients, file, PATIENTS) if patients else None
    return Recommendation(
        desk.text(fields, "notice"),
        explain,
        sections,
        desk.text(shown, "notice") if shown else "",
        _sections(desk, file, shown, terms) if shown else (),
    )


def _sections(desk: Desk, file: str, fields: Fields, terms: Mapping[str, Term]) -> tuple[Section, ...]:
    body = fields.get("sections")
    if not isinstance(body, Items):
        desk.note(fields.place, "no `sections`", "a list of sections")
        return ()
    sections = [_section(desk, file, item, terms) for item in body.items]
    return tuple(section for section in sections if section)


def _section(desk: Desk, file: str, node: Node, terms: Mapping[str, Term]) -> Section | None:
    fields = desk.fields(node, file, SECTION)
    if fields is None:
        return None
    names = desk.texts(fields, "terms")
    for name, place in names:
        _conclusion(desk, name, place, terms)
    here = {name: terms[name] for name, _ in names if name in terms}
    return Section(
        title=desk.text(fields, "title"),
        terms=tuple(name for name, _ in names),
        sides=_sides(desk, fields, terms),
        in_short=dict(_in_short(desk, fields, here)),
        on_alarm=_on_alarm(desk, fields, terms),
        first=tuple(_first(desk, fields, here)),
        at_most=_at_most(desk, fields),
    )


def _in_short(desk: Desk, fields: Fields, here: Mapping[str, Term]) -> Iterator[tuple[str, dict[str, str]]]:
    """For each term the words of its answers in the short form."""
    node = fields.get("in short")
    found = desk.mapping(node, node.place.file, [*here]) if node else None
    for name, words in found.entries if found else ():
        told = desk.mapping(words, words.place.file, here[name.value].domain.values) if name.value in here else None
        if told:
            yield name.value, {value.value: desk.text(told, value.value) for value, _ in told.entries}


def _on_alarm(desk: Desk, fields: Fields, terms: Mapping[str, Term]) -> dict[str, str]:
    """For each conclusion with alarms, the sentence of the short form."""
    node = fields.get("on alarm")
    allowed = [term.name for term in terms.values() if term.alarms]
    found = desk.mapping(node, node.place.file, allowed) if node else None
    return {key.value: desk.text(found, key.value) for key, _ in found.entries} if found else {}


def _first(desk: Desk, fields: Fields, here: Mapping[str, Term]) -> Iterator[str]:
    """The members that the short form shows before others."""
    members = [value for term in here.values() if term.domain.kind == "several" for value in term.domain.values]
    for value, place in desk.texts(fields, "first"):
        if value in members:
            yield value
        else:
            desk.note(place, f"{value[:80]!r} is not a member", listed(members), desk.nearest(value, members))


def _at_most(desk: Desk, fields: Fields) -> int:
    text, node = desk.text(fields, "at most"), fields.get("at most")
    if not text or node is None:
        return 0
    if text.isdecimal() and FEWEST <= int(text[:9]) <= MOST:
        return int(text)
    desk.note(node.place, f"{text[:80]!r} under `at most`", f"a whole number from {FEWEST} to {MOST}")
    return 0


def _sides(desk: Desk, fields: Fields, terms: Mapping[str, Term]) -> tuple[tuple[str, str, str], ...]:
    node = fields.get("for and against")
    if node is None:
        return ()
    sides = []
    for item in node.items if isinstance(node, Items) else ():
        entry = desk.fields(item, item.place.file, SIDE)
        if entry is not None:
            name, pro, contra = (desk.text(entry, key) for key in ("name", "for", "against"))
            for tally in (pro, contra):
                _conclusion(desk, tally, item.place, terms)
            sides.append((name, pro, contra))
    if not sides:
        desk.note(node.place, "no sides", "`{name: …, for: a tally, against: a tally}` for each")
    return tuple(sides)


def _conclusion(desk: Desk, name: str, place: Place, terms: Mapping[str, Term]) -> None:
    conclusions = [term.name for term in terms.values() if not term.finding]
    if name not in conclusions:
        unknown = ("", "") if name in terms else (TERM, name)
        desk.note(place, f"{name[:80]!r} is no conclusion", "a conclusion", desk.nearest(name, conclusions), unknown)
