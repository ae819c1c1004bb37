"""Outside values to facts, by one table of accepted spellings; every entrance reads with it, and `decide` asks it.

The table is in docs/language.md, and a test reads each of its rows. No letter case matters, nor do spaces of any kind
around a text and between its words; Unicode is brought to its composed form (NFC).
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from numbers import Rational, Real
from typing import Any
from unicodedata import normalize

from .case import Case, Value
from .errors import CaseError, Place, Problem, as_python, as_written, listed, near, surely
from .language import TERM, no_value
from .rulebook import Law, Rulebook, Term

EXPECTED = "expected "
UNKNOWN = "unknown"
MISSING = ("", UNKNOWN)
"""The texts that stand for no answer, as `tidy` has them, in any letter case."""
SAID = {"true": "yes", "false": "no"}
"""What a text is taken for where it is not a value itself, in any letter case."""
_NUMBER = re.compile(r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?\Z")
_NOTHING = ("NAType", "NaTType", "MaskedConstant")  # pandas.NA and pandas.NaT, which are not imported for it
_NUMBERS = (int, float, Decimal, Fraction)
_SEVERAL = (Mapping, Set, Sequence, bytes, bytearray)
_MOST = 10**9  # a tally has no highest number of its own
_WRITTEN = 10**400
_TOO_LONG = "a number of more than 400 digits"


@dataclass(frozen=True)
class Misspelt:
    """A value that no term allows: the problem, and the one value that it may be a slip of the pen for, if any.

    `also` is what is wrong with the other parts of it, where it has several.
    """

    problem: Problem
    meant: Value | None = None
    also: tuple[Problem, ...] = ()


def tidy(text: str) -> str:
    """A text in its composed Unicode form, one space between its words and none around them."""
    if text.isascii() and " " not in text and text.isprintable():
        return str.__str__(text)
    return " ".join(normalize("NFC", text).split())


def plain(raw: Any) -> Any:
    """An outside value without the dress of numpy, pandas and classes of somebody's own; None where it says nothing.

    A text is a str then and a number an int, float, Decimal or Fraction, of exactly these types. What is neither, or
    raises something when it is looked at, stays as it is; only its type is reported.
    """
    if raw is None or type(raw) in (str, int, bool):
        return raw
    try:
        return _undressed(raw)
    except Exception:  # whatever a class of somebody's own does
        return raw


def _undressed(raw: Any) -> Any:
    kind = type(raw)
    if kind.__name__ in _NOTHING:
        return None
    if _is_time(raw):
        return None if raw != raw else raw
    if issubclass(kind, str):
        return str.__str__(raw)
    if getattr(raw, "ndim", None) == 0 and hasattr(raw, "item"):
        bare = None if bool(getattr(raw, "mask", False)) else raw.item()
        if type(bare) is not kind:
            return plain(bare)
    return _exact(raw) if issubclass(kind, Real | Decimal) else raw


def _exact(number: Any) -> Any:
    """A number as one of Python's own types, with the value it holds whatever its class says; None for a NaN."""
    kind = type(number)
    if issubclass(kind, int):
        return int.__pos__(number)
    if issubclass(kind, Decimal):
        return None if Decimal.is_nan(number) else Decimal(number)
    if issubclass(kind, float):
        number = float.__pos__(number)
    if number != number:
        return None
    if type(number) is float:
        return number
    ratio = (number.numerator, number.denominator) if issubclass(kind, Rational) else number.as_integer_ratio()
    return Fraction(*map(int, ratio))


def text_of(raw: object) -> str | None:
    """The one text that a single value is, as a case file would have it; None where it is several, or no text."""
    raw = plain(raw)
    if type(raw) is bool:
        return "true" if raw else "false"
    if _is_number(raw):
        return _digits(raw)
    return tidy(raw) if type(raw) is str else None


def kind_of(raw: object) -> str:
    """What a value that is not text is called in a message."""
    return _TOO_LONG if _is_number(plain(raw)) else f"a value of type {type(raw).__name__}"


def _is_time(raw: object) -> bool:
    """Whether it is a time or a duration of numpy, which `item` would make a number of."""
    return getattr(getattr(raw, "dtype", None), "kind", "") in ("m", "M")


def _is_number(raw: object) -> bool:
    """Whether it is a number, once it is plain."""
    return type(raw) in _NUMBERS


def _is_whole(number: Any) -> bool:
    return type(number) is int or bool(-_WRITTEN < number < _WRITTEN and number == int(number))


