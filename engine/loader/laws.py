"""The rest of a knowledge base: laws, impossible, sources, the article's claims, and how an answer is shown."""

from collections.abc import Iterable, Mapping

from ..document import Fields, Items, Node, Text
from ..errors import Place
from ..language import TERM
from ..rulebook import Claim, Law, Recommendation, Section, Source, Term
from .fields import Desk
from .formats import FOR_PATIENTS, IMPOSSIBLE, LAW, PATIENTS, RECOMMENDATION, SECTION, SIDE, SOURCE
from .terms import domains_of, findings_only


def load_law(
    desk: Desk, file: str, node: Node | None, terms: Mapping[str, Term], known: tuple[Iterable[str], Iterable[str]]
) -> Law | None:
    """A law, or an assumption about patients, which reads findings only."""
    key = "impossible" if file.startswith("impossible/") else "law"
    fields = desk.fields(node, file, IMPOSSIBLE if key == "impossible" else LAW)
    if fields is None:
        return None
    condition = desk.condition(fields, domains_of(terms), law=True)
    if key == "impossible":
        findings_only(desk, condition, terms)
    law = Law(
        id=desk.identity(fields, key, file),
        says=desk.text(fields, "says"),
        condition=condition,
        sources=desk.citations(fields, *known),
        place=Place(file, fields.place.line),
    )
    return law if condition.lines else None  # what could not be read would be broken by every case


def load_sources(desk: Desk, file: str, node: Node | None) -> dict[str, Source]:
    """sources.yaml: key to source."""
    sources: dict[str, Source] = {}
    for key, entry in _entries(desk, file, node):
        fields = desk.fields(entry, file, SOURCE)
        if fields is not None:
            citation, seen = desk.text(fields, "citation"), desk.text(fields, "seen")
            sources[key.value] = Source(
                key.value, citation, seen, key.place, desk.text(fields, "id"), desk.text(fields, "address")
            )
        if key.value == "article" or ":" in key.value or ";" in key.value:
            desk.note(key.place, f"{key.value[:80]!r} cannot be a key", "letters and digits")
    return sources


def load_claims(desk: Desk, file: str, node: Node | None) -> dict[str, Claim]:
    """article.yaml: number to claim."""
    claims: dict[str, Claim] = {}
    for key, entry in _entries(desk, file, node):
        if not isinstance(entry, Text) or not key.value.isdecimal():
            desk.note(key.place, f"{key.value[:80]!r} is no numbered claim", "`number: text`")
        else:
            claims[key.value] = Claim(key.value, entry.value, key.place)
    return claims


def _entries(desk: Desk, file: str, node: Node | None) -> tuple[tuple[Text, Node], ...]:
    if isinstance(node, Fields):
        return node.entries
    desk.note(node.place if node else Place(file), "no entries", "a mapping")
    return ()


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
    return Section(desk.text(fields, "title"), tuple(name for name, _ in names), _sides(desk, fields, terms))


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
