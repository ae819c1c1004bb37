"""The rest of a knowledge base: laws, impossible, sources, and the article's claims."""

from ..document import Fields, Node, Text
from ..errors import Place
from ..rulebook import Claim, Law, Source
from .formats import IMPOSSIBLE, LAW, SOURCE
from .known_names import KnownNames
from .problem_collector import ProblemCollector
from .reviews import day_of
from .terms import findings_only


def load_law(collector: ProblemCollector, file: str, node: Node | None, known: KnownNames) -> Law | None:
    """A law, or an assumption about patients, which reads findings only."""
    key = "impossible" if file.startswith("impossible/") else "law"
    fields = collector.fields(node, file, IMPOSSIBLE if key == "impossible" else LAW)
    if fields is None:
        return None
    condition = collector.condition(fields, known.domains, law=True)
    if key == "impossible":
        findings_only(collector, condition, known.terms)
    law = Law(
        id=collector.identity(fields, key, file),
        says=collector.text(fields, "says"),
        condition=condition,
        sources=collector.citations(fields, known.sources, known.claims),
        place=Place(file, fields.place.line),
    )
    return law if condition.lines else None  # what could not be read would be broken by every case


def load_sources(collector: ProblemCollector, file: str, node: Node | None) -> dict[str, Source]:
    """sources.yaml: key to source."""
    sources: dict[str, Source] = {}
    for key, entry in _entries(collector, file, node):
        fields = collector.fields(entry, file, SOURCE)
        if fields is not None:
            citation, seen = collector.text(fields, "citation"), collector.text(fields, "seen")
            id, address = collector.text(fields, "id"), collector.text(fields, "address")
            days = (day_of(collector, fields, name) for name in ("read on", "look again by"))
            sources[key.value] = Source(key.value, citation, seen, key.place, id, address, *days)
        if key.value == "article" or ":" in key.value or ";" in key.value:
            collector.note(key.place, f"{key.value[:80]!r} cannot be a key", "letters and digits")
    return sources


def load_claims(collector: ProblemCollector, file: str, node: Node | None) -> dict[str, Claim]:
    """article.yaml: number to claim."""
    claims: dict[str, Claim] = {}
    for key, entry in _entries(collector, file, node):
        if not isinstance(entry, Text) or not key.value.isdecimal():
            collector.note(key.place, f"{key.value[:80]!r} is not a numbered claim", "`number: text`")
        else:
            claims[key.value] = Claim(key.value, entry.value, key.place)
    return claims


def _entries(collector: ProblemCollector, file: str, node: Node | None) -> tuple[tuple[Text, Node], ...]:
    if isinstance(node, Fields):
        return node.entries
    collector.note(node.place if node else Place(file), "no entries", "a mapping")
    return ()
