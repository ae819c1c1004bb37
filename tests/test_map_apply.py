"""A mapping is applied exactly: what it says is read, whatever the file looks like, and nothing else is."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")

import polars as pl  # noqa: TID251 (tables are made here to be read there)

from engine.case import Value
from engine.columns.piece import Unusable
from engine.interfaces.batch import Options, Refused, is_amiss, run
from engine.interfaces.batch.store import mapping_of
from engine.loader import load
from engine.loader.mapping import load_mapping
from engine.mapping import MappingError
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, edit
from tests.test_batch import agree, answers, batch, rejects

Facts = dict[str, dict[str, Value]]


def read_by(book: Rulebook, folder: Path, file: Path, mapping: str, **options: Any) -> dict[str, Any]:
    """The summary of a batch over a file by a mapping, in the folder `out`."""
    path = folder / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    return batch(book, folder / "out", file, mapping=load_mapping(path, book), **options)


def told(summary: Mapping[str, Any], *kinds: str) -> tuple[Any, ...]:
    return tuple(summary["mapping"][kind] for kind in kinds or ("unmapped columns", "unmapped values"))


YES = "{1: yes, 0: no}"
MESSY: dict[str, tuple[str, bytes, str, Facts]] = {
    "a yes written as 1": (
        "a.csv",
        b"case,age,saddle numbness,fever\np1,44,1,0\np2,51,0,1\n",
        f"id: case\ncolumns: {{age: age, saddle numbness: saddle numbness, fever: fever}}\n"
        f"values: {{saddle numbness: {YES}, fever: {YES}}}\n",
        {
            "p1": {"age": 44, "saddle numbness": "yes", "fever": "no"},
            "p2": {"age": 51, "saddle numbness": "no", "fever": "yes"},
        },
    ),
    "a German head in the letters of Windows": (
        "a.csv",
        "ID;Alter;Taubheit;Schwäche\r\n1;44,0;Ja;neu\r\n2;51,0;NEIN ;keine\r\n".encode("windows-1252"),
        "encoding: windows-1252\ndecimal: ','\nid: ID\n"
        "columns: {Alter: age, Taubheit: saddle numbness, Schwäche: leg weakness}\n"
        "values:\n  saddle numbness: {ja: yes, nein: no}\n  leg weakness: {neu: new, keine: none}\n",
        {
            "1": {"age": 44, "saddle numbness": "yes", "leg weakness": "new"},
            "2": {"age": 51, "saddle numbness": "no", "leg weakness": "none"},
        },
    ),
    "codes of no answer": (
        "a.csv",
        b"case,age,saddle numbness\np1,NA,NA\np2,unknown,unknown\np3,-99,-99\np4,.,.\np5,N/A,n/a\np6,null,NULL\n"
        b'p7,#N/A,\np8,-,-\np9,999,missing\np10,nan,NaN\np11,"",""\np12, , \np13,44,yes\n',
        "id: case\ncolumns: {age: age, saddle numbness: saddle numbness}\nvalues: {age: {999: unknown}}\n"
        "missing: [NA, -99, '.', N/A, 'null', '#N/A', '-', missing, nan]\n",
        {f"p{number}": {} for number in range(1, 13)} | {"p13": {"age": 44, "saddle numbness": "yes"}},
    ),
    "a row for each answer": (
        "a.csv",
        b"case,item,value\np1,age,44\np2,numb,N\np1,numb,J\np2,age,51\np3,age,\n",
        "id: case\nlong: {item: item, value: value}\ncolumns: {age: age, numb: saddle numbness}\n"
        "values: {saddle numbness: {J: yes, N: no}}\n",
        {
            "p1": {"age": 44, "saddle numbness": "yes"},
            "p2": {"age": 51, "saddle numbness": "no"},
            "p3": {},
        },
    ),
    "a raw export of REDCap": (
        "a.csv",
        b"record_id,redcap_event_name,age,numb,red_flags___1,red_flags___2,leg_weak,done\n"
        b"1,baseline_arm_1,44,1,1,0,2,2\n2,baseline_arm_1,51,0,0,1,0,2\n2,followup_arm_1,51,0,0,,0,2\n",
        "id: record_id\nvisit: {column: redcap_event_name, order: [baseline_arm_1, followup_arm_1]}\n"
        "columns: {age: age, numb: saddle numbness, leg_weak: leg weakness}\n"
        f"values: {{saddle numbness: {YES}, leg weakness: {{0: none, 2: new}}}}\n"
        "checkboxes:\n  red_flags___1: {fever: yes}\n  red_flags___2: {trauma: major, unticked: none}\n"
        "left out: {done: a REDCap status}\n",
        {
            "1 baseline_arm_1": {
                "age": 44,
                "saddle numbness": "yes",
                "fever": "yes",
                "trauma": "none",
                "leg weakness": "new",
            },
            "2 baseline_arm_1": {"age": 51, "saddle numbness": "no", "trauma": "major", "leg weakness": "none"},
            "2 followup_arm_1": {"age": 51, "saddle numbness": "no", "leg weakness": "none"},
        },
    ),
    "titles above the head": (
        "a.csv",
        b"Clinic export 2024-01-01,,\nPrinted by: admin,,\nnr,years,numb\np1,44,yes\n",
        "id: nr\ncolumns: {years: age, numb: saddle numbness}\n",
        {"p1": {"age": 44, "saddle numbness": "yes"}},
    ),
    "an unusual separator": (
        "a.csv",
        b"nr^years^numb\np1^44^yes\n",
        "separator: '^'\nid: nr\ncolumns: {years: age, numb: saddle numbness}\n",
        {"p1": {"age": 44, "saddle numbness": "yes"}},
    ),
    "lines of JSON": (
        "a.ndjson",
        b'{"id": "p1", "years": 44, "numb": true}\n{"id": "p2", "numb": 0, "years": null}\n',
        "id: id\ncolumns: {years: age, numb: saddle numbness}\nvalues: {saddle numbness: {0: no}}\n",
        {"p1": {"age": 44, "saddle numbness": "yes"}, "p2": {"saddle numbness": "no"}},
    ),
    "rows without ids": (
        "a.csv",
        b"years,numb\n44,1\n",
        f"id: row\ncolumns: {{years: age, numb: saddle numbness}}\nvalues: {{saddle numbness: {YES}}}\n",
        {"a:2": {"age": 44, "saddle numbness": "yes"}},
    ),
    "a column that has the name of another finding": (
        "a.csv",
        b"id,fever,age\n1,44,1\n",
        f"id: id\ncolumns: {{fever: age, age: fever}}\nvalues: {{fever: {YES}}}\n",
        {"1": {"age": 44, "fever": "yes"}},
    ),
}


@pytest.mark.parametrize("name", MESSY)
def test_a_messy_file_with_its_mapping_is_answered_as_truth_answers(
    clinic: Rulebook, tmp_path: Path, name: str
) -> None:
    file, data, mapping, cases = MESSY[name]
    (tmp_path / file).write_bytes(data)
    summary = read_by(clinic, tmp_path, tmp_path / file, mapping)
    assert rejects(tmp_path / "out") == []
    assert told(summary) == ({}, {})
    agree(clinic, tmp_path / "out", cases)


def test_the_same_in_pieces_of_one_case_and_resumed_or_not(clinic: Rulebook, tmp_path: Path) -> None:
    for name, (file, data, mapping, cases) in MESSY.items():
        folder = tmp_path / name
        folder.mkdir()
        (folder / file).write_bytes(data)
        read_by(clinic, folder, folder / file, mapping, size=1)
        agree(clinic, folder / "out", cases)


def test_parquet_is_read_by_its_texts_whatever_the_types(clinic: Rulebook, tmp_path: Path) -> None:
    table = pl.DataFrame({"nr": [1, 2, 3], "numb": [1.0, 0.0, None], "fieber": [True, False, None], "w": [2, 0, -9]})
    table.write_parquet(tmp_path / "a.parquet")
    read_by(
        clinic,
        tmp_path,
        tmp_path / "a.parquet",
        f"id: nr\ncolumns: {{numb: saddle numbness, fieber: fever, w: leg weakness}}\n"
        f"values: {{saddle numbness: {YES}, leg weakness: {{2: new, 0: none}}}}\nmissing: [-9]\n",
    )
    facts = {"saddle numbness": "yes", "fever": "yes", "leg weakness": "new"}
    nothing: dict[str, Value] = {}
    agree(
        clinic, tmp_path / "out", {"1": facts, "2": dict(zip(facts, ("no", "no", "none"), strict=True)), "3": nothing}
    )


def test_tables_of_spss_stata_and_sas_are_read(clinic: Rulebook, tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat")
    table = pl.DataFrame({"nr": ["a", "b"], "numb": [1.0, 0.0], "years": [44.0, None]})
    for ending, write in (("sav", "write_sav"), ("dta", "write_dta"), ("xpt", "write_xport"), ("por", "write_por")):
        folder = tmp_path / ending
        folder.mkdir()
        getattr(pyreadstat, write)(table, str(folder / f"a.{ending}"))
        names = {name: name.upper() if ending == "por" else name for name in table.columns}
        read_by(
            clinic,
            folder,
            folder / f"a.{ending}",
            f"id: {names['nr']}\ncolumns: {{{names['years']}: age, {names['numb']}: saddle numbness}}\n"
            f"values: {{saddle numbness: {YES}}}\n",
        )
        agree(clinic, folder / "out", {"a": {"age": 44, "saddle numbness": "yes"}, "b": {"saddle numbness": "no"}})


def test_what_is_no_table_of_statistics_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat")
    (tmp_path / "a.sav").write_bytes(b"$FL2 and nothing more")
    with pytest.raises((Refused, Unusable), match="no table of SAS, Stata or SPSS that can be read"):
        read_by(clinic, tmp_path, tmp_path / "a.sav", "id: row\ncolumns: {years: age}\n")


# --- what is not said ------------------------------------------------------------------------------------------------


def test_what_the_mapping_does_not_name_is_not_read_and_counted(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "id,age,numb,fever,note\n1,44,Ja,yes,x\n2,51,vielleicht,no,\n3,60,vielleicht,,\n4,9o,nein,yes,\n"
    )
    mapping = "id: id\ncolumns: {age: age, numb: saddle numbness}\nvalues: {saddle numbness: {Ja: yes, Nein: no}}\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    assert told(summary) == ({"fever": 3, "note": 1}, {"age": {"9o": 1}, "numb": {"vielleicht": 2}})
    assert is_amiss(summary, "keep")
    assert is_amiss(summary, "drop")
    assert (summary["decided"], summary["by reason"]) == (1, {"wrong value": 3})
    agree(clinic, tmp_path / "out", {"1": {"age": 44, "saddle numbness": "yes"}})
    found = {one["case"]: one for one in rejects(tmp_path / "out")}
    assert found["2"]["there"] == "'saddle numbness' has 'vielleicht' in the column 'numb'"
    assert found["2"]["expected"] == "ja, nein, as the mapping has them"
    assert found["4"]["there"].startswith("'9o' is not a value of 'age'")
    assert found["2"]["at most"]["urgency"] == "emergency"  # it could be a yes
    assert found["4"]["facts"] == {"saddle numbness": "no"}


def test_numbers_that_are_recoded_are_read_by_the_mapping_alone(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,pain\n1,1\n2,2\n3,3\n4,\n")
    mapping = "id: id\ncolumns: {pain: pain score}\nvalues: {pain score: {1: 2, 2: 5, -1: unknown}}\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    assert told(summary, "unmapped values") == ({"pain": {"3": 1}},)
    agree(clinic, tmp_path / "out", {"1": {"pain score": 2}, "2": {"pain score": 5}, "4": {}})


def test_a_decimal_comma_is_no_thousand(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id;pain;age\n1;6,0;44\n2;6,5;44\n3;1.000;44\n")
    mapping = "decimal: ','\nid: id\ncolumns: {pain: pain score, age: age}\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    assert told(summary, "unmapped values") == ({"pain": {"6,5": 1, "1.000": 1}},)
    agree(clinic, tmp_path / "out", {"1": {"pain score": 6, "age": 44}})


def test_an_empty_box_says_nothing_unless_the_mapping_says_what(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,f___1,f___2\n1,1,0\n2,0,0\n3,0,\n4,Checked,Unchecked\n5,0,7\n6,1,1\n")
    quiet = "id: id\ncheckboxes: {f___1: {leg pain: thigh}, f___2: {leg pain: buttock}}\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", quiet)
    assert told(summary, "unmapped values") == ({"f___2": {"7": 1}},)
    thigh: dict[str, Value] = {"leg pain": "thigh"}
    agree(clinic, tmp_path / "out", {"1": thigh, "2": {}, "3": {}, "4": thigh})
    both = {one["case"]: one["there"] for one in rejects(tmp_path / "out")}["6"]
    assert both == "'leg pain' has two answers, thigh and buttock, in the columns f___1, f___2"

    said = tmp_path / "said"
    said.mkdir()
    none = quiet.replace("thigh", "thigh, unticked: none").replace("buttock", "buttock, unticked: none")
    read_by(clinic, said, tmp_path / "a.csv", none)
    agree(clinic, said / "out", {"1": thigh, "2": {"leg pain": "none"}, "3": {}, "4": thigh})


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("a.ndjson", '{"id": "1", "f1": 0}\n{"id": "2", "f1": 1}\n', ""),
        ("a.csv", "id,q,a\n1,f1,0\n2,f1,1\n", "long: {item: q, value: a}\n"),
    ],
)
def test_a_box_that_is_not_there_is_not_one_without_a_tick(
    clinic: Rulebook, tmp_path: Path, name: str, text: str, how: str
) -> None:
    (tmp_path / name).write_text(text)
    boxes = "checkboxes: {f1: {fever: yes, unticked: no}, f2: {fever: yes, unticked: no}}\n"
    summary = read_by(clinic, tmp_path, tmp_path / name, f"id: id\n{how}{boxes}")
    agree(clinic, tmp_path / "out", {"1": {}, "2": {"fever": "yes"}})
    assert [one["there"] for one in summary["problems"]] == ["no column 'f2' in any input"]


def test_a_number_of_a_table_has_its_point(clinic: Rulebook, tmp_path: Path) -> None:
    pl.DataFrame({"id": ["1", "2"], "y": [44.0, 0.044]}).write_parquet(tmp_path / "a.parquet")
    read_by(clinic, tmp_path, tmp_path / "a.parquet", "id: id\ndecimal: ','\ncolumns: {y: age}\n")
    agree(clinic, tmp_path / "out", {"1": {"age": 44}})
    assert [one["case"] for one in rejects(tmp_path / "out")] == ["2"]


def test_columns_of_one_finding_must_agree(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,a,b\n1,yes,yes\n2,yes,no\n3,,no\n4,no,oh\n")
    mapping = "id: id\ncolumns: {a: fever, b: fever}\n"
    read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    agree(clinic, tmp_path / "out", {"1": {"fever": "yes"}, "3": {"fever": "no"}})
    assert {one["case"] for one in rejects(tmp_path / "out")} == {"2", "4"}


def test_a_table_that_lacks_a_column_of_the_mapping_is_refused_with_the_line(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,Altr\n1,44\n")
    with pytest.raises(Refused) as error:
        read_by(clinic, tmp_path, tmp_path / "a.csv", "id: id\ncolumns:\n  Alter: age\n")
    assert f"{tmp_path}/mapping.yaml:3:3: no column 'Alter', which is 'age', in" in str(error.value)
    assert "did you mean 'Altr'?" in str(error.value)


def test_a_key_that_no_line_of_json_has_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"id": "1", "fever": "yes"}\n')
    summary = read_by(clinic, tmp_path, tmp_path / "a.ndjson", "id: id\ncolumns: {fever: fever, Alter: age}\n")
    assert [one["there"] for one in summary["problems"]] == ["no column 'Alter', which is 'age', in any input"]


def test_a_byte_that_the_encoding_lacks_is_a_fault_of_its_line_alone(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id;alter\n1;44\n\x81;45\n3;46\n")
    read_by(clinic, tmp_path, tmp_path / "a.csv", "encoding: cp1252\nid: id\ncolumns: {alter: age}\n")
    agree(clinic, tmp_path / "out", {"1": {"age": 44}, "3": {"age": 46}})
    assert [one["line"] for one in rejects(tmp_path / "out")] == [3]


def test_expected_answers_and_kept_columns_come_along(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,fieber,soll,site\n1,yes,emergency,B\n")
    mapping = "id: id\ncolumns: {fieber: fever, soll: expected urgency}\nkeep: [site]\n"
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", mapping)
    [row] = answers(tmp_path / "out").values()
    assert (row["expected urgency"], row["site"]) == ("emergency", "B")
    assert "fieber" not in row
    assert not is_amiss(summary, "keep")


# --- the folder of answers -------------------------------------------------------------------------------------------


def test_the_manifest_has_the_digest_and_the_folder_a_copy(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,numb\n1,1\n")
    text = f"# why\nid: id\ncolumns: {{numb: saddle numbness}}\nvalues: {{saddle numbness: {YES}}}\n"
    read_by(clinic, tmp_path, tmp_path / "a.csv", text)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    mapping = mapping_of(tmp_path / "out", manifest, clinic)
    assert mapping is not None
    assert manifest["options"]["mapping"] == mapping.digest
    assert (tmp_path / "out" / "mapping.yaml").read_text() == text
    assert Options.of(manifest["options"], mapping) == Options(mapping=mapping)
    edit(tmp_path / "out" / "mapping.yaml", "1: yes", "2: yes")
    with pytest.raises(Refused, match="by which the answers were begun"):
        mapping_of(tmp_path / "out", manifest, clinic)


def test_a_run_does_not_go_on_by_another_mapping(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,numb\n1,1\n")
    text = f"id: id\ncolumns: {{numb: saddle numbness}}\nvalues: {{saddle numbness: {YES}}}\n"
    first = read_by(clinic, tmp_path, tmp_path / "a.csv", text)
    again = text.replace("1: yes", "'1': yes") + "# a comment changes nothing\n"
    assert read_by(clinic, tmp_path, tmp_path / "a.csv", again, resume=True) == first
    with pytest.raises(Refused, match="begun with another options"):
        read_by(clinic, tmp_path, tmp_path / "a.csv", text.replace("1: yes, 0: no", "1: no, 0: yes"), resume=True)


def test_what_is_no_table_is_refused_beside_a_mapping(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("case: 1\nage: 44\n")
    with pytest.raises(Refused, match="not a table, and there is a mapping"):
        read_by(clinic, tmp_path, tmp_path / "a.yaml", "id: id\ncolumns: {age: age}\n")
    (tmp_path / "a.csv").write_text("id,age\n1,44\n")
    with pytest.raises(Refused, match="`--id nr` beside a mapping"):
        read_by(clinic, tmp_path, tmp_path / "a.csv", "id: id\ncolumns: {age: age}\n", id="nr")


def test_a_mapping_follows_names_of_before_and_names_what_is_gone(tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(CLINIC, base)
    text = "id: id\ncolumns: {numb: saddle numbness, weak: leg weakness}\nvalues: {leg weakness: {2: new}}\n"
    (tmp_path / "mapping.yaml").write_text(text)
    for path in [*base.rglob("*.yaml"), *base.rglob("*.csv")]:
        path.write_text(path.read_text().replace("saddle numbness", "numb saddle"))
    [terms] = [path for path in (base / "terms").glob("*.yaml") if "numb saddle:" in path.read_text()]
    edit(terms, "numb saddle: {kind", "numb saddle: {formerly: [saddle numbness], kind")
    (tmp_path / "a.csv").write_text("id,numb,weak\n1,yes,2\n")
    mapping = load_mapping(tmp_path / "mapping.yaml", load(base))
    assert mapping.columns == {"numb": "numb saddle", "weak": "leg weakness"}
    run(load(base), [str(tmp_path / "a.csv")], tmp_path / "out", Options(mapping=mapping), False, lambda *_: None)
    agree(load(base), tmp_path / "out", {"1": {"numb saddle": "yes", "leg weakness": "new"}})
    for path in [*base.rglob("*.yaml"), *base.rglob("*.csv")]:
        path.write_text(path.read_text().replace("leg weakness", "weakness of a leg"))
    with pytest.raises(MappingError) as error:
        load_mapping(tmp_path / "mapping.yaml", load(base))
    assert "mapping.yaml:2:40: 'leg weakness' is not a finding" in str(error.value)
    assert "did you mean 'weakness of a leg'?" in str(error.value)


def test_every_row_is_empty_where_a_mapping_reads_nothing(clinic: Rulebook, tmp_path: Path) -> None:
    text = "id: ID\nleft out: {note: not about the patient}\n"
    (tmp_path / "a.csv").write_text("ID;note\n1;a\n2;b\n3;c\n")
    summary = read_by(clinic, tmp_path, tmp_path / "a.csv", text)
    assert (summary["decided"], summary["empty"]) == (0, 3)