def _digits(number: Any) -> str | None:
    """A number as text; None where it has more digits than anybody writes, and Python refuses to."""
    if _is_whole(number):
        return str(int(number)) if abs(number) < _WRITTEN else None
    if type(number) is Fraction and max(abs(number.numerator), number.denominator) >= _WRITTEN:
        return None
    return str(number)


def is_missing(raw: object) -> bool:
    """Whether an outside value says nothing."""
    raw = plain(raw)
    return raw is None or (type(raw) is str and tidy(raw).casefold() in MISSING)


def read_value(term: Term, raw: Any, place: Place = Place("")) -> Value | Misspelt | None:  # noqa: B008 (frozen)
    """What an outside value says of a term: a fact, None where it says nothing, or what is wrong with it."""
    raw = plain(raw)
    if is_missing(raw):
        return None
    if type(raw) is not str and issubclass(type(raw), _SEVERAL):
        return Misspelt(Problem(place, f"{term.name!r} has no single value", "one value"))
    text = text_of(raw)
    if text is None and not _is_number(raw):
        return Misspelt(Problem(place, f"{kind_of(raw)} for {term.name!r}", "a text, a whole number, true or false"))
    text = _TOO_LONG if text is None else text
    return _number(term, raw, text, place) if term.domain.kind in ("number", "tally") else _one_of(term, text, place)


def _one_of(term: Term, text: str, place: Place) -> Value | Misspelt:
    values = term.domain.values
    if text in values:
        return text
    if text in term.former_values:
        return term.former_values[text]
    word = text.casefold()
    for said in (word, SAID.get(word)):
        alike = [value for value in values if value.casefold() == said]
        if len(alike) == 1:
            return alike[0]
    close = _near(text[:80], values)
    is_list = text[:1] in "[{"  # a table has a list as its text, and no slip of the pen makes one of a value
    meant = close[0] if len(close) == 1 and not is_list else None
    return Misspelt(no_value(place, text, term.name, term.domain, close[0] if close else ""), meant)


@lru_cache(1 << 12)
def _near(text: str, values: tuple[str, ...]) -> tuple[str, ...]:
    return near(text, values)


def _number(term: Term, raw: Any, text: str, place: Place) -> int | Misspelt:
    low, high = term.domain.low, term.domain.high if term.domain.kind == "number" else _MOST
    number = raw if _is_number(raw) else _written(text)
    if number is None or not _is_whole(number):
        there = f"{as_written(text)} is not a value of {term.name!r}"
        return Misspelt(Problem(place, there, f"a whole number, {low} to {high}"))
    if not low <= number <= high:
        return Misspelt(Problem(place, f"{text[:80]} is outside the range of {term.name!r}", f"{low} to {high}"))
    return int(number)


def _written(text: str) -> float | None:
    """The number that a text is, just as JSON would read it."""
    return float(text) if _NUMBER.match(text) else None


# --- expected answers ------------------------------------------------------------------------------------------------


# --- names -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Misnamed:
    """A name that no finding has: the problem, and the findings that it may be a slip of the pen for."""

    problem: Problem
    meant: tuple[str, ...] = ()


def read_name(
    rulebook: Rulebook,
    name: str,
    place: Place = Place(""),  # noqa: B008 (frozen)
    suggest: bool = True,
) -> Term | Misnamed:
    """The finding of a name, or what is wrong with the name; which may be meant is looked for where `suggest` says."""
    term = rulebook.terms.get(name)
    if term is None and name in rulebook.split_names:
        return _split(rulebook, name, name, place)
    if term is None and name in rulebook.former_names:
        now = rulebook.former_names[name]
        there = f"{as_written(name)} is called {now!r} now"
        return Misnamed(Problem(place, there, "it once, by that name", unknown=(TERM, name)), (now,))
    if term is None:
        old = surely(name[:80], rulebook.split_names) if suggest and rulebook.split_names else ()
        if old and not surely(name[:80], rulebook.finding_names):
            return _split(rulebook, name, old[0], place)
        meant = _near(name[:80], rulebook.finding_names) if suggest else ()
        there, expected = f"{as_written(name)} is not a finding", "a finding of the knowledge base"
        return Misnamed(Problem(place, there, expected, meant[0] if meant else "", unknown=(TERM, name)), meant)
    if not term.finding:
        expected = "findings only: conclusions are reached by rules"
        return Misnamed(Problem(place, f"{name!r} is a conclusion", expected))
    return term


