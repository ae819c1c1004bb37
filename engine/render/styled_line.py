"""Lines of words with a style, and what every kind of text says alike: answers and citations."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..case import Answer, Members, Range
from ..rulebook import Citation, Law, Rule, Rulebook

Style = Literal["title", "answer", "alarm", "plain", "muted"]
LABELS = {
    "verified-2": "read only in a page that quotes it",
    "recalled": "from memory, not read in the source",
    "uncertain": "not established",
    "derived": "worked out from figures that were read",
    "convention": "a practice rule, without evidence behind it",
}
FEW = 3  # so many members that open or close are named


@dataclass(frozen=True)
class StyledLine:
    """A line of words: how deep it stands, its style, and the bullet that only its first printed line carries.

    A line with a `heading` stands to the right of a column of headings, in which its own may be empty.
    """

    text: str
    indent: int = 0
    style: Style = "plain"
    bullet: str = ""
    heading: str | None = None


def format_answer(answer: Answer) -> str:
    """An answer in words."""
    match answer:
        case None:
            return "not known yet"
        case Range():
            return f"at least {answer.low}, at most {answer.high}"
        case Members():
            return "; ".join(answer.inside) or "nothing so far"
    return str(answer)


def format_change(before: Answer, after: Answer) -> Iterator[str]:
    """What became of an answer: of several members those that come, go, or are open now; if many, how many."""
    if not isinstance(before, Members) or not isinstance(after, Members):
        yield f"{format_answer(after)} (before: {format_answer(before)})"
        return
    for word, one, other in (("new", after, before), ("no longer", before, after)):
        yield from (f"{word}: {member}" for member in one.inside if member not in other.inside)
    for word, one, other in (("open now", after, before), ("no longer open", before, after)):
        members = [member for member in one.open if member not in (*other.open, *other.inside)]
        if len(members) > FEW:
            yield f"{len(members)} {word}"
        else:
            yield from (f"{word}: {member}" for member in members)


def cite(rulebook: Rulebook, citation: Citation) -> str:
    """A citation with the paper it names, and how sure it is, in words."""
    if citation.source == "article":
        return f"article, claim {citation.place}: {rulebook.claims[citation.place].says}"
    source = rulebook.sources[citation.source]
    label = f" ({LABELS[citation.label]})" if citation.label else ""
    return f"{citation.source}: {citation.place}{label}. {source.citation} [{source.seen}]"


def citing(rulebook: Rulebook, key: str, place: str | None = None) -> tuple[Rule, ...]:
    """The rules that cite a source (or one claim of the article)."""
    return tuple(
        rule
        for rule in rulebook.rules.values()
        if any(one.source == key and place in (None, one.place) for one in rule.sources)
    )


def laws_citing(rulebook: Rulebook, claim: str) -> tuple[Law, ...]:
    """The laws that cite a claim of the article."""
    return tuple(law for law in rulebook.laws.values() if Citation("article", claim) in law.sources)
