"""A decision that breaks a law, as every command tells it: the law and the alarms, and nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import run

TERMS = """findings:
  numb: {kind: yes/no, ask: Numbness, help: Numbness., screening: yes}
  leans: {kind: choice, values: [worse, better], ask: Leaning back, help: Leaning.}
conclusions:
  haste:
    kind: choice
    values: [none, soon, at once]
    takes: highest
    otherwise: none
    screening for: soon
    says: How soon.
    for patients: {at once: Go to hospital now.}
  exercise: {kind: choice, values: [flexion, extension], says: Which exercise}
  avoid: {kind: several, values: [sitting long, lifting], says: What to avoid}
  speaks for it: {kind: tally, says: What speaks for it}
"""
LAW = """law: nothing_beside_an_alarm
says: Nobody who is seen at once gets an exercise.
never: [haste: at once, exercise: flexion or extension]
source: [S: s]
"""
CARDS = {
    "numbness": ("numb: yes", "haste: at once", "Numbness is seen at once."),
    "backwards": ("leans: better", "exercise: extension", "Lean back."),
    "long": ("leans: better", "avoid: sitting long", "Sitting is left."),
    "pro": ("leans: better", "speaks for it", "It speaks for it."),
}
BREAKS, WELL = {"numb": "yes", "leans": "better"}, {"numb": "no", "leans": "better"}
WITHHELD = ("extension", "sitting long", "Lean back", "Sitting is left", "speaks for it:")


@pytest.fixture
def knowledge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A knowledge base with a law that nobody has proved, and that cases break."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "knowledge"
    files = {
        "terms/all.yaml": TERMS,
        "laws/nothing_beside_an_alarm.yaml": LAW,
        "sources.yaml": "S: {citation: s, seen: s}",
    }
    for name, (line, then, says) in CARDS.items():
        card = f"rule: {name}\nsays: {says}\nif: [{line}]\nthen: [{then}]\nbecause: b\nsource: [S: s]\n"
        files[f"rules/{name}.yaml"] = card
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "breaks.json").write_text(json.dumps({"case": "breaks"} | BREAKS))
    (tmp_path / "well.json").write_text(json.dumps({"case": "well"} | WELL))
    monkeypatch.chdir(tmp_path)
    return folder


def asked(*words: str) -> tuple[int, str]:
    code, output, error = run("--knowledge", "knowledge", *words)
    assert not error
    return code, output


def object_of(*words: str) -> tuple[int, dict[str, Any]]:
    code, output = asked(*words, "--json")
    return code, json.loads(output)


def shows_alarms_alone(output: str) -> None:
    assert "Nobody who is seen at once gets an exercise." in output
    assert not [word for word in WITHHELD if word in output]


WHOLE = [
    ("decide", "breaks.json"),
    ("decide", "breaks.json", "--for", "patient"),
    ("why", "breaks.json", "exercise"),
    ("why", "breaks.json", "avoid", "--for", "patient"),
    ("whynot", "breaks.json", "exercise=flexion"),
    ("weigh", "breaks.json", "exercise"),
    ("whatif", "breaks.json"),
    ("whatif", "breaks.json", "leans: worse", "--term", "exercise"),
    ("whatif", "well.json", "numb: yes"),
    ("enough", "breaks.json"),
    ("next", "breaks.json"),
    ("compare", "breaks.json", "well.json"),
    ("compare", "well.json", "breaks.json"),
    ("compare", "breaks.json", "--knowledge-b", "knowledge"),
    ("draw", "breaks.json"),
]


@pytest.mark.usefixtures("knowledge")
@pytest.mark.parametrize("words", WHOLE, ids=[" ".join(words) for words in WHOLE])
def test_every_command_tells_the_law_and_the_alarm_and_withholds_the_rest(words: tuple[str, ...]) -> None:
    code, output = asked(*words)
    assert code == 1
    shows_alarms_alone(output)
    assert "at once" in output or "Go to hospital now." in output


ALARMS = [
    ("why", "breaks.json", "haste"),
    ("why", "breaks.json", "haste", "--for", "patient"),
    ("why", "breaks.json", "haste", "--html", "-"),
    ("why", "breaks.json", "haste", "--svg", "-"),
    ("whynot", "breaks.json", "haste=soon"),
    ("weigh", "breaks.json", "haste"),
    ("weigh", "breaks.json", "haste", "--html", "-"),
    ("whatif", "breaks.json", "--term", "haste"),
    ("enough", "breaks.json", "--term", "haste"),
    ("next", "breaks.json", "--term", "haste"),
    ("compare", "well.json", "breaks.json", "--term", "haste"),
]


@pytest.mark.usefixtures("knowledge")
@pytest.mark.parametrize("words", ALARMS, ids=[" ".join(words) for words in ALARMS])
def test_an_alarm_is_explained_as_ever_beside_the_law(words: tuple[str, ...]) -> None:
    code, output = asked(*words)
    assert code == 1
    plain = " ".join(output.replace("</tspan>", " ").split())
    assert "Nobody who is seen at once" in plain
    assert not [word for word in WITHHELD if word in output]


@pytest.mark.usefixtures("knowledge")
def test_json_has_the_laws_and_null_for_what_is_withheld() -> None:
    code, answer = object_of("decide", "breaks.json")
    law = {"law": "nothing_beside_an_alarm", "says": "Nobody who is seen at once gets an exercise."}
    assert code == 1
    assert answer["broken laws"] == [law | {"file": "laws/nothing_beside_an_alarm.yaml"}]
    withheld = {"exercise": None, "avoid": None, "speaks for it": None}
    assert answer["conclusions"] == {"haste": "at once", "screening complete": "yes", "complete": "yes"} | withheld
    assert object_of("decide", "well.json")[1]["broken laws"] == []
    for words in (("why", "breaks.json", "haste"), ("next", "breaks.json"), ("whatif", "well.json", "numb: yes")):
        code, answer = object_of(*words)
        assert (code, [one["law"] for one in answer["broken laws"]]) == (1, ["nothing_beside_an_alarm"])


@pytest.mark.usefixtures("knowledge")
def test_another_answer_that_would_break_a_law_shows_no_advice() -> None:
    code, output = asked("whatif", "well.json", "--term", "exercise", "--term", "haste", "--length", "everything")
    assert code == 0
    assert "numb: yes" in output
    Path("unknown.json").write_text('{"case": "unknown", "numb": "yes"}')
    code, output = asked("next", "unknown.json", "--length", "everything")
    assert code == 0
    assert "exercise: withheld, for a law would be broken" in output
    assert "extension" not in output


@pytest.mark.usefixtures("knowledge")
def test_one_line_of_many_names_the_law_and_the_last_counts_it() -> None:
    code, output = asked("decide", "breaks.json", "well.json", "--brief")
    broken, well, total = output.splitlines()
    assert code == 1
    assert broken == "breaks: haste: at once; breaks the law nothing_beside_an_alarm; the rest is withheld"
    assert "exercise: extension" in well
    assert total.startswith("2 cases, 0 with problems, 1 breaking a law.")


@pytest.mark.usefixtures("knowledge")
def test_an_interview_ends_with_the_alarm_and_the_law() -> None:
    code, output, _ = run("--knowledge", "knowledge", "consult", "talk.yaml", stdin="yes\nbetter\n")
    assert code == 1
    assert "haste: at once" in output
    shows_alarms_alone(output)


# --- many cases ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("knowledge")
@pytest.mark.parametrize("form", ["parquet", "ndjson", "csv"])
def test_a_batch_names_the_laws_counts_them_and_is_read_back(form: str) -> None:
    code, output = asked("batch", "breaks.json", "well.json", "--out", "out", "--format", form)
    assert code == 1
    assert "1 case of them would break a law: of these only the alarms are shown. nothing_beside_an_alarm (1)" in output
    summary = json.loads(Path("out/summary.json").read_text())
    assert summary["breaking a law"] == 1
    assert summary["broken laws"] == {"nothing_beside_an_alarm": 1}
    code, output = asked("why", "out", "haste", "--case", "breaks")
    assert code == 1
    assert "Numbness is seen at once." in output
    code, output = asked("why", "out", "exercise", "--case", "breaks")
    assert code == 1
    shows_alarms_alone(output)
    assert asked("why", "out", "exercise", "--case", "well")[0] == 0
    assert asked("report", "out")[0] == 0
    page = Path("report.html").read_text(encoding="utf-8")
    assert "1</strong> breaking a law, only alarms shown" in page
    assert "Nobody who is seen at once gets an exercise. [nothing_beside_an_alarm, laws/" in page
    assert "<b>breaks</b>" in page


@pytest.mark.usefixtures("knowledge")
def test_the_columns_of_a_batch_have_the_alarms_alone() -> None:
    asked("batch", "breaks.json", "well.json", "--out", "out", "--format", "ndjson")
    rows = [json.loads(line) for line in Path("out/answers/part-00000.ndjson").read_text().splitlines()]
    broken, well = sorted(rows, key=lambda row: row["case"])
    assert broken["broken laws"] == "nothing_beside_an_alarm"
    assert (broken["haste at least"], broken["haste at most"]) == ("at once", "at once")
    nothing = ["exercise", "avoid: sitting long", "avoid: lifting", "speaks for it at least", "speaks for it at most"]
    assert [broken[name] for name in nothing] == [None] * len(nothing)
    assert [well[name] for name in ("broken laws", "exercise")] == [None, "extension"]
    assert (well["haste at least"], well["haste at most"]) == ("none", "none")
