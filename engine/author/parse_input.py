"""What an author types, read at once: names, lines, conclusions, sources; what is wrong is refused with the remedy."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from ..errors import LumbarError, Place, Problem, listed, nearest
from ..language import NUMERIC, OTHER_THAN, Line, Misread, Within, parse_line, phrase_of, terms_of
from ..loader.cards import conclusion_is_known
from ..loader.known_names import KnownNames
from ..loader.problem_collector import ProblemCollector
from ..rulebook import Citation, Rulebook, Term

Named = TypeVar("Named")
HERE = Place("typed")
SHOWN = 12
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


class Refused(LumbarError):
    """What was typed cannot be used; the text says what is there, and what was expected."""

    def __init__(self, problem: Problem | str) -> None:
        super().__init__(Problem(HERE, problem) if isinstance(problem, str) else problem)

    def __str__(self) -> str:
        return self.problem.words


def _collected(read: Callable[[ProblemCollector], Named]) -> Named:
    """What is read with a collector of its own; raises Refused with the first problem noted there."""
    collector = ProblemCollector()
    found = read(collector)
    if collector.problems:
        raise Refused(collector.problems[0])
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
        raise Refused(Problem(HERE, f"{text[:80]!r} is not a name", "small letters, digits and _, a letter first"))
    if name in rulebook.rules:
        raise Refused(f"{name!r} stands in {rulebook.rules[name].place.file} already; expected a name of its own")
    if stage not in known:
        suggestion = nearest(stage, known)
        if not stage or suggestion or not all(map(_NAME.match, stage.split("/"))):
            expected = f"stage/{name}, where stage is {listed(known)}" if known else "stage/name"
            raise Refused(Problem(HERE, f"{stage or 'nothing'!r} is not a stage", expected, suggestion))
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


def meant(text: str, terms: Sequence[Term]) -> Refused:
    """That part of a term is not enough: the terms that have it, each with what may be said of it."""
    matches = [term for term in found(text, terms) if not term.unread]
    if not matches:
        return Refused(Problem(HERE, f"no term has {text[:80]!r}", "part of a term", nearest(text, names_of(terms))))
    described = [f"`{term.name}` ({describe(term)})" for term in matches[:SHOWN]]
    more = f" and {len(matches) - SHOWN} more" if len(matches) > SHOWN else ""
    return Refused(f"{text[:80]!r} is part of {', '.join(described)}{more}; expected `term: value`")


def names_of(terms: Iterable[Term]) -> list[str]:
    """The names of terms."""
    return [term.name for term in terms]


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


def phrases(term: Term, terms: Iterable[Term], said: Mapping[str, Sequence[str]]) -> list[str]:
    """What a line may say of a term, to be offered: its values, or ways to speak of a number.

    Of a number first what rules say of it, then what it can be compared with: numbers of the same unit.
    """
    if term.domain.kind not in NUMERIC:
        return list(term.domain.values)
    middle = (term.domain.low + min(term.domain.high, 100)) // 2
    own = (*said.get(term.name, ()), f"{middle} or more", f"under {middle}", f"{term.domain.low} to {middle}")
    alike = [one.name for one in terms if (one.domain.kind, one.unit) == (term.domain.kind, term.unit) and one != term]
    compared = (f"{word} {name}" for word in ("over", "under", "at least", "at most") for name in alike)
    return list(dict.fromkeys((*own, *compared)))


def said_of_numbers(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """What rules say of each number."""
    found: dict[str, set[str]] = {}
    for rule in rulebook.rules.values():
        for line in rule.condition.leaves():
            if isinstance(line, Within):
                found.setdefault(line.term, set()).add(phrase_of(line))
    return {name: tuple(sorted(said)) for name, said in found.items()}


# --- lines -----------------------------------------------------------------------------------------------------------


def line(rulebook: Rulebook, text: str) -> Line:
    """The line of `term: phrase`."""
    name, colon, phrase = (part.strip() for part in text.partition(":"))
    if not colon or (not phrase and name not in rulebook.terms):
        raise meant(name, list(rulebook.terms.values()))
    if not phrase:
        raise Refused(f"nothing of {name!r}; expected {describe(rulebook.terms[name])}")
    phrase = completed(rulebook.terms.get(name), " ".join(phrase.split()))
    try:
        made = parse_line(name, phrase, rulebook.domains, HERE)
    except Misread as error:
        raise Refused(error.problems[0]) from error
    for read in terms_of(made):
        if why := rulebook.terms[read].unread:
            raise Refused(f"{read!r} is read by no rule ({why}); expected another term, or its `unread` taken away")
    return made


def completed(term: Term | None, phrase: str) -> str:
    """A phrase in which a value that only one value begins with is that value."""
    values = term.domain.values if term else ()
    if not values or phrase in values:
        return phrase
    head = OTHER_THAN if phrase.startswith(OTHER_THAN) else ""
    parts = phrase.removeprefix(head).split(" or ")
    begun = [[value for value in values if value.lower().startswith(part.lower())] for part in parts]
    whole = (part if part in values or len(some) != 1 else some[0] for part, some in zip(parts, begun, strict=True))
    return head + " or ".join(whole)


def conclusion(rulebook: Rulebook, term: str, value: str | None) -> tuple[str, str | None]:
    """What a rule concludes; a tally has no value."""
    if value is None and not (term in rulebook.terms and rulebook.terms[term].domain.kind == "tally"):
        raise meant(term, list(rulebook.conclusions))
    value = value and completed(rulebook.terms.get(term), value)
    _collected(lambda collector: conclusion_is_known(collector, term, value, HERE, KnownNames.by(rulebook)))
    return term, value


def not_its_own_reason(rulebook: Rulebook, name: str, read_terms: Iterable[str]) -> None:
    """Refuse a conclusion that a line rests on."""
    for read in read_terms:
        if name in rests_on(rulebook, read):
            through = "" if read == name else f", which {read!r} rests on"
            raise Refused(f"a circle: the rule reads {name!r}{through}; expected a conclusion that no line needs")


def rests_on(rulebook: Rulebook, name: str) -> frozenset[str]:
    """The terms that a term rests on, itself included, through all rules."""
    seen, queue = {name}, [name]
    while queue:
        for entry in rulebook.support.get(queue.pop(), ()):
            for rule in (entry.rule, *entry.outrankers):
                fresh = rulebook.rules[rule].condition.terms() - seen
                seen |= fresh
                queue += fresh
    return frozenset(seen)


# --- sources ---------------------------------------------------------------------------------------------------------


def citation(rulebook: Rulebook, text: str) -> Citation:
    """A source from `KEY: the place in it [label]`, or `article: N`."""
    key, colon, place = (part.strip() for part in text.partition(":"))
    if not colon and key not in rulebook.sources:
        keys = sources(rulebook, key)
        described = ", ".join(f"`{name}` ({rulebook.sources[name].citation})" for name in keys[:SHOWN])
        raise Refused(
            f"{key[:80]!r} is part of {described}; expected `KEY: the place in it`"
            if keys
            else f"no source has {key[:80]!r}; expected a key of sources.yaml, or part of a citation"
        )
    made = _collected(lambda collector: collector.cite(key, place, HERE, rulebook.sources, rulebook.claims))
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
