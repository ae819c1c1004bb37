"""Made-up cases: what is usual, what applies, what cannot be; the same order, the same cases."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl  # noqa: TID251 (what is made is a table)
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli import lumbar
from engine import semantics
from engine.case import Value
from engine.columns import CASE, synthetic
from engine.columns.synthetic import Order
from engine.errors import KnowledgeError
from engine.language import Condition, Is
from engine.loader import load_files
from engine.rulebook import Law, Rulebook
from tests.conftest import tries
from tests.rulebooks import NOWHERE, conditions, rulebooks

COUNT = 40_000


def table(book: Rulebook, order: Order) -> pl.DataFrame:
    return pl.concat(synthetic.made_up(book, order))


def cases(made: pl.DataFrame) -> Iterator[dict[str, Value]]:
    for row in made.drop(CASE).iter_rows(named=True):
        yield {name: value for name, value in row.items() if value is not None}


@pytest.fixture(scope="session")
def complete(either: Rulebook) -> pl.DataFrame:
    return table(either, Order(COUNT, 3))


def test_the_same_seed_makes_the_same_cases_and_another_seed_others(either: Rulebook) -> None:
    first, again, other = (table(either, Order(500, seed, 0.3)) for seed in (5, 5, 6))
    assert first.equals(again)
    assert not first.drop(CASE).equals(other.drop(CASE))
    assert not set(first[CASE]) & set(other[CASE])


def test_every_case_has_an_id_of_its_own(complete: pl.DataFrame) -> None:
    assert complete.height == complete[CASE].n_unique() == COUNT


def test_no_case_is_impossible_and_a_complete_one_answers_just_what_applies(
    either: Rulebook, complete: pl.DataFrame
) -> None:
    for known in cases(complete.head(2_000)):
        assert not semantics.impossibilities(either, known)
        state = semantics.begin(either, known)
        assert not state.unanswered
        for term in either.findings:
            applies = term.asked_if is None or semantics.mark_condition(term.asked_if, state) != semantics.FAILS
            assert applies or term.name not in known


def test_no_case_with_open_questions_is_impossible(either: Rulebook) -> None:
    for known in cases(table(either, Order(2_000, 4, 0.4))):
        assert not semantics.impossibilities(either, known)


@tries(60)
@given(st.data())
def test_no_case_is_impossible_whatever_cannot_be(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    findings = {term.name: term for term in book.findings}
    told = st.lists(conditions(findings).filter(lambda one: one.lines), min_size=1, max_size=4)
    laws = {f"law_{n}": Law(f"law_{n}", "", one, (), NOWHERE) for n, one in enumerate(data.draw(told))}
    book = Rulebook(book.terms, book.rules, impossible=laws)
    for known in cases(table(book, Order(50, 1, 0.1))):
        assert not semantics.impossibilities(book, known)


def test_what_leaves_no_possible_case_is_left_open() -> None:
    book = load_files({"terms/a.yaml": b"findings:\n  wet: {kind: yes/no, ask: Is it wet, help: Water.}\n"})
    never = {"never": Law("never", "", Condition((Is("wet", ("yes", "no")),)), (), NOWHERE)}
    made = table(Rulebook(book.terms, {}, impossible=never), Order(100))
    assert made["wet"].null_count() == 100


@pytest.mark.parametrize("share", [0.0, 0.2, 0.7])
def test_the_share_of_the_unknown_is_what_was_ordered(either: Rulebook, complete: pl.DataFrame, share: float) -> None:
    asked = [term.name for term in either.findings if term.asked_if is None]
    made = table(either, Order(5_000, 8, share))
    for name in asked:
        assert made[name].null_count() / made.height == pytest.approx(share, abs=0.04)
    applies = complete.select(pl.all().is_not_null().mean()).row(0, named=True)
    known = made.select(pl.all().is_not_null().mean()).row(0, named=True)
    for term in either.findings:
        assert known[term.name] == pytest.approx(applies[term.name] * (1 - share), abs=0.04)


def test_every_value_of_every_finding_occurs(either: Rulebook, complete: pl.DataFrame) -> None:
    for term in either.findings:
        seen = set(complete[term.name].drop_nulls())
        if term.domain.values:
            assert seen == set(term.domain.values), term.name
        elif term.domain.high <= 10:
            assert seen == set(range(term.domain.low, term.domain.high + 1)), term.name
        elif isinstance(term.usual, tuple):
            assert min(seen) >= term.domain.low
            assert term.usual[1] < max(seen) <= term.domain.high, term.name


def test_what_is_usual_is_what_most_have(either: Rulebook, complete: pl.DataFrame) -> None:
    for term in either.findings:
        found = complete[term.name].drop_nulls()
        if isinstance(term.usual, str):
            assert (found == term.usual).mean() > 0.6, term.name  # type: ignore[operator]
        elif term.usual and not term.asked_if:
            assert found.is_between(*term.usual).mean() > 0.6, term.name  # type: ignore[operator]


@pytest.mark.parametrize("visit", ["first", "follow-up"])
def test_all_cases_can_be_made_one_kind_of_visit(bundled: Rulebook, visit: str) -> None:
    made = table(bundled, Order(300, 2, 0.5, {"visit": visit}))
    assert made["visit"].unique().to_list() == [visit]
    assert (made["current direction"].null_count() == 300) == (visit == "first")


# --- what is usual, in the files of the knowledge --------------------------------------------------------------------

TERM = "findings:\n  size: {{kind: {kind}, ask: How is it, help: So., usual: {usual}}}\n"


@pytest.mark.parametrize(
    ("kind", "usual", "meant"),
    [
        ("yes/no", "no", "no"),
        ("choice, values: [small, large]", "large", "large"),
        ("number, range: 0 to 9", "2 to 4", (2, 4)),
        ("number, range: 0 to 9", "3", (3, 3)),
    ],
)
def test_what_is_usual_is_read(kind: str, usual: str, meant: object) -> None:
    book = load_files({"terms/a.yaml": TERM.format(kind=kind, usual=usual).encode()})
    assert book.terms["size"].usual == meant


@pytest.mark.parametrize(
    ("kind", "usual", "expected"),
    [
        ("yes/no", "nay", "'nay' under `usual`"),
        ("number, range: 0 to 9", "4 to 2", "within 0 to 9"),
        ("number, range: 0 to 9", "8 to 10", "within 0 to 9"),
        ("number, range: 0 to 9", "few", "within 0 to 9"),
    ],
)
def test_what_is_no_value_is_refused_as_usual(kind: str, usual: str, expected: str) -> None:
    with pytest.raises(KnowledgeError, match=expected):
        load_files({"terms/a.yaml": TERM.format(kind=kind, usual=usual).encode()})


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_the_clinic")
@pytest.mark.parametrize("suffix", synthetic.SUFFIXES)
def test_the_command_writes_every_kind_of_file(clinic: Rulebook, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cases{suffix}"
    command = ["make-cases", "200", "--seed", "9", "--unknown", "0.1", "--uniform", "--out", str(path)]
    assert CliRunner().invoke(lumbar, command, catch_exceptions=False).exit_code == 0
    expected = table(clinic, Order(200, 9, 0.1))
    if suffix == ".parquet":
        assert pl.read_parquet(path).equals(expected)
    elif suffix == ".csv":
        assert pl.read_csv(path, schema=expected.schema).equals(expected)
    else:
        known = [{name: value for name, value in row.items() if value is not None} for row in expected.to_dicts()]
        assert [json.loads(line) for line in path.read_text().splitlines()] == known
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_prints_lines_that_decide_reads() -> None:
    made = CliRunner().invoke(lumbar, ["make-cases", "5", "--visits", "first", "--out", "-"], catch_exceptions=False)
    assert [json.loads(line)["visit"] for line in made.stdout.splitlines()] == ["first"] * 5
    decided = CliRunner().invoke(lumbar, ["decide", "-", "--brief"], input=made.stdout, catch_exceptions=False)
    assert "5 cases, 0 with problems" in decided.stdout


@pytest.mark.parametrize(
    "command", [["--out", "cases.xlsx"], ["--out", "-", "--unknown", "2"], ["--out", "-", "--visits", "third"]]
)
def test_wrong_use_of_the_command_is_refused(command: list[str]) -> None:
    assert CliRunner().invoke(lumbar, ["make-cases", "3", *command]).exit_code == 2


def test_another_field_has_no_visits() -> None:
    bicycle = str(Path(__file__).parent / "bicycle")
    command = ["--knowledge", bicycle, "make-cases", "3", "--out", "-"]
    assert CliRunner().invoke(lumbar, command, catch_exceptions=False).stdout.count("\n") == 3
    assert CliRunner().invoke(lumbar, [*command, "--visits", "first"]).exit_code == 2
