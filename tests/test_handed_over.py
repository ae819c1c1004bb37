"""What a program hands over as a case or a path: read rightly, or refused in words, whatever its class does."""

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np  # noqa: TID251 (values of numpy are handed over)
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.case import Case
from engine.chain import Chain
from engine.errors import CaseError, KnowledgeError
from engine.interfaces.files import read
from engine.loader import case_from, load
from engine.rulebook import Rulebook
from tests.test_cli import run
from tests.test_facts import NUMBER, value_of

LONG = 10**5000


class Liar(int):
    """A number that says it is another."""

    def __int__(self) -> int:
        return 44

    __index__ = __trunc__ = __int__

    def __eq__(self, other: object) -> bool:
        return True

    __le__ = __ge__ = __lt__ = __gt__ = __eq__
    __hash__ = int.__hash__

    def __str__(self) -> str:
        return "yes"


class LyingText(str):
    """A text that says it is another."""

    def __str__(self) -> str:
        return "no"

    def casefold(self) -> str:
        return "no"


class Raises:
    """Raises whatever is asked of it."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError

    def __hash__(self) -> int:
        return 1

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __str__ = __repr__

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError


class Endless:
    """Has an item of its own kind, again and again."""

    ndim = 0

    def item(self) -> Any:
        return type("Endless", (Endless,), {})()


class Number(IntEnum):
    """Numbers with names."""

    SEVENTY = 70


class Word(str, Enum):
    """Texts with names."""

    YES = "yes"


NUMBERS = [LONG, -LONG, Fraction(1, LONG), Fraction(LONG, 3), Decimal(10) ** 500, Decimal("1E-99999")]
ODD = [*NUMBERS, Liar(700), Raises(), Endless(), np.longdouble("inf"), 1j, object, "\ud800", "a\0b", "9" * 5000]
ODD += [[LONG], {"in": [Raises()]}, {"at least": LONG, "at most": Raises()}, [{"A": LONG}], [{Raises: 1}], {LONG: 1}]
KEYS = ["fever", "age", "leaning back", "nonsense", "expected urgency", "expected avoid", "expected nonsense"]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("number", range(len(ODD)))
def test_no_value_of_a_strange_class_ends_otherwise_than_in_words(clinic: Rulebook, key: str, number: int) -> None:
    odd = ODD[number]
    with pytest.raises(CaseError) as told:
        case_from(clinic, {key: odd}, "ann")
    assert all(str(problem).startswith("ann: ") for problem in told.value.problems)


def test_a_name_or_an_id_of_a_strange_class_is_told(clinic: Rulebook) -> None:
    odds: tuple[Any, ...] = (*NUMBERS[:4], Raises(), b"x", None, (), float("nan"))
    for odd in odds:
        with pytest.raises(CaseError, match=r"400 digits|of type"):
            case_from(clinic, {odd: "yes"})
        with pytest.raises(CaseError, match="the id of a case"):
            case_from(clinic, {"age": 70}, odd)


def test_an_id_of_a_strange_class_among_the_answers_is_told(clinic: Rulebook) -> None:
    for odd in (NUMBERS[0], NUMBERS[2], Raises(), b"x", ()):
        with pytest.raises(CaseError, match="`case` is not text"):
            case_from(clinic, {"age": 70, "case": odd})


def test_what_is_no_mapping_is_told(clinic: Rulebook) -> None:
    for odd in (None, [], "age", 5, [("age", 70)], Raises()):
        with pytest.raises(CaseError, match="ann: answers of type"):
            case_from(clinic, odd, "ann")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "raw", "fact"),
    [
        ("age", Liar(70), 70),
        ("fever", LyingText("yes"), "yes"),
        (LyingText("age"), 70, 70),
        ("age", Number.SEVENTY, 70),
        ("fever", Word.YES, "yes"),
        ("age", np.longdouble(70), 70),
        ("age", Fraction(140, 2), 70),
        ("age", np.longdouble("nan"), None),
        ("age", Decimal("sNaN"), None),
        ("fever", np.array(None, dtype=object), None),
    ],
)
def test_a_value_is_what_it_holds_whatever_its_class_says(clinic: Rulebook, name: Any, raw: Any, fact: Any) -> None:
    assert dict(case_from(clinic, {name: raw}).facts) == ({} if fact is None else {str.__str__(name): fact})


numbers = st.one_of(st.integers(-5, 130), st.floats(), st.fractions(), st.decimals(), st.just(LONG))


@given(numbers)
def test_a_number_is_the_same_fact_in_each_class_that_holds_it(number: Any) -> None:
    whole = [kind for kind in (int, float, Fraction, Decimal) if type(number) is int and abs(number) < 10**300]
    assert len({value_of(NUMBER, kind(number)) for kind in whole}) <= 1
    wrapped = {int: Liar, float: type("F", (float,), {}), Fraction: type("Q", (Fraction,), {})}.get(type(number))
    if wrapped:
        assert value_of(NUMBER, wrapped(number)) == value_of(NUMBER, number)


# --- the last gate ---------------------------------------------------------------------------------------------------


def test_the_last_gate_tells_what_cannot_be_written(clinic: Rulebook) -> None:
    for facts in ({"age": LONG}, {"age": Raises()}, {LONG: "yes"}, {Raises(): "yes"}):
        with pytest.raises(CaseError):
            Chain(clinic).decide(Case("x", facts))  # type: ignore[arg-type]


# --- paths -----------------------------------------------------------------------------------------------------------


class NoPath:
    """Has no path to give."""

    def __fspath__(self) -> str:
        raise RuntimeError


PATHS: list[Any] = [b"knowledge", None, 5, "", "a\0b", "x" * 5000, "\ud800", 1.5, object(), NoPath()]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
def test_no_knowledge_is_read_from_what_is_no_path(path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "terms").mkdir()
    with pytest.raises(KnowledgeError, match=r"no knowledge base|a path|an empty path"):
        load(path)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: type(path).__name__)
def test_no_case_is_read_from_what_is_no_path(
    clinic: Rulebook, path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text("age: 70\n", encoding="utf-8")
    for given_ in (path, [path], iter([path])):
        [case] = read(given_, clinic)
        assert case.unread
        assert case.problems
    first, second = read([path, "one.yaml"], clinic)
    assert (first.unread, dict(second.facts)) == (True, {"age": 70})


def commands(path: str) -> Iterator[tuple[str, ...]]:
    yield "batch", "knowledge/cases", "--out", path
    yield "make-cases", "3", "--out", path
    yield "check", path
    yield "check", "--save", path
    yield "consult", path
    yield "decide", path
    yield "--knowledge", path, "show"


@pytest.mark.parametrize("path", ["", "x" * 5000], ids=["empty", "long"])
def test_a_command_tells_what_is_no_path(path: str) -> None:
    for words in commands(path):
        code, _, error = run(*words)
        assert (code, "Error" in error) == (2, True)
