"""What is given to a batch: nothing is left out, read twice, or called decided, without a word."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest

from engine.interfaces import cluster
from engine.interfaces.batch import FORMATS, Options, Refused, is_amiss, run
from engine.interfaces.batch.recognised import is_like_id
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, edit
from tests.test_batch import answers, rejects
from tests.test_cli import run as lumbar

pytestmark = pytest.mark.usefixtures("in_the_clinic")

Tell = Callable[[int, float], None]
FOREIGN = "ID,Alter,Taubheit\n1,44,ja\n2,51,nein\n"
FHIR = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": []}


def batch(
    book: Rulebook,
    out: Path,
    *paths: Path,
    resume: bool = False,
    tell: Tell = lambda _cases, _share: None,
    **options: Any,
) -> dict[str, Any]:
    return run(book, [str(path) for path in paths], out, Options(**options), resume, tell)


def problems(summary: dict[str, Any]) -> list[str]:
    return [f"{Path(one['file']).name}: {one['there']}" for one in summary["problems"]]


# --- nothing recognised ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [FOREIGN.replace("ID", "Nr"), "case,item,value\np1,age,44\n", "Alter\n44\n"])
def test_a_table_in_which_no_column_is_a_finding_is_refused(clinic: Rulebook, tmp_path: Path, text: str) -> None:
    (tmp_path / "in.csv").write_text(text)
    with pytest.raises(Refused, match=r"no column is a finding.*expected a column, named.*'leg weakness'"):
        batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    code, printed, errors = lumbar("batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out"))
    assert (code, printed) == (1, "")
    assert "no column is a finding" in errors


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["ask", "gaps", "broken laws"])
def test_a_conclusion_named_as_another_column_of_the_answers_is_told(tmp_path: Path, name: str, form: str) -> None:
    base = tmp_path / "base"
    lumbar("init", str(base))
    edit(base / "terms" / "words.yaml", "umbrella:", f"{name}:")
    edit(base / "rules" / "first" / "rain.yaml", "umbrella:", f"{name}:")
    (tmp_path / "in.csv").write_text("case,rain\na,yes\n")
    words = ("batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out"), "--format", form)
    code, printed, errors = lumbar("--knowledge", str(base), *words)
    assert (code, printed) == (1, "")
    assert f"words.yaml:13:3: the conclusion {name!r} is named as a column of every table of answers" in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "what"), [("umbrella", "a conclusion"), ("gaps", "a column of every table of")])
def test_a_rule_named_as_another_column_of_the_answers_is_told(tmp_path: Path, name: str, what: str) -> None:
    base = tmp_path / "base"
    lumbar("init", str(base))
    rule = (base / "rules" / "first" / "rain.yaml").rename(base / "rules" / "first" / f"{name}.yaml")
    edit(rule, "rule: rain", f"rule: {name}")
    (tmp_path / "in.csv").write_text("case,rain\na,yes\n")
    words = ("batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out"))
    code, printed, errors = lumbar("--knowledge", str(base), *words)
    assert (code, printed) == (1, "")
    assert f"{name}.yaml:2: the rule {name!r} is named as {what}" in errors


def test_no_case_is_called_decided_in_which_nothing_was_read(clinic: Rulebook, tmp_path: Path) -> None:
    """One foreign file of each kind beside good ones, and one row without an answer in a good one."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.csv").write_text("case,age\na,44\nb,\nc,unknown\n")
    (folder / "good.json").write_text('[{"case": "d"}, {"case": "e", "age": 5}]')
    (folder / "foreign1.csv").write_text("Alter\n44\n45\n")
    pl.DataFrame({"Alter": [44]}).write_parquet(folder / "foreign3.parquet")
    (folder / "foreign2.ndjson").write_text(f"{json.dumps(FHIR)}\n{json.dumps(FHIR)}\n")
    summary = batch(clinic, tmp_path / "out", folder)
    assert [summary[kind] for kind in ("cases", "decided", "empty", "rejects")] == [10, 2, 8, 0]
    assert problems(summary) == [
        f"foreign{end}: no column is a finding, and nothing was read" for end in ("1.csv", "2.ndjson", "3.parquet")
    ]
    assert is_amiss(summary, "drop")
    again = batch(clinic, tmp_path / "again", tmp_path / "out")
    assert [again[kind] for kind in ("cases", "decided", "empty")] == [10, 2, 8]


def test_standard_input_and_single_cases_without_an_answer_are_no_success(tmp_path: Path) -> None:
    lines = json.dumps(FHIR) + "\n"
    code, printed, _ = lumbar("batch", "-", "--out", str(tmp_path / "out"), stdin=lines)
    assert code == 1
    assert "1 case: 0 decided, 1 empty (no answer in it), 0 rejected." in printed
    assert "no column is a finding" in printed
    code, printed, errors = lumbar("decide", "-", "--brief", stdin='{"case": "a", "age": "unknown"}')
    assert code == 1
    assert "1 case, 0 with problems, 1 empty" in printed
    assert "no answer in it; expected at least one finding" in errors


