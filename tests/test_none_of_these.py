"""Groups of questions and "none of these": what it answers, what it leaves alone, and the same in every reader."""

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest

from engine import semantics
from engine.case import Case, Value
from engine.circuit import CompiledRulebook
from engine.errors import KnowledgeError, Place
from engine.frames import cases_of
from engine.interfaces.files import read
from engine.interfaces.interview import Interview, begun
from engine.loader import case_from, load_files, writing
from engine.loader.cases import CaseEntry, make_case
from engine.none_of_these import read_groups
from engine.rulebook import Rulebook
from tests.test_cli import run

TERMS = """
findings:
  age: {kind: number, range: 0 to 120, ask: "How old?", help: In years., screening: yes, group: person}
  chills: {kind: yes/no, ask: "Chills?", help: Shaking., screening: yes, group: illness, none: no,
           asked if: [{fever: yes}]}
  fever: {kind: choice, values: [none, low, yes], ask: "Fever?", help: Hot., screening: yes, group: illness, none: none}
  pregnant: {kind: yes/no, ask: "Pregnant?", help: Now., screening: yes, group: illness, none: no,
             asked if: [{age: 12 to 55}]}
  tests done: {kind: number, range: 0 to 6, ask: "How many?", help: Tests., group: examined, none: 0}
conclusions:
  alarm: {kind: yes/no, otherwise: no, screening for: yes, says: It says.}
"""
GROUPS = """
person: {title: You, says: First of all.}
illness: {title: Illness, says: "Is any of this so?"}
examined: {title: Examined today, says: "Was any of this done today?"}
"""
CARD = """
rule: fever
says: Fever is an alarm.
if: [{fever: low or yes}]
then: [{alarm: yes}]
because: Made up.
source: [{article: 1}]
"""
FILES = {
    "terms/all.yaml": TERMS,
    "groups.yaml": GROUPS,
    "rules/a/fever.yaml": CARD,
    "rules/a/expecting.yaml": CARD.replace("rule: fever", "rule: expecting").replace(
        "fever: low or yes", "pregnant: yes"
    ),
    "article.yaml": "1: A claim.",
}


def book(changes: Mapping[str, str] | None = None) -> Rulebook:
    return load_files({name: text.encode() for name, text in {**FILES, **(changes or {})}.items()})


def problems(changes: Mapping[str, str]) -> str:
    with pytest.raises(KnowledgeError) as error:
        book(changes)
    return str(error.value)


# --- what it says


def test_it_answers_what_is_not_answered_in_the_order_of_gates() -> None:
    case = case_from(book(), {"age": 30, "none of these": ["illness", "examined"]})
    assert dict(case.facts) == {"age": 30, "fever": "none", "pregnant": "no", "tests done": 0}
    assert dict(case.none_of_these) == {"illness": ("fever", "pregnant"), "examined": ("tests done",)}


def test_an_answer_wins_and_opens_what_it_gates() -> None:
    case = case_from(book(), {"fever": "yes", "none of these": ["illness"]})
    assert dict(case.facts) == {"fever": "yes", "chills": "no", "pregnant": "no"}


def test_a_question_that_does_not_apply_is_not_answered() -> None:
    assert "pregnant" not in case_from(book(), {"age": 60, "none of these": "illness"}).facts


def test_what_is_at_fault_is_never_answered_by_it() -> None:
    entries = [CaseEntry("fever", "lo", Place("here")), CaseEntry("none of these", ["illness"], Place("here"))]
    case = make_case(entries, book(), Place("here"), "a")
    assert "fever" not in case.facts
    assert case.at_fault == {"fever": "low"}


def test_a_decision_keeps_it() -> None:
    rulebook = book()
    decision = semantics.decide(rulebook, case_from(rulebook, {"none of these": ["illness"]}))
    assert decision.conclusions["alarm"] == "no"
    assert decision.as_json()["none of these"] == ["illness"]


def test_a_case_is_written_with_it_and_read_back_the_same() -> None:
    rulebook = book()
    case = case_from(rulebook, {"age": 30, "none of these": ["illness"]}, "a")
    text = writing.case(rulebook, case, "")
    assert "none of these: [illness]" in text
    assert "fever" not in text


