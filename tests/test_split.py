"""A finding that asked several things in one: it is gone, and whoever answers it is told what asks them now."""

import json
from pathlib import Path

import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest
from click.testing import CliRunner

import cli
from engine import Rejected, cases_from_frame, decide
from engine.errors import CaseError, KnowledgeError
from engine.loader import case_from, load
from engine.rulebook import Rulebook
from tests.conftest import edit

OLD, NEW = "signs in both legs", ("nerve loss in both legs", "symptoms in both legs for")


def test_a_case_with_the_old_word_is_refused_and_told_the_new_ones(bundled: Rulebook) -> None:
    with pytest.raises(CaseError) as refused:
        case_from(bundled, {OLD: "no"})
    assert OLD in str(refused.value)
    for name in NEW:
        assert repr(name) in str(refused.value)


def test_what_the_old_word_may_have_meant_can_raise_the_urgency() -> None:
    done = CliRunner().invoke(cli.lumbar, ["decide", "-", "--brief"], input=json.dumps({"case": "ann", OLD: "yes"}))
    assert done.exit_code == 1
    assert "to emergency at most" in done.output


def test_an_answer_to_one_of_the_new_words_takes_away_no_alarm() -> None:
    answers = {"case": "ann", OLD: "yes", NEW[0]: "no"}  # both legs may tingle: then it is asked for how long
    done = CliRunner().invoke(cli.lumbar, ["decide", "-", "--brief"], input=json.dumps(answers))
    assert "to emergency at most" in done.output
    assert "like no finding" not in done.output


def test_the_old_word_but_for_a_slip_of_the_pen_is_the_old_word(bundled: Rulebook) -> None:
    with pytest.raises(CaseError) as refused:
        case_from(bundled, {"Signs in both  leg": "no"})
    for name in NEW:
        assert repr(name) in str(refused.value)
    assert "did you mean" not in str(refused.value)


def test_the_old_word_as_the_name_of_a_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / f"{OLD}=yes"
    folder.mkdir()
    (folder / "ann.json").write_text('{"age": 44}')
    done = CliRunner().invoke(cli.lumbar, ["decide", str(folder / "ann.json"), "--brief"])
    assert (done.exit_code, "to emergency at most" in done.output) == (1, True)
    out = tmp_path / "out"
    CliRunner().invoke(cli.lumbar, ["batch", str(folder), "--out", str(out)])
    assert [json.loads(line)["case"] for line in (out / "rejects.ndjson").read_text().splitlines()] == ["ann"]


def test_a_column_of_the_old_word_is_not_taken_for_one_of_the_new(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    for head, told in ((OLD, ""), ("Signs in both leg", f"did you mean {OLD!r}?")):
        path.write_text(f"case,age,{head}\nann,44,yes\n")
        done = CliRunner().invoke(cli.lumbar, ["batch", str(path), "--out", str(tmp_path / head)])
        assert done.exit_code == 1
        assert told in done.output
        assert f"did you mean {NEW[0]!r}" not in done.output


def test_a_column_of_a_data_frame_is_refused_by_row(bundled: Rulebook) -> None:
    cases = cases_from_frame(bundled, pl.DataFrame({"case": ["ann", "bob"], OLD: ["yes", None], "age": [44, 45]}))
    [ann, bob] = decide(bundled, cases)
    assert isinstance(ann, Rejected)
    assert all(repr(name) in str(ann.problems[0]) for name in NEW)
    assert ann.at_most == {"urgency": "emergency"}
    assert not isinstance(bob, Rejected)
    with pytest.raises(CaseError, match=f"did you mean '{OLD}'"):
        cases_from_frame(bundled, {"Signs in both leg": ["yes"], "age": [44]})


def test_map_proposes_no_part_of_the_old_word(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"case,age,{OLD}\nann,44,yes\n")
    CliRunner().invoke(cli.lumbar, ["map", str(tmp_path / "in.csv"), "--out", str(tmp_path / "m.yaml")])
    assert f'left out:\n  {OLD}: "?"\n' in (tmp_path / "m.yaml").read_text()


def test_show_names_the_new_words() -> None:
    done = CliRunner().invoke(cli.lumbar, ["show", OLD])
    assert (done.exit_code, all(repr(name) in done.output for name in NEW)) == (2, True)


@pytest.mark.parametrize("suffix", ["ndjson", "parquet"])
def test_a_batch_rejects_who_answers_the_old_word(tmp_path: Path, suffix: str) -> None:
    path, out = tmp_path / f"in.{suffix}", tmp_path / "out"
    cases = [{"case": "ann", "age": 44, OLD: "yes"}, {"case": "bob", "age": 44, OLD: None}]
    if suffix == "ndjson":
        path.write_text("\n".join(map(json.dumps, cases)))
    else:
        pl.DataFrame(cases).write_parquet(path)
    CliRunner().invoke(cli.lumbar, ["batch", str(path), "--out", str(out)])
    rejected = [json.loads(line)["case"] for line in (out / "rejects.ndjson").read_text().splitlines()]
    assert rejected == ["ann"]


def test_a_word_of_today_cannot_have_been_split(shed: Path) -> None:
    edit(shed / "terms" / "bicycle.yaml", "brakes hold: {", "brakes hold: {split from: [noise], ")
    with pytest.raises(KnowledgeError, match="the name of a finding that is gone"):
        load(shed)