def test_a_column_that_is_nearly_a_finding_is_meant_only_with_extra_drop(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age,leg_weakness\na,44,new\n")
    assert is_amiss(batch(clinic, tmp_path / "keep", tmp_path / "in.csv"), "keep")
    assert not is_amiss(batch(clinic, tmp_path / "drop", tmp_path / "in.csv", extra="drop"), "drop")
    assert is_amiss(batch(clinic, tmp_path / "again", tmp_path / "keep"), "keep")


# --- ids -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Case", "ID", "id", "patient_id", "record_id", "Patient No.", "recordId", "USUBJID"])
def test_a_column_named_as_ids_are_is_offered_until_one_is_chosen(clinic: Rulebook, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.csv").write_text(f"{name},age\nx,44\n")
    (tmp_path / "b.ndjson").write_text(json.dumps({name: "x", "age": 44}) + "\n")
    pl.DataFrame({name: ["x"], "age": [44]}).write_parquet(tmp_path / "c.parquet")
    for path in sorted(tmp_path.glob("*.*")):
        with pytest.raises(Refused, match=rf"and '{name}' may have the ids; expected --id .*--id row"):
            batch(clinic, tmp_path / "out", path)
        chosen = batch(clinic, tmp_path / f"chosen {path.name}", path, id=name)
        assert set(answers(tmp_path / f"chosen {path.name}")) == {"x"}
        rows = batch(clinic, tmp_path / f"rows {path.name}", path, id="row")
        assert set(answers(tmp_path / f"rows {path.name}")) == {f"{path.stem}:{2 if path.suffix == '.csv' else 1}"}
        assert not is_amiss(chosen, "keep")
        assert not is_amiss(rows, "keep")
        assert rows["extra columns"] == {name: ""}


@pytest.mark.parametrize("name", ["age", "site_id", "code", "number", "base_case", "idiot", "note", "study"])
def test_other_names_are_not_taken_for_ids(name: str) -> None:
    assert not is_like_id(name)


def test_the_chosen_column_is_the_id_in_every_input_and_told_where_it_lacks(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("case,pid,age\n1,x,44\n")
    batch(clinic, tmp_path / "one", tmp_path / "a.csv", id="pid")
    assert {name: row["case (given)"] for name, row in answers(tmp_path / "one").items()} == {"x": "1"}
    manifest = json.loads((tmp_path / "one" / "manifest.json").read_text())
    assert manifest["options"]["id"] == "pid"
    with pytest.raises(Refused, match="begun with another options"):
        batch(clinic, tmp_path / "one", tmp_path / "a.csv", resume=True)
    (tmp_path / "b.csv").write_text("case,age\n1,44\n")
    with pytest.raises(Refused, match=r"b\.csv: no column 'pid'; expected the column of --id"):
        batch(clinic, tmp_path / "two", tmp_path / "a.csv", tmp_path / "b.csv", id="pid")


def test_ids_that_only_later_lines_show_are_told_at_the_end(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text('{"age": 44}\n{"id": "x", "age": 44}\n')
    summary = batch(clinic, tmp_path / "out", tmp_path / "a.ndjson")
    assert problems(summary) == ["a.ndjson: no column 'case', and 'id' may have the ids"]


# --- folders ---------------------------------------------------------------------------------------------------------


def partitioned(folder: Path) -> Path:
    """Two numb patients and one who is not, as their folders say; one row says otherwise."""
    for name in (
        "saddle%20numbness=yes/site=north",
        "saddle numbness=no",
        "saddle numbness=__HIVE_DEFAULT_PARTITION__",
    ):
        (folder / name).mkdir(parents=True)
    numb = folder / "saddle%20numbness=yes" / "site=north"
    pl.DataFrame({"case": ["a"], "age": [44]}).write_parquet(numb / "part-0.parquet")
    (numb / "b.yaml").write_text("case: b\nage: 45\n")
    table = "case,age,saddle numbness\nc,46,\nd,47,yes\ne,48,no\n"
    (folder / "saddle numbness=no" / "c.csv").write_text(table)
    (folder / "saddle numbness=__HIVE_DEFAULT_PARTITION__" / "f.ndjson").write_text('{"case": "f", "age": 49}\n')
    return folder


def test_a_finding_in_the_name_of_a_folder_is_heard(clinic: Rulebook, tmp_path: Path) -> None:
    folder = partitioned(tmp_path / "in")
    batch(clinic, tmp_path / "out", folder)
    found = {name: (row["urgency at least"], row["site"]) for name, row in answers(tmp_path / "out").items()}
    assert found["a"] == ("emergency", "north")
    assert found["b"][0] == "emergency"
    assert {name for name, (urgency, _) in found.items() if urgency == "emergency"} == {"a", "b"}
    assert [(one["case"], "in the name of its folder" in one["there"]) for one in rejects(tmp_path / "out")] == [
        ("d", True)
    ]
    code, printed, _ = lumbar("decide", str(folder / "saddle%20numbness=yes"), "--brief")
    assert code == 1  # the table is not read here
    assert "emergency" in printed


def test_what_is_left_out_of_a_folder_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "a.yaml").write_text("case: a\nage: 44\n")
    for name in ("x.txt", "below/y.txt", "z.zip", ".hidden.txt", "README.md"):
        (folder / name).touch()
    (folder / "nowhere.yaml").symlink_to("gone")
    summary = batch(clinic, tmp_path / "out", folder)
    assert summary["decided"] == summary["cases"] == 1
    assert problems(summary) == [
        "nowhere.yaml: a link that leads nowhere",
        "in: 2 files that end in .txt were not read: below/y.txt, x.txt",
        "in: a file that ends in .zip was not read: z.zip",
    ]
    code, printed, _ = lumbar("decide", str(folder), "--brief")
    assert code == 1
    assert "1 case, 0 with problems, 3 not read." in printed


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_folder_that_may_not_be_read_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("case,age\na,44\n")
    (folder / "b.csv").symlink_to("/proc/1/task/1/cwd/b.csv" if os.getuid() else "b.csv")
    (folder / "shut").mkdir(0)
    summary = batch(clinic, tmp_path / "out", folder)
    assert summary["decided"] == 1
    assert [name for name in problems(summary) if name.startswith("b.csv")]
    assert os.getuid() == 0 or "shut: cannot be read (Permission denied)" in problems(summary)


def test_a_file_named_by_several_paths_is_read_once(clinic: Rulebook, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "real").mkdir(parents=True)
    (folder / "real" / "a.yaml").write_text("case: a\nage: 44\n")
    (folder / "again.yaml").symlink_to("real/a.yaml")
    (folder / "real" / "up").symlink_to("..")
    (folder / "latest").symlink_to("real")
    os.link(folder / "real" / "a.yaml", folder / "hard.yaml")
    summary = batch(clinic, tmp_path / "out", folder, folder / "real" / ".." / "real" / "a.yaml")
    assert summary["cases"] == 1
    assert len(summary["read once"]) >= 4
    assert not summary["problems"]
    code, printed, errors = lumbar("decide", str(folder), str(folder / "again.yaml"), "--brief")
    assert code == 0
    assert printed.count("urgency") == 1
    assert "again.yaml: named more than once, and read once" in errors


# --- inputs that change ----------------------------------------------------------------------------------------------


def write_same_length(path: Path) -> None:
    """Other bytes, with the size and the time of before."""
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"44", b"45"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace(path: Path) -> None:
    status = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    other.replace(path)


def append(path: Path) -> None:
    with path.open("a") as file:
        file.write("z,50\n")


CHANGES: list[Callable[[Path], object]] = [
    lambda path: path.write_text("case,age\nz,50\n"),
    lambda path: os.truncate(path, 100),
    append,
    write_same_length,
    replace,
    Path.unlink,
]


@pytest.mark.parametrize("change", CHANGES)
def test_an_input_that_changes_while_it_is_read_is_told(tmp_path: Path, change: Callable[[Path], object]) -> None:
    book = load(BICYCLE)
    finding = book.findings[0]
    values = finding.domain.values or (str(finding.domain.low),)
    rows = "".join(f"p44{number},{values[0]}\n" for number in range(100))
    (tmp_path / "in.csv").write_text(f"case,{finding.name}\n{rows}")
    (tmp_path / "still.csv").write_text(f"case,{finding.name}\na,{values[0]}\n")
    left = [change]

    def tell(_cases: int, _share: float) -> None:
        if left:
            left.pop()(tmp_path / "in.csv")

    summary = batch(book, tmp_path / "out", tmp_path / "in.csv", tmp_path / "still.csv", tell=tell, size=10)
    assert "in.csv: changed while it was read" in problems(summary)
    assert "still.csv: changed while it was read" not in problems(summary)
    assert is_amiss(summary, "keep")


def test_workers_too_tell_of_an_input_that_changed(clinic: Rulebook, tmp_path: Path) -> None:
    rows = "".join(f"p{number},44\n" for number in range(100))
    (tmp_path / "in.csv").write_text(f"case,age\n{rows}")
    left = [write_same_length]

    def tell(_cases: int, _share: float) -> None:
        if left:
            left.pop()(tmp_path / "in.csv")

    paths, options = [str(tmp_path / "in.csv")], Options(size=50)
    summary = cluster.run(clinic, paths, tmp_path / "out", options, False, tell, "local:1")
    assert problems(summary) == ["in.csv: changed while it was read"]


def test_a_single_file_that_changes_while_it_is_read_is_told(clinic: Rulebook, tmp_path: Path) -> None:
    from engine.interfaces import files

    (tmp_path / "in.ndjson").write_text('{"case": "a", "age": 44}\n{"case": "b", "age": 44}\n')
    found = files.read([tmp_path / "in.ndjson"], clinic)
    assert next(found).id == "a"
    replace(tmp_path / "in.ndjson")
    *_, last = found
    assert last.problems[0].there == "changed while it was read"
