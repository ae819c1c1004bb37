"""What an author types, read at once: names, lines, conclusions, sources; what is wrong is refused with the remedy."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from ..errors import LumbarError, Place, Problem, listed, nearest
from ..language import NUMERIC, Line, Misread, parse_line, terms_of
from ..loader.cards import conclusion_is_known
from ..loader.fields import Desk
from ..loader.terms import domains_of
from ..rulebook import Citation, Rulebook, Term

Named = TypeVar("Named")
HERE = Place("typed")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Refused(LumbarError):
    """What was typed cannot be used; the text says what is there, and what was expected."""

    def __init__(self, problem: Problem | str) -> None:
        super().__init__(Problem(HERE, problem) if isinstance(problem, str) else problem)

    def __str__(self) -> str:
        return self.problem.words


def _desk(read: Callable[[Desk], Named]) -> Named:
    """What is read at a desk of its own; raises Refused with the first problem noted there."""
    desk = Desk()
    found = read(desk)
    if desk.problems:
        raise Refused(desk.problems[0])
    return found


# --- names -----------------------------------------------------------------------------------------------------------


def stages(rulebook: Rulebook) -> tuple[str, ...]:
    """The folders that hold cards."""
    files = (rule.place.file for rule in rulebook.rules.values() if not rule.row)
    return tuple(sorted({"/".join(file.split("/")[1:-1]) for file in files}))


def file_of_card(rulebook: Rulebook, text: str) -> str:
    """The file of a new card from `stage/name`; spaces become `_`."""
    stage, _, name = "_".join(text.lower().split()).rpartition("/")
    known = stages(rulebook)
    if not _NAME.match(name):
        raise Refused(Problem(HERE, f"{text[:80]!r} is no name", "small letters, digits and _, a letter first"))
    if name in rulebook.rules:
        raise Refused(f"{name!r} stands in {rulebook.rules[name].place.file} already; expected a name of its own")
    if stage not in known:
        suggestion = nearest(stage, known)
        if not stage or suggestion or not all(map(_NAME.match, stage.split("/"))):
            expected = f"stage/{name}, where stage is {listed(known)}" if known else "stage/name"
            raise Refused(Problem(HERE, f"{stage or 'nothing'!r} is no stage", expected, suggestion))
    return f"rules/{stage}/{name}.yaml" if stage else f"rules/{name}.yaml"


# --- terms -----------------------------------------------------------------------------------------------------------


def found(text: str, terms: Iterable[Term]) -> list[Term]:
    """The terms that have every word of the text in their name; where there is none, in their question or meaning."""
    words = text.lower().split()
    ranked: list[tuple[int, str, Term]] = []
    if not words:
        return []
    for term in terms:
        name = term.name.lower()
        meaning = f"{name} {term.ask} {term.help} {term.says}".lower()
        if name == text.lower():
            return [term]
        if all(word in name for word in words):
            ranked.append((0 if name.startswith(words[0]) else 1 if f" {words[0]}" in name else 2, term.name, term))
        elif all(word in meaning for word in words):
            ranked.append((3, term.name, term))
    named = [one for one in ranked if one[0] < 3]
    return [term for _, _, term in sorted(named or ranked, key=lambda one: one[:2])]


def chosen(text: str, terms: Sequence[Term]) -> list[Term]:
    """The terms that the text may mean; raises Refused where there is none."""
    matches = found(text, terms)
    if not matches:
        names = [term.name for term in terms]
        raise Refused(Problem(HERE, f"no term has {text[:80]!r}", "part of a term", nearest(text, names)))
    readable = [term for term in matches if not term.unread]
    if not readable:
        raise Refused(_unread(matches[0]))
    return readable


def _unread(term: Term) -> str:
    return f"{term.name!r} is read by no rule ({term.unread}); expected another term, or its `unread` taken away"


def describe(term: Term) -> str:
    """What may be said of a term."""
    domain = term.domain
    if domain.kind == "tally":
        return "a count: such as 2 or more"
    if domain.kind == "number":
        unit = f" {term.unit}" if term.unit else ""
        middle = (domain.low + domain.high) // 2
        return (
            f"{domain.low} to {domain.high}{unit}: such as {middle} or more, under {middle}, {domain.low} to {middle}"
        )
    return "; ".join(domain.values)


def phrases(term: Term, terms: Iterable[Term]) -> list[str]:
    """What a line may say of a term, to be offered: its values, or ways to speak of a number."""
    if term.domain.kind not in NUMERIC:
        return list(term.domain.values)
    alike = [other.name for other in terms if other.domain.kind == term.domain.kind and other.name != term.name]
    return [*(f"{word} {name}" for word in ("over", "under", "at least", "at most") for name in alike)]


# --- lines -----------------------------------------------------------------------------------------------------------


def line(rulebook: Rulebook, term: str, phrase: str) -> Line:
    """The line that `term: phrase` means."""
    if not phrase.strip() and term in rulebook.terms:
        raise Refused(f"nothing; expected {describe(rulebook.terms[term])}")
    try:
        made = parse_line(term, " ".join(phrase.split()), domains_of(rulebook.terms), HERE)
    except Misread as error:
        raise Refused(error.problems[0]) from error
    for name in terms_of(made):
        if rulebook.terms[name].unread:
            raise Refused(_unread(rulebook.terms[name]))
    return made


def conclusion(rulebook: Rulebook, term: str, value: str | None) -> tuple[str, str | None]:
    """What a rule concludes; a tally has no value."""
    _desk(lambda desk: conclusion_is_known(desk, term, value, HERE, rulebook.terms))
    return term, value


def citation(rulebook: Rulebook, text: str) -> Citation:
    """A source from `KEY: the place in it [label]`, or `article: N`."""
    key, colon, place = (part.strip() for part in text.partition(":"))
    made = _desk(lambda desk: desk.cite(key, place, HERE, rulebook.sources, rulebook.claims))
    if not colon or not place:
        raise Refused(f"{key!r} without a place in it; expected `{key}: the place in it`, such as a page or a table")
    return made


def sources(rulebook: Rulebook, text: str) -> list[str]:
    """The keys of sources that have every word of the text, in the key or in what is cited."""
    words = text.lower().split()
    return [
        key
        for key, source in rulebook.sources.items()
        if all(word in f"{key} {source.citation}".lower() for word in words)
    ]


def unsourced(texts: Iterable[str], citations: Iterable[Citation]) -> str:
    """The figure in the texts that no source stands behind: a practice rule and a claim have none; empty if none."""
    if any(one.source != "article" and one.label != "convention" for one in citations):
        return ""
    figures = [match for text in texts for match in re.findall(r"\S*\d\S*", text)]
    return figures[0].strip(".,;:()") if figures else ""
