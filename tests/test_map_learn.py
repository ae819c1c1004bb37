"""A mapping is learned: proposals are marked and never applied, a person decides, and a new export is compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")

import polars as pl  # noqa: TID251 (tables are made here to be read there)

from engine.columns.look import how_written
from engine.columns.mapped import with_point
from engine.interfaces.mapping import Learning, MappingDraft, column_dialogue, form_dialogue
from engine.interfaces.mapping.dictionary import read_dictionary
from engine.interfaces.prompt import Left, hold
from engine.loader.mapping import parse_mapping
from engine.mapping import MappingError
from engine.rulebook import Rulebook
from tests.test_batch import agree
from tests.test_cli import run

GERMAN = "Liste;;;\nNr;Alter;Fieber;Beinschwäche\n1;44,0;Ja;neu\n2;51,0;nein;keine\n3;60,5;k.A.;-9\n"
DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note"\n'
    "record_id,a,,text,Record ID,,\nq1,a,,text,Age in years,,\nq2,a,,yesno,<b>Do you have a fever?</b>,,\n"
    'q3,a,,radio,Leg weakness,"0, None | 1, New | 2, Getting worse | 9, Not known",\n'
    'q4,a,,checkbox,Where is the leg pain?,"1, Thigh | 2, Below the knee | 3, Saddle numbness",\n'
)
EXPORT = (
    "record_id,redcap_event_name,q1,q2,q3,q4___1,q4___2,q4___3,note,a_complete\n"
    "1,first_arm_1,44,1,1,1,0,0,x,2\n2,first_arm_1,51,0,9,0,0,1,,2\n2,later_arm_1,51,0,2,0,1,0,,0\n"
)


def learned(book: Rulebook, path: Path, dictionary: Path | None = None) -> MappingDraft:
    learning = Learning(path, book, read_dictionary(dictionary) if dictionary else {})
    return learning.proposed(*learning.formed(MappingDraft()))[1]


def text_of(draft: MappingDraft) -> str:
    return draft.text("a.csv").split("\n", 3)[-1] if draft.undecided else draft.text("a.csv").split("\n", 1)[-1]


@pytest.fixture
def german(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_bytes(GERMAN.encode("windows-1252"))
    return tmp_path / "a.csv"


@pytest.fixture
def redcap(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text(EXPORT)
    (tmp_path / "d.csv").write_text(DICTIONARY)
    return tmp_path / "a.csv"


# --- proposals -------------------------------------------------------------------------------------------------------


def test_what_a_german_sheet_has_is_proposed_and_marked(clinic: Rulebook, german: Path) -> None:
    draft = learned(clinic, german)
    assert write_back(clinic, draft) == []
    assert {name: one.written for name, one in draft.columns.items()} == {"Fieber": "fever?"}
    assert {text: one.written for text, one in draft.values["fever"].items()} == {"Ja": "yes?", "nein": "no?"}
    assert [*draft.missing] == ["k.A."]
    assert {name: one.written for name, one in draft.left_out.items()} == {"Alter": "?", "Beinschwäche": "?"}
    assert draft.encoding is not None
    assert (draft.encoding.written, draft.id.written) == (
        "cp1252?" if draft.encoding.text == "cp1252" else "windows-1252?",
        "Nr?",
    )


def write_back(book: Rulebook, draft: MappingDraft) -> list[str]:
    """The problems of the text of a draft, which has every open answer marked."""
    parsed = parse_mapping(draft.text("a.csv").encode(), "m.yaml", book)
    assert len(parsed.undecided) == draft.undecided
    return [str(one) for one in parsed.problems]


def test_a_data_dictionary_says_what_codes_mean(clinic: Rulebook, redcap: Path) -> None:
    draft = learned(clinic, redcap, redcap.parent / "d.csv")
    assert write_back(clinic, draft) == []
    assert text_of(draft).split("left out")[0] == (
        "id: record_id\nvisit:\n  column: redcap_event_name?\n  order:\n    - first_arm_1?\n    - later_arm_1?\n"
        "columns:\n  q1: age?\n  q2: fever?\n  q3: leg weakness?\n"
        "values:\n  fever: {1: yes, 0: no}\n"
        '  leg weakness:\n    0: none\n    1: new\n    2: "?"\n    9: unknown?\n'
        "checkboxes:\n  q4___1:\n    leg pain: thigh?\n  q4___2:\n    leg pain: below the knee?\n"
        "  q4___3:\n    saddle numbness: yes?\n"
    )
    assert draft.left_out["a_complete"].written == "a REDCap status"
    assert draft.left_out["note"].written == "?"


def test_an_export_with_labels_is_known_by_its_labels(clinic: Rulebook, redcap: Path) -> None:
    redcap.write_text(
        "Record ID,Event Name,Age in years,Do you have a fever?,Leg weakness,Where is the leg pain? (choice=Thigh),"
        "Complete?\n1,First,44,Yes,New,Checked,Complete\n"
    )
    draft = learned(clinic, redcap, redcap.parent / "d.csv")
    found = {name: one.text for name, one in draft.columns.items()}
    assert found == {"Do you have a fever?": "fever", "Leg weakness": "leg weakness", "Age in years": "age"}
    assert draft.checkboxes["Where is the leg pain? (choice=Thigh)"]["leg pain"].text == "thigh"
    assert draft.left_out["Complete?"].decided


def test_labels_of_spss_are_read_as_a_dictionary(clinic: Rulebook, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    labels = {"v1": {1: "Ja", 2: "Nein"}, "v2": {1: "new", 2: "none"}}
    table = pl.DataFrame({"id": ["a", "b"], "v1": [1.0, 2.0], "v2": [1.0, 2.0]})
    names = {"v1": "Fever", "v2": "Leg weakness"}
    pyreadstat.write_sav(table, str(tmp_path / "a.sav"), column_labels=names, variable_value_labels=labels)
    draft = learned(clinic, tmp_path / "a.sav")
    assert {name: one.written for name, one in draft.columns.items()} == {"v1": "fever?", "v2": "leg weakness?"}
    assert {text: one.written for text, one in draft.values["fever"].items()} == {"1": "yes?", "2": "no?"}
    assert {text: one.written for text, one in draft.values["leg weakness"].items()} == {"1": "new", "2": "none"}


def test_a_row_for_each_answer_is_recognised(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("pid,Frage,Wert,wer\n1,age,44,x\n1,fever,J,x\n2,leg_weakness,new,x\n")
    draft = learned(clinic, tmp_path / "a.csv")
    assert {name: one.written for name, one in draft.long.items()} == {"item": "Frage?", "value": "Wert?"}
    found = {name: one.written for name, one in draft.columns.items()}
    assert found == {"age": "age", "fever": "fever", "leg_weakness": "leg weakness?"}
    assert {text: one.written for text, one in draft.values["fever"].items()} == {"J": "yes?"}
    assert {name: one.written for name, one in draft.left_out.items()} == {"wer": "?"}


def test_visits_are_told_apart_by_a_day_that_can_be_read_in_one_way(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case,day,age\n1,13.01.2026,44\n1,02.02.2026,44\n")
    assert {name: one.written for name, one in learned(clinic, tmp_path / "a.csv").visit.items()} == {
        "date": "day?",
        "written": "day.month.year",
    }
    (tmp_path / "a.csv").write_text("case,day,age\n1,03/01/2026,44\n1,02/02/2026,44\n")
    assert learned(clinic, tmp_path / "a.csv").visit["written"].written == "day/month/year?"  # or month/day


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", "^"])
def test_any_separator_and_a_title_are_seen(clinic: Rulebook, tmp_path: Path, separator: str) -> None:
    rows = [["Nr", "Alter", "Fieber"], ["1", "44", "ja"], ["2", "51", "nein"]]
    text = "Ein Auszug\n" + "".join(f"{separator.join(row)}\n" for row in rows)
    (tmp_path / "a.csv").write_text(text)
    draft = learned(clinic, tmp_path / "a.csv")
    assert [*draft.left_out, *draft.columns] == ["Alter", "Fieber"]
    assert (draft.separator.text if draft.separator else "") == ("^" if separator == "^" else "")


def test_an_encoding_is_looked_for_to_the_end_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" + b"x,y\n" * 600_000)
    assert how_written(path).encoding == ""
    with path.open("ab") as file:
        file.write("ä,y\n".encode("latin-1"))
    assert how_written(path).encoding == "windows-1252"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("6,0", "6.0"),
        ("1.000", "1000"),
        ("1.000,5", "1000.5"),
        ("-1.234.567", "-1234567"),
        ("1.5", "1.5"),
        ("x,y", "x.y"),
    ],
)
def test_a_decimal_comma(text: str, number: str) -> None:
    assert with_point(text, ",") == number
    assert with_point(text, "") == text


@pytest.mark.parametrize(
    ("text", "there"),
    [("a,b\n1,2\n", "a head 'a, b'"), ("", "a head ''"), ("\xff", "")],
)
def test_what_is_no_data_dictionary_is_told(tmp_path: Path, text: str, there: str) -> None:
    (tmp_path / "d.csv").write_text(text, encoding="latin-1")
    with pytest.raises(MappingError) as error:
        read_dictionary(tmp_path / "d.csv")
    assert there in str(error.value)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_the_clinic")
def test_without_a_terminal_nothing_is_asked_and_batch_refuses_what_is_open(german: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "m.yaml")
    code, output, _ = run("map", str(german), "--out", out)
    assert code == 1
    assert "  Beinschwäche: -9 (1), keine (1), neu (1)\n" in output
    assert "still open (1 under `columns`, 2 under `left out`, 1 under `missing`, 2 under `values`)" in output
    code, _, error = run("batch", str(german), "--out", str(tmp_path / "out"), "--map", out)
    assert code == 1
    assert "'Fieber': 'fever?' is a proposal; expected the answer without its `?`" in error
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("in_the_clinic")
def test_a_mapping_is_gone_on_with_and_what_is_decided_stays(german: Path, tmp_path: Path, clinic: Rulebook) -> None:
    out = tmp_path / "m.yaml"
    out.write_text(
        "encoding: windows-1252\nid: Nr\ncolumns: {Alter: age, Beinschwäche: leg weakness}\nmissing: [k.A.]\n"
    )
    code, output, _ = run("map", str(german), "--out", str(out))
    assert code == 1
    assert "Fieber (fever?): Ja (1), k.A. (1), nein (1)" in output
    text = out.read_text()
    assert 'decimal: ",?"' in text
    for old, new in (
        ('",?"', '","'), ("fever?", "fever"), ("Ja: yes?", "Ja: yes"), ("nein: no?", "nein: no"),
        ("neu: new?", "neu: new"), ('keine: "?"', "keine: none"),
        ("60,5: \"?\"\n", "60,5: unknown\n"), ("- -9?", "- -9"),
    ):  # fmt: skip
        text = text.replace(old, new)
    out.write_text(text)
    assert run("map", str(german), "--out", str(out))[:2] == (
        0,
        f"{out}: the mapping is written, and nothing is open\n",
    )
    assert run("map", "--check", str(out), str(german))[:1] == (0,)
    code, output, _ = run("batch", str(german), "--out", str(tmp_path / "out"), "--map", str(out))
    assert (code, output.splitlines()[0][:49]) == (1, "3 cases: 2 decided, 1 empty (no answer in it), 0 ")
    agree(
        clinic,
        tmp_path / "out",
        {
            "1": {"age": 44, "fever": "yes", "leg weakness": "new"},
            "2": {"age": 51, "fever": "no", "leg weakness": "none"},
            "3": {},
        },
    )


@pytest.mark.usefixtures("in_the_clinic")
def test_a_new_export_is_compared_with_the_mapping(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "id: nr\ncolumns: {fieber: fever, alter: age}\nvalues: {fever: {ja: yes, nein: no}}\n"
        "checkboxes: {f___1: {trauma: minor}}\nleft out: {note: free text}\n"
    )
    new = tmp_path / "new.csv"
    new.write_text("nr,fieber,Altr,f___1,ort,leer\n1,JA,44,1,B,\n2,jein,51,2,B,\n")
    code, output, _ = run("map", "--check", str(mapping), str(new))
    assert code == 1
    assert f"{mapping}:2:26: no column 'alter', which is 'age', in {new}" in output
    assert "did you mean 'Altr'?" in output
    assert "a new column 'ort'" in output
    assert "leer" not in output
    assert "new in the column 'fieber': 'jein' (1)" in output
    assert "new in the column 'f___1': '2' (1)" in output
    assert "no longer in the column 'fieber': 'nein'" in output
    found = json.loads(run("map", "--check", str(mapping), str(new), "--json")[1])
    assert (found["fits"], found["columns new"]) == (False, ["Altr", "ort"])
    assert found["texts new"] == {"fieber": {"jein": 1}, "f___1": {"2": 1}}


@pytest.mark.usefixtures("in_the_clinic")
def test_where_the_look_at_a_file_ends_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping, file = tmp_path / "m.yaml", tmp_path / "a.csv"
    mapping.write_text("id: nr\ncolumns: {a: age}\n")
    file.write_text("nr,a\n" + "".join(f"{number},{number}\n" for number in range(61)))
    ends = f"{file}: of the column 'a' only the 60 most frequent of 61 texts are looked at"
    code, output, _ = run("map", "--check", str(mapping), str(file))
    assert (code, ends in output, "every text that was looked at" in output) == (0, True, True)
    code, output, _ = run("map", str(file), "--out", str(mapping))
    assert (code, ends in output) == (0, True)

    file.write_text("nr,a\n1,44\n")
    assert "looked at" not in run("map", "--check", str(mapping), str(file))[1]
    monkeypatch.setattr("engine.columns.look.ROWS", 1)
    assert "looked at" not in run("map", "--check", str(mapping), str(file))[1]
    file.write_text("nr,a\n" + "".join(f"{number},44\n" for number in range(140_000)))
    found = json.loads(run("map", "--check", str(mapping), str(file), "--json")[1])
    [said] = found["not looked at"]
    assert said.startswith(f"{file}: only the first 1")
    assert said.endswith(" rows are looked at")


@pytest.mark.usefixtures("in_the_clinic")
def test_wrong_use_is_told(tmp_path: Path) -> None:
    assert "`lumbar draw` draws the rulebook" in run("map")[2]
    (tmp_path / "a.yaml").write_text("case: 1\n")
    assert "not a table; expected csv" in run("map", str(tmp_path / "a.yaml"))[2]
    (tmp_path / "a.csv").write_text("<!DOCTYPE html><html></html>")
    code, _, error = run("map", str(tmp_path / "a.csv"), "--out", str(tmp_path / "m.yaml"))
    assert (code, "an HTML page" in error) == (1, True)
    (tmp_path / "m.yaml").write_text("id: nr\ncolumns: {a: aeg}\n")
    (tmp_path / "a.csv").write_text("nr,a\n1,44\n")
    code, _, error = run("map", str(tmp_path / "a.csv"), "--out", str(tmp_path / "m.yaml"))
    assert (code, "did you mean 'age'?" in error) == (1, True)
    assert (tmp_path / "m.yaml").read_text() == "id: nr\ncolumns: {a: aeg}\n"  # what cannot be read is not written over


# --- the dialogue ----------------------------------------------------------------------------------------------------


def typing(*typed: str) -> Callable[[Any], str]:
    """Somebody who types these answers, one after the other, and then goes."""
    waiting = iter(typed)

    def ask(question: Any) -> str:
        answer = next(waiting, None)
        if answer is None:
            raise EOFError(question.text)
        return answer

    return ask


def test_a_person_decides_what_is_open(clinic: Rulebook, german: Path) -> None:
    learning = Learning(german, clinic)
    seen, draft = learning.formed(MappingDraft())
    draft = hold(lambda: form_dialogue(draft, seen), typing("", "nonsense", "Nr"))
    seen, draft = learning.proposed(*learning.formed(draft))
    answers = ("aeg", "age", "sixty", "unknown", "", "", "", "leg weakness", "none", "new", "yes", "no", "")
    made = hold(lambda: column_dialogue(draft, seen, learning.known), typing(*answers))
    assert made.undecided == 0
    mapping = parse_mapping(made.text("a.csv").encode(), "m.yaml", clinic)
    assert (mapping.problems, mapping.undecided) == ((), ())
    assert mapping.mapping.columns == {"Alter": "age", "Fieber": "fever", "Beinschwäche": "leg weakness"}


def test_who_leaves_early_keeps_what_was_decided(clinic: Rulebook, german: Path) -> None:
    learning = Learning(german, clinic)
    seen, draft = learning.proposed(*learning.formed(MappingDraft()))
    with pytest.raises(Left):
        hold(lambda: column_dialogue(draft, seen, learning.known), typing("-", "", "later"))
    assert draft.left_out["Alter"].decided
    assert draft.columns["Fieber"].decided
    assert not draft.values["fever"]["Ja"].decided
    assert write_back(clinic, draft) == []


def test_all_that_is_open_is_left_out_at_once(clinic: Rulebook, redcap: Path) -> None:
    learning = Learning(redcap, clinic, read_dictionary(redcap.parent / "d.csv"))
    seen, draft = learning.proposed(*learning.formed(MappingDraft()))
    made = hold(lambda: column_dialogue(draft, seen, learning.known), typing("--", "no", "no", "no"))
    assert (made.columns, made.checkboxes) == ({}, {})
    assert {*made.left_out} == {"q1", "q2", "q3", "q4___1", "q4___2", "q4___3", "note", "a_complete"}