@pytest.mark.parametrize(
    ("raw", "groups", "there"),
    [
        (["illness"], ("illness",), ""),
        ("Illness; examined", ("illness", "examined"), ""),
        ("  illness ;", ("illness",), ""),
        (None, (), ""),
        ("unknown", (), ""),
        (["ilness"], (), "'ilness' is not a group of questions"),
        (["person"], (), "the questions of 'person' are asked one by one"),
        ([3], (), "'3' is not a group of questions"),
        ([[]], (), "a value of type list under 'none of these'"),
        ({"illness": 1}, (), "a value of type dict under 'none of these'"),
    ],
)
def test_groups_are_named_in_a_list_or_in_one_text(raw: object, groups: tuple[str, ...], there: str) -> None:
    found, wrong = read_groups(book(), raw, Place("here"))
    assert found == groups
    assert [problem.there for problem in wrong] == ([there] if there else [])


# --- every reader

ROWS: list[dict[str, object]] = [
    {"case": "a", "age": 30, "none of these": ["illness"]},
    {"case": "b", "age": 60, "none of these": ["illness", "examined"]},
    {"case": "c", "fever": "yes", "none of these": ["illness"]},
    {"case": "d", "fever": "lo", "none of these": ["illness"]},
    {"case": "e", "age": 30, "none of these": ["ilness"]},
    {"case": "f", "age": 30, "none of these": None},
]
TEXTS = [{key: "; ".join(one) if isinstance(one, list) else one for key, one in row.items()} for row in ROWS]


def write(folder: Path, kind: str) -> Path:
    path = folder / f"in.{kind}"
    if kind == "ndjson":
        path.write_text("".join(f"{json.dumps(row)}\n" for row in ROWS), encoding="utf-8")
    elif kind == "json":
        path.write_text(json.dumps(ROWS), encoding="utf-8")
    elif kind == "yaml":
        path.write_text(json.dumps(ROWS, indent=1), encoding="utf-8")  # JSON is YAML
    elif kind == "parquet":
        pl.DataFrame(ROWS).write_parquet(path)
    else:
        pl.DataFrame(TEXTS).write_csv(path)
    return path


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / "knowledge" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "knowledge"


def one_by_one() -> list[Case]:
    return [make_case([CaseEntry(key, value, Place("here")) for key, value in row.items()], book(), Place("here"), "")
            for row in ROWS]  # fmt: skip


@pytest.mark.parametrize("kind", ["ndjson", "json", "yaml"])
def test_files_of_single_cases_say_it(kind: str, tmp_path: Path) -> None:
    found = list(read(write(tmp_path, kind), book()))
    assert [case.facts for case in found] == [case.facts for case in one_by_one()]
    assert [bool(case.problems) for case in found] == [False, False, False, True, True, False]


