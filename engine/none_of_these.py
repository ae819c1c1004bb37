"""What "none of these" says of a group of questions: the `none` of each that is not answered, where it applies."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .case import Value
from .errors import Place, Problem, as_python, listed, nearest
from .facts import is_missing, kind_of, plain, text_of
from .rulebook import Rulebook, Term
from .semantics import FAILS, State, applies

NONE_OF_THESE = "none of these"
"""The key of a case under which its groups stand."""
SEPARATOR = ";"
"""What stands between groups where they are one text."""


def read_groups(rulebook: Rulebook, raw: object, place: Place) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """The groups that an outside value names, and what is wrong with it: a list, or one text with `;` between them."""
    known = {name.casefold(): name for name in rulebook.groups}
    groups: list[str] = []
    problems: list[Problem] = []
    for item in () if is_missing(raw) else _items(plain(raw)):
        text = text_of(item)
        name = known.get((text or "").casefold(), "")
        if name and answerable(rulebook, name):
            groups.append(name)
        elif name:
            problems.append(Problem(place, f"the questions of {name!r} are asked one by one", "an answer to each"))
        elif text is None:
            problems.append(Problem(place, f"{kind_of(item)} under {NONE_OF_THESE!r}", "the name of a group"))
        elif not is_missing(text):
            problems.append(_unknown(rulebook, text, place))
    return tuple(dict.fromkeys(groups)), tuple(problems)


def _items(raw: Any) -> Iterable[object]:
    if type(raw) is str:
        return raw.split(SEPARATOR)
    found = raw.tolist() if hasattr(raw, "tolist") else raw
    return found if type(found) in (list, tuple) else [found]


def _unknown(rulebook: Rulebook, text: str, place: Place) -> Problem:
    can = [name for name in rulebook.groups if answerable(rulebook, name)]
    expected = listed(can) if can else "no such line: this knowledge base has no groups that say it"
    return Problem(place, f"{as_python(text)} is not a group of questions", expected, nearest(text, can))


def answerable(rulebook: Rulebook, group: str) -> bool:
    """Whether "none of these" answers any question of a group."""
    return any(term.none is not None for term in rulebook.grouped.get(group, ()))


def in_order(rulebook: Rulebook, groups: Collection[str]) -> tuple[Term, ...]:
    """The findings that "none of these" may answer, what decides whether another applies before it."""
    terms = (term for term in rulebook.findings if term.group in groups and term.none is not None)
    return tuple(sorted(terms, key=lambda term: len(rulebook.gating(term.name))))


def added(
    rulebook: Rulebook, facts: Mapping[str, Value], groups: Collection[str], leave_out: Iterable[str] = ()
) -> dict[str, Value]:
    """The answers that "none of these" adds to some facts: never where there is one, nor where the question does not
    apply, nor to a finding that is left out.
    """
    state = State(dict(facts), gates=rulebook.gates)
    found: dict[str, Value] = {}
    for term in in_order(rulebook, groups):
        if term.none is None or term.name in state.facts or term.name in leave_out:
            continue
        if not applies(term.name, state) & FAILS:
            found[term.name] = state.facts[term.name] = term.none
            state.applying.clear()
    return found
