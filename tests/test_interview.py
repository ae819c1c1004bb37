"""The interview: asks only what can still matter, mends what is mistyped, loses nothing, and tells an alarm at once."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import semantics
from engine.case import Case, Decision, Value
from engine.errors import LumbarError, Place
from engine.explain import CompiledRulebook, advice, shown
from engine.interfaces.interview import Interview, begun, value_of
from engine.language import Domain
from engine.loader import load
from engine.rulebook import Rulebook, Term
from tests.conftest import BICYCLE, ROOT, tries
from tests.rulebooks import facts, rulebooks
from tests.test_cli import run


def interview(book: Rulebook, **answers: Value | None) -> Interview:
    def decide(case: Case) -> Decision:
        return semantics.decide(book, case)

    return Interview(
        CompiledRulebook(book), decide, "made up", answers={name.replace("_", " "): answers[name] for name in answers}
    )


def answered(asking: Interview, whole: dict[str, Value]) -> list[str]:
    """The questions that come until none matters, answered from what is known."""
    asked = []
    while question := asking.question:
        name = question.term.name
        assert name not in asked
        asked.append(name)
        if name in whole:
            assert not asking.give(question.term, str(whole[name]))
        else:
            asking.unknown(question.term)
    return asked


def applies(term: Term, known: dict[str, Value]) -> bool:
    """Whether a finding is one to be answered, where all others are."""
    return term.asked_if is None or bool(
        semantics.mark_condition(term.asked_if, semantics.State(known)) & semantics.HOLDS
    )


# --- which questions come


@tries(25)
@given(st.data())
def test_it_ends_with_the_advice_that_all_answers_give(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    every = data.draw(facts(book, whole=True))
    whole = {name: every[name] for name in every if applies(book.terms[name], every)}
    asking = interview(book)
    answered(asking, whole)
    everything = semantics.decide(book, Case("made up", whole))
    assert advice(asking.decision, shown(book)) == advice(everything, shown(book))


def test_it_asks_less_than_everything_and_screening_first() -> None:
    book = load(BICYCLE)
    for saved in book.cases.values():
        asking = interview(book)
        asked = answered(asking, dict(saved.facts))
        screening = [book.terms[name].screening for name in asked]
        assert screening == sorted(screening, reverse=True)
        assert len(asked) <= len(book.findings)


def test_whether_a_question_applies_is_asked_before_it(clinic: Rulebook) -> None:
    asking = interview(clinic)
    asked = []
    for _ in range(6):
        question = asking.question
        assert question is not None
        asked.append(question.term.name)
        assert not set(clinic.applies_to(question.term.name)) - set(asked)
        asking.unknown(question.term)


def test_what_is_skipped_comes_last_and_what_is_not_known_never_again() -> None:
    book = load(BICYCLE)
    asking = interview(book)
    first = asking.question
    assert first is not None
    asking.skip(first.term)
    second = asking.question
    assert second is not None
    assert second.term.name != first.term.name
    asking.unknown(second.term)
    assert asking.answers == {second.term.name: None}
    later = [asking.question]
    while later[-1] is not None and later[-1].term.name != first.term.name:
        asking.unknown(later[-1].term)
        later.append(asking.question)
    assert len(later) > 1
    assert second.term.name not in [question.term.name for question in later if question]


def test_back_takes_the_last_answer_and_what_followed_from_it() -> None:
    book = load(BICYCLE)
    asking = interview(book)
    assert asking.back() == ""
    before = asking.decision.conclusions
    first = asking.question
    assert first is not None
    asking.give(first.term, "1")
    assert asking.back() == first.term.name
    assert asking.answers == {}
    assert asking.decision.conclusions == before
    assert asking.question == first


def test_an_alarm_is_known_from_the_answer_that_sets_it_off(clinic: Rulebook) -> None:
    asking = interview(clinic)
    assert asking.alarms == {}
    asking.give(clinic.terms["saddle numbness"], "yes")
    assert asking.alarms == {"red flag": "yes", "urgency": "emergency"}


# --- what an answer means


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("worse", "worse"),
        (" WORSE ", "worse"),
        ("w", "worse"),
        ("1", "worse"),
        ("2", "no effect"),
        ("no e", "no effect"),
    ],
)
def test_a_value_is_given_in_full_by_its_number_or_by_how_it_begins(text: str, value: str, bundled: Rulebook) -> None:
    assert value_of(bundled.terms["leaning back"], text) == (value, "")


def test_a_value_that_is_a_number_is_no_place_in_the_list() -> None:
    term = Term("step", Domain("choice", ("3", "2", "1")), True, Place(""))
    assert value_of(term, "1") == ("1", "")


@pytest.mark.parametrize(
    ("term", "text", "message"),
    [
        ("leaning back", "wrose", "'wrose' is not an answer here. Did you mean 'worse'?"),
        ("leaning back", "hlep", "'hlep' is not an answer here. Did you mean 'help'?"),
        ("age", "bcak", "'bcak' is not a whole number from 0 to 120. Did you mean 'back'?"),
        ("leaning back", "4", "'4' is not an answer here. It is one of worse, no effect, better."),
        ("leaning back", "", "'' is not an answer here. It is one of worse, no effect, better."),
        ("leg weakness", "s", "'s' may be stable or severe. Which?"),
        ("age", "121", "'121' is not a whole number from 0 to 120."),
        ("age", "4.5", "'4.5' is not a whole number from 0 to 120."),
        ("age", "9" * 99, f"'{'9' * 40}' is not a whole number from 0 to 120."),
        ("fever", "\x1b[2J", "'\\x1b[2J' is not an answer here. It is one of yes, no."),
    ],
)
def test_a_wrong_answer_is_told_how_to_be_mended(term: str, text: str, message: str, bundled: Rulebook) -> None:
    assert value_of(bundled.terms[term], text) == (None, message)


def test_what_no_patient_can_be_is_not_taken(clinic: Rulebook) -> None:
    asking = interview(clinic, age=30)
    wrong = asking.give(clinic.terms["age at onset"], "40")
    assert wrong.endswith("Not all of this can be: age: 30; age at onset: 40. Answer otherwise, or go back.")
    assert "age at onset" not in asking.answers


# --- the file


def test_answers_are_kept_in_their_order_and_gone_on_with(tmp_path: Path) -> None:
    book = load(BICYCLE)
    path = tmp_path / "one.yaml"
    asking = interview(book)
    names = answered(asking, {})
    asking.answers[names[0]] = book.terms[names[0]].domain.values[0]
    asking.save(path)
    case, answers = begun(path, book)
    assert case.id == "made up"
    assert list(answers.items()) == list(asking.answers.items())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["one.yaml"]  # noqa: PTH208 (hidden files too)


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_answers_are_not_written_through_a_link_or_into_a_file_open_to_others(tmp_path: Path) -> None:
    target, path = tmp_path / "anothers", tmp_path / "one.yaml"
    target.write_text("open to all")
    path.symlink_to(target)
    interview(load(BICYCLE)).save(path)
    assert target.read_text() == "open to all"
    path.chmod(0o666)
    interview(load(BICYCLE)).save(path)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["anothers", "one.yaml"]  # noqa: PTH208 (hidden files too)


def test_a_saved_case_is_not_written_over() -> None:
    path = next((BICYCLE / "cases").glob("*.yaml"))
    with pytest.raises(LumbarError, match="a saved case; expected a copy of it, without what is expected"):
        begun(path, load(BICYCLE))


# --- at the prompt


def consult(file: Path, *lines: str, words: tuple[str, ...] = ()) -> tuple[int, str]:
    code, output, _ = run(
        "--knowledge", str(BICYCLE), "consult", str(file), *words, stdin="".join(f"{one}\n" for one in lines)
    )
    return code, output


def test_an_interview_ends_with_the_recommendation_and_a_case_that_decides_alike(tmp_path: Path) -> None:
    book = load(BICYCLE)
    saved = next(iter(book.cases.values()))
    asked = answered(interview(book), dict(saved.facts))
    file = tmp_path / "bicycle.yaml"
    code, output = consult(file, *(str(saved.facts.get(name, "unknown")) for name in asked))
    assert code == 0
    assert output.endswith(f"The case is in {file}.\n")
    _, decided, _ = run("--knowledge", str(BICYCLE), "decide", str(file))
    assert decided.strip() in output


def test_every_answer_is_kept_at_once_and_an_end_of_input_loses_nothing(tmp_path: Path) -> None:
    book = load(BICYCLE)
    first = interview(book).question
    assert first is not None
    file = tmp_path / "bicycle.yaml"
    code, output = consult(file, "1")
    assert code == 1
    assert output.endswith(f"Not finished. The case is in {file}.\nContinue with: lumbar consult {file}\n")
    assert f"{first.term.name}: {first.term.domain.values[0]}\n" in output  # what the number was taken for
    assert file.read_text() == f"case: bicycle\n{first.term.name}: {first.term.domain.values[0]}\n"
    _, output = consult(file, "back", "stop")
    assert "Continuing" in output
    assert file.read_text() == "case: bicycle\n"


def test_the_words_beside_an_answer_do_what_they_say(tmp_path: Path) -> None:
    first = interview(load(BICYCLE)).question
    assert first is not None
    _, output = consult(tmp_path / "one.yaml", "help", "why", "back", "skip", "unknown", "stop")
    assert "  why: why this is asked" in output
    assert f"? {first.term.ask}" in output
    assert "This is the first question." in output
    assert output.count(f"{first.term.name}> ") == 3 + 1
    assert "0 answered, 1 not known, " in output


@pytest.mark.usefixtures("in_the_clinic")
def test_an_alarm_is_told_before_the_next_question(tmp_path: Path) -> None:
    for reader, told in (("clinician", "urgency: emergency"), ("patient", "Urgency: emergency.")):
        file = tmp_path / f"{reader}.yaml"
        file.write_text("saddle numbness: yes\n")
        code, output, _ = run("consult", str(file), "--for", reader)
        assert code == 1
        assert output.index(told) < output.index("left, this one included")


@pytest.mark.parametrize(
    ("file", "message"),
    [("one.txt", "does not end in .yaml"), ("missing/one.yaml", "is not a folder to keep the answers in")],
)
def test_a_file_that_cannot_keep_answers_is_refused_before_anything_is_asked(
    file: str, message: str, tmp_path: Path
) -> None:
    code, _, error = run("consult", str(tmp_path / file))
    assert code == 2
    assert message in error.replace("\n", " ")


@pytest.mark.usefixtures("in_the_clinic")
def test_a_file_that_is_open_in_one_consultation_is_refused_to_another(tmp_path: Path) -> None:
    command = [sys.executable, "-u", str(ROOT / "cli.py"), "consult", "one.yaml"]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdin is not None
        assert first.stdout is not None
        assert first.stdout.readline()  # it has begun
        (tmp_path / "same.yaml").symlink_to("one.yaml")
        for name in ("one.yaml", "same.yaml"):
            code, _, errors = run("consult", str(tmp_path / name))
            assert code == 1
            assert f"{name}: another consultation has this file open" in errors
        first.communicate("stop\n")
    assert not list(tmp_path.glob(".*"))
    assert "another consultation" not in run("consult", str(tmp_path / "one.yaml"))[2]


def test_an_answer_at_the_prompt_is_read_by_the_table_of_all_entrances(bundled: Rulebook) -> None:
    flag, age = bundled.terms["fever"], bundled.terms["age"]
    assert [value_of(flag, text)[0] for text in ("YES", "true", "y", "1", "False")] == [*["yes"] * 4, "no"]
    assert [value_of(age, text)[0] for text in ("70", "70.0", "7e1", "70.5", "+4")] == [70, 70, 70, None, 4]