@pytest.mark.parametrize("kind", ["ndjson", "json", "yaml", "parquet", "csv"])
def test_batch_reads_it_as_a_single_case_does(kind: str, knowledge: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    path = write(tmp_path, kind)
    code, _, error = run("--knowledge", str(knowledge), "batch", str(path), "--out", str(out))
    assert code == 1, error
    stored = pl.concat([pl.read_ipc(part) for part in sorted((out / "findings").glob("*.arrow"))])
    assert stored["case"].to_list() == ["a", "b", "c", "f"]
    rejects = (out / "rejects.ndjson").read_text(encoding="utf-8")
    assert "'ilness' is not a group of questions" in rejects
    answers = pl.concat([pl.read_parquet(part) for part in sorted((out / "answers").glob("*.parquet"))])
    assert answers["alarm: yes"].to_list() == [False, False, True, False]
    assert answers["alarm: no"].to_list() == [True, True, False, False]
    assert [str(one or "").split("; ") for one in answers["none of these"].to_list()][:2] == [
        ["illness"],
        ["illness", "examined"],
    ]


def test_a_frame_says_it() -> None:
    frame = pl.DataFrame(ROWS[:3])
    assert [dict(case.facts) for case in cases_of(book(), frame, "case")] == [
        dict(case.facts) for case in one_by_one()[:3]
    ]


# --- groups.yaml


def test_groups_come_in_their_order_with_their_questions() -> None:
    grouped = book().grouped
    assert {name: [term.name for term in terms] for name, terms in grouped.items()} == {
        "person": ["age"],
        "illness": ["chills", "fever", "pregnant"],
        "examined": ["tests done"],
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("group: person", "group: persons", "'age' is in the group 'persons', which is not in groups.yaml"),
        ("none: 0", "none: 7", "'7' under `none`"),
        ("none: none", "none: nothing", "'nothing' under `none`"),
        (", group: examined, none: 0", ", none: 0", "'tests done' has a `none`, and no group"),
        ("group: examined, none: 0", "loses: a reason", "`loses` of 'tests done', which is asked of everybody"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert told in problems({"terms/all.yaml": TERMS.replace(old, new)})


def test_a_group_needs_a_title_a_sentence_and_a_question() -> None:
    assert "no `title`" in problems({"groups.yaml": GROUPS.replace("title: You, ", "")})
    assert "no question is in the group 'others'" in problems(
        {"groups.yaml": f"{GROUPS}others: {{title: O, says: P.}}"}
    )


# --- an interview


def interview(**answers: Value | None) -> Interview:
    rulebook = book()
    return Interview(CompiledRulebook(rulebook), partial(semantics.decide, rulebook), "a", answers=answers)


def test_a_group_is_asked_at_once_and_answered_by_none() -> None:
    asking = interview(age=30)
    assert [term.name for term in asking.together] == ["chills", "fever", "pregnant"]
    assert asking.none("illness") == ""
    assert asking.decision.conclusions["alarm"] == "no"
    assert asking.decision.case.none_of_these == {"illness": ("fever", "pregnant")}


def test_none_but_some_answers_these_by_what_is_not_none() -> None:
    asking = interview(age=30)
    asking.none("illness", ["chills", "fever"])
    assert asking.answers == {"age": 30, "chills": "yes", "pregnant": "no"}  # a choice is asked by itself
    assert asking.together == ()
    assert asking.question is not None
    assert asking.question.term.name == "fever"


def test_back_takes_all_of_none_of_these_back() -> None:
    asking = interview(age=30)
    asking.none("illness")
    asking.back()
    assert (asking.answers, asking.none_of) == ({"age": 30}, {})


def test_what_is_skipped_or_wanted_one_by_one_is_not_asked_at_once() -> None:
    asking = interview(age=30)
    asking.one_by_one("illness")
    assert asking.together == ()
    again = interview(age=30)
    again.skip(book().terms["fever"])
    assert again.together == ()


def test_the_answers_are_kept_with_it_and_gone_on_with(tmp_path: Path) -> None:
    asking = interview(age=30)
    asking.none("illness")
    asking.save(tmp_path / "a.yaml")
    assert (tmp_path / "a.yaml").read_text() == "case: a\nnone of these: [illness]\nage: 30\n"
    case, answers = begun(tmp_path / "a.yaml", book())
    assert (answers, case.none_of_these) == (asking.answers, asking.none_of)


def test_consult_takes_none_and_says_what_is_left(knowledge: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    code, output, _ = run("--knowledge", str(knowledge), "consult", str(file), stdin="30\n9\nhelp\nnone\n")
    assert code == 0
    assert "Illness (1 group left, at most " in output
    assert "'9' is not understood here. Say none, or numbers from 1 to 3." in output
    assert "none of these: [illness]" in file.read_text()


def test_consult_takes_the_numbers_of_what_is_so(knowledge: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    run("--knowledge", str(knowledge), "consult", str(file), stdin="30\n1, 2\nlow\n")
    assert file.read_text() == "case: a\nnone of these: [illness]\nage: 30\nchills: yes\nfever: low\n"


def test_a_patient_is_counted_by_screens_and_answers(knowledge: Path, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"age": 30, "fever": "none", "pregnant": "no"}', encoding="utf-8")
    _, output, _ = run("--knowledge", str(knowledge), "burden", str(tmp_path / "a.json"))
    told = 'a: 2 screens, 1 answer given one by one (1 of them screening), 2 more by "none of these"'
    assert " ".join(output.split()) == told
