"""Case files: every form they come in, and every mistake in them, which never hides an emergency nor another case."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import lumbar
from engine.case import Case
from engine.interfaces import files
from engine.rulebook import Rulebook

Read = Callable[[str, str | bytes], list[Case]]
FACTS = {"leaning back": "worse", "saddle numbness": "no", "age": 40}


@pytest.fixture
def read(tmp_path: Path, bundled: Rulebook) -> Read:
    """Writes a file and reads the cases in it."""

    def read_one(name: str, content: str | bytes) -> list[Case]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return list(files.read([path], bundled))

    return read_one


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch, bundled: Rulebook) -> Callable[[str], list[Case]]:
    """Reads the cases that come in on standard input."""

    def read_stream(content: str) -> list[Case]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content.encode())))
        return list(files.read(["-"], bundled))

    return read_stream


def told(case: Case) -> list[str]:
    """What is wrong in a case, with the places but without the folder."""
    return [str(problem).removeprefix(str(Path(problem.place.file).parent) + os.sep) for problem in case.problems]


YAML = "case: a\nleaning back: worse\nsaddle numbness: no\nage: 40\n"
ITEMS = "- {case: a, leaning back: worse, saddle numbness: no, age: 40}\n" * 2
OBJECT = json.dumps({"case": "a", **FACTS})
FORMS = [
    ("one.yaml", YAML, 1),
    ("one.yml", YAML, 1),
    ("many.yaml", ITEMS, 2),
    ("one.json", OBJECT, 1),
    ("indented.json", json.dumps(json.loads(OBJECT), indent=2), 1),
    ("many.json", f"[{OBJECT},\n{OBJECT}]", 2),
    ("many.ndjson", f"{OBJECT}\n\n{OBJECT}", 2),
    ("many.jsonl", f"{OBJECT}\r\n{OBJECT}\r\n", 2),
    ("mark.ndjson", f"\ufeff{OBJECT}\n{OBJECT}\n", 2),
]


@pytest.mark.parametrize(("name", "content", "count"), FORMS)
def test_a_case_is_the_same_in_every_form(name: str, content: str, count: int, read: Read) -> None:
    cases = read(name, content)
    assert [(case.id, dict(case.facts), case.problems) for case in cases] == [("a", FACTS, ())] * count
    assert read("no_suffix", content) == [_moved(case, name, "no_suffix") for case in cases]


def _moved(case: Case, name: str, to: str) -> Case:
    assert case.place
    return Case(case.id, case.facts, type(case.place)(case.place.file.replace(name, to), case.place.line), case.says)


@pytest.mark.parametrize(("name", "content", "count"), FORMS)
@pytest.mark.parametrize("before", ["", "\n", "\n \n"])
def test_standard_input_takes_every_form_and_keeps_its_lines(
    name: str, content: str, count: int, before: str, stream: Callable[[str], list[Case]], read: Read
) -> None:
    found = stream(before + content)
    assert [(case.id, dict(case.facts), case.problems) for case in found] == [("a", FACTS, ())] * count
    lines = [case.place.line for case in found if case.place]
    assert lines == [case.place.line for case in read(name, before + content) if case.place]


def test_a_folder_gives_the_cases_of_all_its_files_in_order(tmp_path: Path, bundled: Rulebook) -> None:
    for name in ("b/two.json", "a.yaml", "README.md", "c.ndjson"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"age": 40}', encoding="utf-8")
    assert [case.id for case in files.read([tmp_path], bundled)] == ["a", "two", "c:1"]


def test_a_folder_without_case_files_is_told(tmp_path: Path, bundled: Rulebook) -> None:
    (case,) = files.read([tmp_path], bundled)
    expected = "no case files here; expected files that end in .yaml, .yml, .json, .ndjson, .jsonl"
    assert [str(problem) for problem in case.problems] == [f"{tmp_path}: {expected}"]


def test_a_case_without_a_name_is_called_after_its_place(read: Read) -> None:
    assert [case.id for case in read("one.yaml", "age: 1")] == ["one"]
    assert [case.id for case in read("two.yaml", "- age: 1\n- age: 2")] == ["two:1", "two:2"]
    assert [case.id for case in read("x.ndjson", '{}\n\n{"age": 2}')] == ["x:1", "x:3"]


VALUES: list[tuple[str, Any]] = [
    ("saddle numbness: true", {"saddle numbness": "yes"}),
    ("saddle numbness: False", {"saddle numbness": "no"}),
    ('{"saddle numbness": true}', {"saddle numbness": "yes"}),
    ('{"age": 40.0}', {"age": 40}),
    ('{"age": 40.000}', {"age": 40}),
    ('{"age": "40"}', {"age": 40}),
    ("age: 40.0", {"age": 40}),
    ("age: '40'", {"age": 40}),
    ("age: 040", {"age": 40}),
    ("age:", {}),
    ("age: ~", {}),
    ("age: null", {}),
    ('age: ""', {}),
    ("age: unknown", {}),
    ("saddle numbness: unknown", {}),
    ('{"age": null}', {}),
    ('{"age": " "}', {}),
    ('{"age": "unknown"}', {}),
    ("{}", {}),
]


@pytest.mark.parametrize(("text", "facts"), VALUES)
def test_a_value_is_taken_however_it_is_put_and_unknown_is_no_answer(text: str, facts: Any, read: Read) -> None:
    for name in ("case.yaml", "case.json", "case.ndjson") if text.startswith("{") else ("case.yaml",):
        (case,) = read(name, text)
        assert (dict(case.facts), case.problems) == (facts, ())


KNOWN = "expected a finding of the knowledge base"
BACK = f"'leaning bakc' is not a finding; {KNOWN}; did you mean 'leaning back'?"
REACHED = "is a conclusion; expected findings only: conclusions are reached by rules"
NUMBNESS = "'yse' is not a value of 'saddle numbness'; expected yes, no; did you mean 'yes'?"
SCORE = "is not a value of 'pain score'; expected a whole number, 0 to 10"
WRONG = [
    ("c.yaml", "age: 40\nsaddle numbness: yse\n", f"c.yaml:2:18: {NUMBNESS}"),
    ("c.yaml", "leaning bakc: worse\nage: 40\n", f"c.yaml:1:15: {BACK}"),
    ("c.yaml", "age: 40\nred flag: no\n", f"c.yaml:2:11: 'red flag' {REACHED}"),
    ("c.yaml", "age: 40\ncomplete: yes\n", f"c.yaml:2:11: 'complete' {REACHED}"),
    (
        "c.yaml",
        "age: 40\nleg pain side: [left]\n",
        "c.yaml:2:16: 'leg pain side' has no single value; expected one value",
    ),
    (
        "c.yaml",
        "age: 40\nleg pain side: {a: b}\n",
        "c.yaml:2:16: 'leg pain side' has no single value; expected one value",
    ),
    ("c.yaml", "age: 40\ncase: [a]\n", "c.yaml:2:7: `case` is not text; expected one text"),
    ("c.yaml", "age: 40\npain score: 4.5\n", f"c.yaml:2:13: '4.5' {SCORE}"),
    ("c.yaml", "age: 40\npain score: 11\n", "c.yaml:2:13: 11 is outside the range of 'pain score'; expected 0 to 10"),
    ("c.yaml", "age: 40\npain score: -1\n", "c.yaml:2:13: -1 is outside the range of 'pain score'; expected 0 to 10"),
    ("c.json", '{"age": 40,\n "leaning bakc": "worse"}', f"c.json:2:2: {BACK}"),
    ("c.json", '{"age": 40, "pain score": 1e400}', f"c.json:1:13: '1e400' {SCORE}"),
    ("c.json", '{"age": 40, "pain score": true}', f"c.json:1:13: 'true' {SCORE}"),
    ("c.json", '{"says": "\\"zz\\": 1",\n "age": 40, "zz": 1}', f"c.json:2:13: 'zz' is not a finding; {KNOWN}"),
    ("c.json", '{"age": 40, "\\u007az": 1}', f"c.json:1:13: 'zz' is not a finding; {KNOWN}"),
    ("c.ndjson", '{"age": 40, "zz": 1}', f"c.ndjson:1: 'zz' is not a finding; {KNOWN}"),
]


@pytest.mark.parametrize(("name", "text", "message"), WRONG)
def test_a_wrong_value_is_told_with_its_place_and_the_rest_stands(
    name: str, text: str, message: str, read: Read
) -> None:
    (case,) = read(name, text)
    assert told(case) == [message]
    assert dict(case.facts) == {"age": 40}


TWICE = "'saddle numbness' stands here twice; expected each key once"
AGAIN = [
    (
        "c.yaml",
        "age: 40\nsaddle numbness: no\nsaddle numbness: yes\n",
        "c.yaml:3:1: 'saddle numbness' stands here again, first in line 2; expected it once",
    ),
    ("c.json", '{"age": 40, "saddle numbness": "no",\n"saddle numbness": "yes"}', f"c.json:2:1: {TWICE}"),
    ("c.ndjson", '{"age": 40, "saddle numbness": "no", "saddle numbness": "yes"}', f"c.ndjson:1: {TWICE}"),
]


@pytest.mark.parametrize(("name", "text", "message"), AGAIN)
def test_a_finding_answered_twice_counts_as_unknown(name: str, text: str, message: str, read: Read) -> None:
    (case,) = read(name, text)
    assert told(case) == [message]
    assert dict(case.facts) == {"age": 40}


def test_a_repeated_key_is_the_fault_of_its_own_case(read: Read) -> None:
    cases = read("c.yaml", "- age: 1\n- age: 2\n  age: 3\n- {age: 4}\n")
    assert [len(case.problems) for case in cases] == [0, 1, 0]
    assert [len(case.problems) for case in read("c.yaml", "[{age: 2, age: 3}, {age: 4}]")] == [1, 0]
    cases = read("c.json", '[{"age": 1}, {"age": 2,\n"age": 3}, {"age": 4}]')
    assert [told(case) for case in cases] == [[], ["c.json:2:1: 'age' stands here twice; expected each key once"], []]


def test_a_mistake_in_a_list_is_told_where_it_stands(read: Read) -> None:
    cases = read("c.json", '[{"age": 1, "says": "}{"},\n [{"zz": 0}], 5,\n {"zz": 1}]')
    unknown = f"'zz' is not a finding; {KNOWN}"
    nothing = "no case; expected an object of terms and values"
    expected = [[], [f"c.json:2:2: {nothing}"], [f"c.json:2:15: {nothing}"], [f"c.json:3:3: {unknown}"]]
    assert [told(case) for case in cases] == expected
    cases = read("c.yaml", "- age: 1\n- 5\n-\n- zz: 1\n")
    nothing = "no case; expected `term: value` in each line"
    expected = [[], [f"c.yaml:2: {nothing}"], [f"c.yaml:3: {nothing}"], [f"c.yaml:4:7: {unknown}"]]
    assert [told(case) for case in cases] == expected


def test_an_impossible_case_loses_what_cannot_go_together(read: Read) -> None:
    (case,) = read("c.yaml", "age: 40\nleg pain: below the knee\nleg pain side: none\n")
    assert [problem.partition(" (")[0] for problem in told(case)] == [
        "c.yaml:1: Pain in the thigh or below the knee is on one side or on both."
    ]
    assert dict(case.facts) == {"age": 40}


NO_CASE = [
    ("c.yaml", "", "c.yaml: no case; expected `term: value` in each line"),
    ("c.yaml", "# nothing\n", "c.yaml: no case; expected `term: value` in each line"),
    ("c.yaml", "[]", "c.yaml:1: no case; expected `term: value` in each line"),
    ("c.yaml", "worse", "c.yaml:1: no case; expected `term: value` in each line"),
    ("c.yaml", "a: b\n---\na: c", "c.yaml:2:1: a second document; expected one document in a file"),
    ("c.json", "", "c.json:1:1: not readable as JSON: expecting value"),
    ("c.json", "[]", "c.json: no case; expected an object of terms and values"),
    ("c.json", "5", "c.json:1:1: no case; expected an object of terms and values"),
    ("c.json", "{'age': 40}", "c.json:1:2: not readable as JSON: expecting property name enclosed in double quotes"),
    ("c.json", '{"age": NaN}', "c.json: not readable as JSON: NaN is not a number"),
    ("c.ndjson", "", "c.ndjson: no case; expected an object of terms and values in each line"),
    ("c.ndjson", "\n \n", "c.ndjson: no case; expected an object of terms and values in each line"),
    ("c.ndjson", "[1]", "c.ndjson:1: no case; expected an object of terms and values"),
    ("c.txt", "", "c.txt: no case; expected `term: value` in each line"),
]


@pytest.mark.parametrize(("name", "text", "message"), NO_CASE)
def test_a_file_without_a_case_says_so(name: str, text: str, message: str, read: Read) -> None:
    (case,) = read(name, text)
    assert told(case)[0] == message
    assert not case.facts


@pytest.mark.parametrize("broken", ['{"age": 40', "{age: 40}", "\x00", "\ufffe{", '{"a":' * 5000, "[]", "worse"])
def test_a_broken_line_keeps_the_other_lines(broken: str, read: Read, stream: Callable[[str], list[Case]]) -> None:
    lines = ['{"age": 1}', broken, '{"age": 3}']
    for cases in (read("c.ndjson", "\n".join(lines)), stream("\n".join(lines))):
        assert [dict(case.facts) for case in cases] == [{"age": 1}, {}, {"age": 3}]
        assert [[problem.place.line for problem in case.problems] for case in cases] == [[], [2], []]


def test_a_broken_first_line_on_standard_input_keeps_the_others(stream: Callable[[str], list[Case]]) -> None:
    cases = stream('{"age": 1\n{"age": 2}\n{"age": 3}')
    assert [dict(case.facts) for case in cases] == [{}, {"age": 2}, {"age": 3}]


def test_what_a_terminal_would_obey_is_not_handed_on(read: Read) -> None:
    (case,) = read("c.json", r'{"case": "a\u001b[31m\nb\ud800", "says": "\u0007", "source": "\u001b", "\u001b": 1}')
    assert (case.id, case.says, case.sources) == ("a\ufffd[31m b\ufffd", "\ufffd", ("\ufffd",))
    assert all(problem.there.isprintable() for problem in case.problems)


def test_the_name_of_a_file_can_always_be_printed(tmp_path: Path, bundled: Rulebook) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.yaml")).write_text("age: x", encoding="utf-8")
    (case,) = files.read([tmp_path], bundled)
    assert "\\udcff.yaml" in str(case.problems[0]).encode().decode()


def test_a_missing_file_is_told_and_the_next_is_read(tmp_path: Path, bundled: Rulebook) -> None:
    (tmp_path / "b.yaml").write_text("age: 40", encoding="utf-8")
    first, second = files.read([tmp_path / "a.yaml", tmp_path / "b.yaml"], bundled)
    assert told(first) == ["a.yaml: cannot be read (No such file or directory)"]
    assert dict(second.facts) == {"age": 40}


MISTAKES = [
    "leaning back: wrose\n",
    "leaning bakc: worse\n",
    "red flag: no\n",
    "age: 40\nage: 41\n",
    "leg pain: below the knee\nleg pain side: none\n",
    "age: {}\n",
]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_typing_mistake_does_not_hide_an_emergency(mistake: str, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(f"saddle numbness: yes\n{mistake}", encoding="utf-8")
    done = CliRunner().invoke(lumbar, ["decide", str(path)])
    assert done.exit_code == 1
    assert "not decided" in done.output
    assert "at least emergency" in done.output
    done = CliRunner().invoke(lumbar, ["decide", "--json", str(path)])
    assert done.exit_code == 1
    assert json.loads(done.output)["at least"] == {"urgency": "emergency"}


def test_nothing_is_lost_of_many_cases_with_one_at_fault(tmp_path: Path) -> None:
    path = tmp_path / "cases.ndjson"
    path.write_text('{"age": 1}\n{"age": \n{"zz": 1, "saddle numbness": "yes"}\n{"age": 4}\n', encoding="utf-8")
    done = CliRunner().invoke(lumbar, ["decide", "--json", str(path)])
    found = [json.loads(line) for line in done.output.splitlines()]
    assert done.exit_code == 1
    assert [len(one.get("problems", ())) for one in found] == [0, 1, 1, 0]
    assert found[2]["at least"] == {"urgency": "emergency"}
