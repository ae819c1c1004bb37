"""The store of cases: what a batch keeps of the findings is read as the input itself was, by any rulebook."""

import json
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from click.testing import CliRunner

from cli import lumbar
from engine.columns import dtype_of, encoding
from engine.interfaces.batch import Refused, stored_case
from engine.interfaces.batch.options import inputs_of
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import ROOT
from tests.test_batch import answers, batch, frame, made_up, rejects


def test_a_store_is_answered_as_its_input_was(clinic: Rulebook, tmp_path: Path) -> None:
    table = frame(clinic, made_up(clinic, 300))
    extra = table.with_columns(pl.lit("self-care").alias("expected urgency"), pl.lit("north").alias("site"))
    extra.write_parquet(tmp_path / "in.parquet")
    first = batch(clinic, tmp_path / "first", tmp_path / "in.parquet", size=70, trace="full")
    again = batch(clinic, tmp_path / "again", tmp_path / "first", size=40, trace="full")
    assert rejects(tmp_path / "first") == []
    assert first["cases"] == again["cases"] == again["decided"] + again["empty"] == 300
    assert answers(tmp_path / "again") == answers(tmp_path / "first")
    assert {row["site"] for row in answers(tmp_path / "again").values()} == {"north"}


def test_codes_have_no_nulls_and_come_back_as_they_were(clinic: Rulebook, tmp_path: Path) -> None:
    domains = encoding.domains_of(clinic)
    (tmp_path / encoding.DOMAINS).write_text(json.dumps(domains))
    edges = {term.name: [None, term.domain.low, term.domain.high] for term in clinic.findings if not term.domain.values}
    values = {
        term.name: [None, term.domain.values[0], term.domain.values[-1]]
        for term in clinic.findings
        if term.domain.values
    }
    types = {term.name: dtype_of(term) for term in clinic.findings}
    table = pl.DataFrame({"case": ["1", "2", "3"], **edges, **values}, schema_overrides=types)
    encoding.write(table, tmp_path / "part-00000.arrow", domains)
    written = pl.read_ipc(tmp_path / "part-00000.arrow")
    assert sum(written.null_count().row(0)) == 0
    assert {dtype for name, dtype in written.schema.items() if name != "case"} <= {pl.UInt8(), pl.UInt16(), pl.UInt32()}
    assert encoding.read(tmp_path / "part-00000.arrow").equals(table)


def test_a_value_that_a_rulebook_no_longer_has_is_set_apart(tmp_path: Path) -> None:
    before = load(ROOT / "tests" / "bicycle")
    term = next(one for one in before.findings if len(one.domain.values) > 2 and one.domain.kind == "choice")
    first, *others = term.domain.values
    pl.DataFrame({"case": ["a", "b"], term.name: [first, others[0]]}).write_csv(tmp_path / "in.csv")
    batch(before, tmp_path / "out", tmp_path / "in.csv")
    changed = tmp_path / "out" / "findings" / encoding.DOMAINS
    told = json.loads(changed.read_text())
    told[term.name] = ["of old", *others]
    changed.write_text(json.dumps(told))
    batch(before, tmp_path / "again", tmp_path / "out")
    assert [(one["case"], one["there"]) for one in rejects(tmp_path / "again")] == [
        ("a", f"'of old' is not a value of {term.name!r}")
    ]
    assert answers(tmp_path / "again")["b"] == answers(tmp_path / "out")["b"]


def test_a_code_that_stands_for_nothing_is_no_answer(clinic: Rulebook, tmp_path: Path) -> None:
    pl.DataFrame({"case": ["a"], "leg weakness": ["new"]}).write_csv(tmp_path / "in.csv")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    part = tmp_path / "out" / "findings" / "part-00000.arrow"
    pl.read_ipc(part.read_bytes()).with_columns(pl.lit(99, pl.UInt8).alias("leg weakness")).write_ipc(part)
    summary = batch(clinic, tmp_path / "again", tmp_path / "out")
    assert (summary["decided"], summary["rejects"]) == (0, 1)
    assert "a code of 'leg weakness' that stands for nothing" in rejects(tmp_path / "again")[0]["there"]


def test_findings_that_no_patient_can_have_are_refused_as_edited(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age,age at onset\na,50,40\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    part = tmp_path / "out" / "findings" / "part-00000.arrow"
    table = encoding.read(part).with_columns(pl.lit(60).cast(pl.Int64).alias("age at onset"))
    encoding.write(
        table.cast({"age at onset": encoding.read(part).schema["age at onset"]}), part, encoding.domains_of(clinic)
    )
    result = CliRunner().invoke(lumbar, ["why", str(tmp_path / "out"), "--case", "a"])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert "Pain cannot have begun at an age that has not been reached" in result.output


def test_answers_without_their_findings_are_refused_as_an_input_and_not_explained(
    clinic: Rulebook, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text("case,age\na,50\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv", store=False)
    assert not list((tmp_path / "out" / "findings").iterdir())
    with pytest.raises(Refused, match="answers without their findings"):
        batch(clinic, tmp_path / "again", tmp_path / "out")
    with pytest.raises(Refused, match="answers without their findings"):
        stored_case(tmp_path / "out", "a")


def test_a_folder_of_inputs_is_read_without_the_batches_in_it(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\na,50\n")
    batch(clinic, tmp_path / "first", tmp_path)
    assert batch(clinic, tmp_path / "second", tmp_path)["cases"] == 1


def test_stored_findings_that_are_replaced_are_noticed_without_a_digest(clinic: Rulebook, tmp_path: Path) -> None:
    pl.DataFrame({"case": ["a"], "leg weakness": ["new"]}).write_csv(tmp_path / "in.csv")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    [stored] = inputs_of([str(tmp_path / "out")], tmp_path / "again", clinic).files
    assert (stored.kind, stored.digest, stored.changed()) == ("store", None, None)
    encoding.write(encoding.read(stored.path), tmp_path / "other.arrow", encoding.domains_of(clinic))
    (tmp_path / "other.arrow").replace(stored.path)
    assert stored.changed() is not None