def _split(rulebook: Rulebook, name: str, old: str, place: Place) -> Misnamed:
    """That a finding of before asked several things in one: which findings ask them now.

    What they are asked after may be meant too: who corrects the case answers that first.
    """
    meant = rulebook.split_names[old]
    there = f"{as_written(name)} asked several things in one, which are asked one by one now"
    problem = Problem(place, there, listed([repr(one) for one in meant]), unknown=(TERM, name))
    return Misnamed(problem, rulebook.with_gates(meant))


# --- the last gate ---------------------------------------------------------------------------------------------------


def check_case(rulebook: Rulebook, case: Case) -> Case:
    """The case with facts of its own, which are those checked; raises CaseError, with every problem.

    A case in which something was wrong gets no advice, and `engine.alarms` tells how far its alarms may reach.
    """
    check_record(case)
    if case.problems or case.at_fault or case.unread:
        raise CaseError(case.problems or [_doubted(case)])
    return replace(case, facts=check_facts(rulebook, case.facts, case.id))


def cannot_be(law: Law, facts: Mapping[str, Value], place: Place) -> Problem:
    """That facts contradict an assumption about patients."""
    terms = law.condition.terms()
    lines = "; ".join(f"{name}: {facts[name]}" for name in facts if name in terms)
    answered = [repr(name) for name in facts if name in terms]
    return Problem(place, f"{law.says} ({lines})", f"another answer to {' or '.join(answered)}")


def differs(name: str, own: object, folder: object, place: Place) -> Problem:
    """That a case says one thing itself, and the name of its folder another."""
    there = f"{name[:80]!r} is {as_python(own)} here and {as_python(folder)} in the name of its folder"
    return Problem(place, there, "one of them")


def check_record(case: object) -> None:
    """Raise CaseError unless it is a Case, and its `at_fault` a mapping."""
    expected = "a Case; `case_from` makes one of a mapping"
    if not isinstance(case, Case):
        raise CaseError([Problem(Place("case"), f"a value of type {type(case).__name__}", expected)])
    at_fault: object = case.at_fault
    if not isinstance(at_fault, Mapping):
        there = f"`at_fault` is of type {type(at_fault).__name__}"
        raise CaseError([Problem(Place("case"), there, "a mapping of findings to values")])


def _doubted(case: Case) -> Problem:
    there = f"a problem with {listed(list(case.at_fault))}" if case.at_fault else "nothing of the case could be read"
    return Problem(case.place or Place(f"case {case.id}"), there, "a case without faults: no other gets advice")


def check_facts(rulebook: Rulebook, facts: object, case: str = "") -> dict[str, Value]:
    """The facts as they stand now, in a dict of their own, unless one is not exactly what its term allows.

    Raises CaseError then, with every problem.
    """
    if not isinstance(facts, Mapping):
        place = Place(f"case {case}" if case else "facts")
        raise CaseError([Problem(place, f"facts of type {type(facts).__name__}", "a mapping of findings to values")])
    taken, allowed = dict(facts), rulebook.allowed
    for name, value in taken.items():
        values = allowed.get(name) if type(name) is str else None
        if values is None or type(value) not in (str, int) or value not in values:
            raise CaseError(_refused(rulebook, taken, Place(f"case {case}" if case else "facts")))
    return taken


def check_names(rulebook: Rulebook, names: Iterable[object], case: str = "") -> None:
    """Raise CaseError, with every problem, unless each is the name of a finding."""
    place = Place(f"case {case}" if case else "facts")
    if problems := [problem for name in names if (problem := _misnamed(rulebook, name, place))]:
        raise CaseError(problems)


def _misnamed(rulebook: Rulebook, name: object, place: Place) -> Problem | None:
    if type(name) is not str:
        return Problem(place, f"{as_python(name)} is not a finding", "the name of a finding, of type str")
    term = read_name(rulebook, name, place)
    return term.problem if isinstance(term, Misnamed) else None


def _refused(rulebook: Rulebook, facts: Mapping[Any, object], place: Place) -> Iterable[Problem]:
    for name, value in facts.items():
        if problem := _misnamed(rulebook, name, place):
            yield problem
        elif type(value) not in (str, int) or value not in rulebook.allowed[name]:
            yield _unread(rulebook.terms[name], value, place)


def _unread(term: Term, value: object, place: Place) -> Problem:
    """What is wrong with a fact that the table may know, but that was not read by it."""
    found = read_value(term, value, place)
    if isinstance(found, Misspelt):
        return found.problem
    expected = "no fact for what is not known" if found is None else f"the fact {found!r}"
    return Problem(place, f"{as_python(value)} for {term.name!r} was not read", f"{expected}; `case_from` reads it")
