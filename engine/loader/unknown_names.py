"""Names that nothing defines: one problem for each, with all its places, reported where it is likely to be fixed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..errors import SURELY, Place, Problem, listed, nearest
from ..language import TERM, Is
from ..rulebook import Law, Rule, Rulebook

Name = tuple[str, str]
NOT_ONE = ("", "")
FILES = {"source": "sources.yaml", "claim": "article.yaml"}


def gathered(problems: list[Problem], rulebook: Rulebook) -> list[Problem]:
    """The problems, those about the same unknown name as one; `rulebook` is what could be read."""
    by_name: dict[Name, list[Problem]] = {}
    for problem in sorted(problems, key=lambda one: (one.place.file.startswith("cases/"), one)):
        if problem.unknown != NOT_ONE:
            by_name.setdefault(problem.unknown, []).append(problem)
    defined = dict(_defined(rulebook)) if by_name else {}
    used = set(_used(rulebook)) if by_name else set()
    found = [problem for problem in problems if problem.unknown == NOT_ONE]
    for what, file in FILES.items():
        missing = [name for name in by_name if name[0] == what]
        if missing and not any(name[0] == what for name in defined):
            groups = [by_name.pop(name) for name in missing]
            if not any(problem.place.file == file for problem in found):
                found.append(_nothing_defined(file, what, groups))
    former = {(TERM, old): new for old, new in rulebook.former_names.items()}
    renamed = {name: former[name] for name in by_name if name in former}
    others = {name: same for name, same in by_name.items() if name not in renamed}
    found += [_now_called(by_name[name], now) for name, now in renamed.items()]
    return found + [_one(name, group, defined, used) for name, group in others.items()]


def _now_called(group: list[Problem], now: str) -> Problem:
    """A name of before in each of these places, with the name of today."""
    return replace(group[0], suggestion=now, also=tuple(problem.place for problem in group[1:]))


def _nothing_defined(file: str, what: str, groups: list[list[Problem]]) -> Problem:
    names = [group[0].unknown[1] for group in groups]
    places = tuple(problem.place for group in groups for problem in group)
    return Problem(Place(file), f"no {what}s", f"those that are cited: {listed(names, 6)}", also=places)


def _one(name: Name, group: list[Problem], defined: Mapping[Name, Place], used: set[Name]) -> Problem:
    what, word = name
    first, places = group[0], tuple(problem.place for problem in group)
    if len({place.file for place in places}) == 1:
        return replace(first, also=places[1:])
    idle = [other for kind, other in defined if kind == what and (kind, other) not in used]
    if near := nearest(word, idle, SURELY):  # what many files say is right, and the one that defines it has the slip
        there = f"nothing names {near!r}, and {word[:80]!r}, which is named, is not a {what}"
        return Problem(defined[what, near], there, "one name for both", word, also=places)
    return replace(first, suggestion=nearest(first.suggestion, [word], SURELY) and first.suggestion, also=places[1:])


def _defined(rulebook: Rulebook) -> Iterator[tuple[Name, Place]]:
    for term in rulebook.terms.values():
        if not term.built_in and not term.unread:
            yield (TERM, term.name), term.place
            yield from (((f"value of {term.name!r}", value), term.place) for value in term.domain.values)
    yield from ((("source", key), source.place) for key, source in rulebook.sources.items())
    yield from ((("claim", number), claim.place) for number, claim in rulebook.claims.items())


def _used(rulebook: Rulebook) -> Iterator[Name]:
    """The terms, values and sources that a rule or law that could be read, or a saved case, names."""
    laws = [*rulebook.laws.values(), *rulebook.impossible.values()]
    read: list[Rule | Law] = [*rulebook.rules.values(), *laws]
    for item in read:
        yield from ((TERM, name) for name in item.condition.terms())
        yield from (("source", citation.source) for citation in item.sources)
        for line in item.condition.leaves():
            yield from _values(line.term, line.values if isinstance(line, Is) else ())
    for rule in rulebook.rules.values():
        for name, value in rule.then:
            yield from ((TERM, name), *_values(name, (value,)))
    for case in rulebook.cases.values():
        for name, answer in case.facts.items():
            yield from ((TERM, name), *_values(name, (answer,)))
        yield from ((TERM, name) for name in case.expected or ())


def _values(name: str, values: tuple[object, ...]) -> Iterator[Name]:
    yield from ((f"value of {name!r}", str(value)) for value in values)
