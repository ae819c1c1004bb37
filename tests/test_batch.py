"""Many cases from files of any kind: answered as one case is, or set apart; nothing lost, and nothing half written."""

import gzip
import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
import zstandard  # noqa: TID251 (files are packed here to be unpacked there)

from engine import semantics
from engine.case import Case, Value
from engine.columns import WAITS, dtype_of, encoding
from engine.columns.flags import Flags
from engine.interfaces.batch import Options, Refused, run
from engine.loader import load
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, every
from tests.test_columns import row_of
from tests.test_knowledge import patients, some_of

HEAD = "case,age,sex,leg weakness,trauma,leg pain"


def batch(book: Rulebook, out: Path, *paths: Path, resume: bool = False, **options: Any) -> dict[str, Any]:
    return run(book, [str(path) for path in paths], out, Options(**options), resume, lambda _cases, _share: None)


def answers(out: Path) -> dict[str, dict[str, Any]]:
    """The rows of all answers, by case."""
    flags = Flags(load(out / "knowledge", cases=False))
    rows = [row for path in sorted((out / "answers").iterdir()) for row in flags.read(pl.read_parquet(path)).to_dicts()]
    assert len({row["case"] for row in rows}) == len(rows)
    return {row["case"]: row for row in rows}


def rejects(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "rejects.ndjson").read_text().splitlines()]


def made_up(book: Rulebook, count: int) -> dict[str, dict[str, Value]]:
    choose = random.Random(5)
    return {f"p{number}": some_of(known, choose) for number, known in enumerate(patients(book, count, 7))}


def frame(book: Rulebook, cases: Mapping[str, Mapping[str, Value]]) -> pl.DataFrame:
    columns = [pl.Series(term.name, [case.get(term.name) for case in cases.values()]) for term in book.findings]
    return pl.DataFrame([pl.Series("case", list(cases)), *columns])


def agree(book: Rulebook, out: Path, cases: Mapping[str, Mapping[str, Value]]) -> None:
    """Every case has the answer that truth gives, whole."""
    found = answers(out)
    assert set(found) == set(cases)
    for name, facts in cases.items():
        decision = semantics.decide(book, Case(name, dict(facts)))
        expected = row_of(book, decision)
        expected = {name: value for name, value in expected.items() if not name.endswith(WAITS)}
        ask = [term for term in decision.ask if book.terms[term].screening]
        expected["disputed"] = "; ".join(decision.disputed) or None
        expected["gaps"] = "; ".join(decision.gaps) or None
        expected["broken laws"] = "; ".join(law.id for law in decision.broken) or None
        assert {key: found[name][key] for key in expected} == expected
        assert sorted((found[name]["ask"] or "").split("; ")) == sorted(ask or [""])


# --- every form ------------------------------------------------------------------------------------------------------


def write_case_files(book: Rulebook, folder: Path, cases: Mapping[str, Mapping[str, Value]]) -> None:
    """The same cases dealt out over files of every kind."""
    folder.mkdir()
    names = list(cases)
    deals = [{name: cases[name] for name in names[start::8]} for start in range(8)]
    table = [frame(book, deal) for deal in deals]
    table[0].write_csv(folder / "a.csv")
    text = (
        table[1].select(sorted(table[1].columns)).write_csv(separator=";", quote_style="always", line_terminator="\r\n")
    )
    (folder / "b.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    with gzip.open(folder / "c.csv.gz", "wt") as file:
        file.write(table[2].write_csv())
    table[3].write_csv(folder / "d.csv.zst", compression="zstd")
    (folder / "lake").mkdir()
    table[4].write_parquet(folder / "lake" / "e.parquet")
    typed = table[5].with_columns(pl.col(term.name).cast(dtype_of(term)) for term in book.findings)
    typed.write_parquet(folder / "lake" / "f.parquet")
    lines = [json.dumps({"case": name, **facts}) for name, facts in deals[6].items()]
    (folder / "g.ndjson").write_text("\n".join(lines))
    (folder / "h.json").write_text(json.dumps([{"case": name, **facts} for name, facts in deals[7].items()]))


def test_every_form_of_input_is_answered_as_truth_answers(clinic: Rulebook, tmp_path: Path) -> None:
    cases = made_up(clinic, 400)
    write_case_files(clinic, tmp_path / "in", cases)
    summary = batch(clinic, tmp_path / "out", tmp_path / "in", size=37)
    assert rejects(tmp_path / "out") == []
    assert (summary["cases"], summary["decided"] + summary["empty"], summary["rejects"]) == (400, 400, 0)
    agree(clinic, tmp_path / "out", cases)


def test_packed_lines_and_documents_are_read(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(b'{"case": "a", "age": 50}\n{"age": 51}\n'))
    (tmp_path / "b.yaml.gz").write_bytes(gzip.compress(b"case: b\nage: 52\n"))
    batch(clinic, tmp_path / "out", tmp_path / "a.ndjson.gz", tmp_path / "b.yaml.gz")
    assert set(answers(tmp_path / "out")) == {"a", "a:2", "b"}


def test_saved_cases_are_answered_with_what_they_expect(clinic: Rulebook, tmp_path: Path) -> None:
    batch(clinic, tmp_path / "out", CLINIC / "cases")
    found = answers(tmp_path / "out")
    assert len(found) == len(clinic.cases)
    for row in found.values():
        assert row["expected exercise direction"] == row["exercise direction"]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (pl.Boolean, [True, False, None]),
        (pl.String, ["yes", "no", " "]),
        (pl.String, ["true", "FALSE", "unknown"]),
        (pl.Categorical, ["yes", "no", None]),
        (pl.Enum(["no", "yes", "unknown"]), ["yes", "no", "unknown"]),
    ],
)
def test_a_yes_or_no_may_be_of_many_types(clinic: Rulebook, tmp_path: Path, dtype: Any, values: list[Any]) -> None:
    name = next(term.name for term in clinic.findings if term.domain.kind == "yes/no")
    pl.DataFrame({"case": ["1", "2", "3"], name: pl.Series(values, dtype=dtype)}).write_parquet(tmp_path / "a.parquet")
    batch(clinic, tmp_path / "out", tmp_path / "a.parquet")
    found = encoding.read(tmp_path / "out" / "findings" / "part-00000.arrow")
    assert found[name].to_list() == ["yes", "no", None]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [
        (pl.Int64, [40, 41, None]),
        (pl.UInt8, [40, 41, None]),
        (pl.Float32, [40.0, 41.0, float("nan")]),
        (pl.String, ["40", "41.0", ""]),
        (pl.Decimal(5, 1), ["40.0", "41.0", None]),
    ],
)
def test_a_number_may_be_of_many_types(clinic: Rulebook, tmp_path: Path, dtype: Any, values: list[Any]) -> None:
    column = pl.Series(values).cast(dtype)
    pl.DataFrame({"case": [1, 2, 3], "age": column}).write_parquet(tmp_path / "a.parquet")
    batch(clinic, tmp_path / "out", tmp_path / "a.parquet")
    found = encoding.read(tmp_path / "out" / "findings" / "part-00000.arrow")
    assert found["age"].to_list() == [40, 41, None]
    assert found["case"].to_list() == ["1", "2", "3"]


# --- set apart -------------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_set_apart_with_its_place_and_urgency(clinic: Rulebook, tmp_path: Path) -> None:
    lines = [
        HEAD,
        "good,50,female,none,none,none",
        "wrong,5O,female,severe,none,none",
        'two lines,50,"fe',
        'male",none,none,none',
        "short,50,female",
        'stray,50,"female" he said,none,none,none',
        "range,500,female,none,none,none",
        "twice,50,female,none,none,none",
        "twice,51,female,none,none,none",
        "last,52,,,,",
    ]
    (tmp_path / "in.csv").write_text("\n".join(lines))
    summary = batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    found = rejects(tmp_path / "out")
    assert [reject["case"] for reject in found[:1]] == ["wrong"]
    assert {(reject["case"], reject["line"], reject["reason"]) for reject in found} == {
        ("wrong", 3, "wrong value"),
        ("two lines", 4, "wrong value"),
        (f"{tmp_path / 'in.csv'}:6", 6, "broken"),
        (f"{tmp_path / 'in.csv'}:7", 7, "broken"),
        ("range", 8, "wrong value"),
        ("twice", 9, "id used twice"),
        ("twice", 10, "id used twice"),
    }
    assert found[0]["at least"]["urgency"] != clinic.terms["urgency"].domain.values[0]
    assert found[0]["there"] == "'5O' is not a value of 'age'"
    assert set(answers(tmp_path / "out")) == {"good", "last"}
    assert (summary["cases"], summary["decided"], summary["rejects"]) == (9, 2, 7)
    assert summary["by reason"] == {"broken": 2, "id used twice": 2, "wrong value": 3}


def test_an_impossible_case_is_set_apart_as_a_single_case_would_be(clinic: Rulebook, tmp_path: Path) -> None:
    wild = random.Random(3)
    cases: dict[str, dict[str, Value]] = {}
    for number in range(300):
        cases[f"w{number}"] = {
            term.name: wild.choice(term.domain.values)
            if term.domain.values
            else wild.randint(term.domain.low, term.domain.high)
            for term in clinic.findings
            if wild.random() < 0.5
        }
    frame(clinic, cases).write_csv(tmp_path / "in.csv")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    impossible = {name for name, facts in cases.items() if semantics.impossibilities(clinic, facts)}
    assert 20 < len(impossible) < 280
    found = rejects(tmp_path / "out")
    assert {reject["case"] for reject in found} == impossible
    assert {reject["reason"] for reject in found} == {"impossible"}
    places = [clinic.terms["urgency"].domain.values.index(reject["at least"]["urgency"]) for reject in found]
    assert places == sorted(places, reverse=True)
    agree(clinic, tmp_path / "out", {name: facts for name, facts in cases.items() if name not in impossible})


@pytest.mark.parametrize("unique", [False, True])
def test_an_id_may_be_used_in_two_files_unless_it_must_not(clinic: Rulebook, tmp_path: Path, unique: bool) -> None:
    (tmp_path / "a.csv").write_text("case,age\n1,50\n2,50\n3,50\n3,51\n")
    (tmp_path / "b.ndjson").write_text('{"case": "2", "age": 60}\n{"case": "4", "age": 60}\n')
    summary = batch(clinic, tmp_path / "out", tmp_path, unique=unique, size=2)
    assert sorted(reject["case"] for reject in rejects(tmp_path / "out")) == (
        ["2", "2", "3", "3"] if unique else ["3", "3"]
    )
    assert summary["cases"] == summary["decided"] + summary["empty"] + summary["rejects"] == 6


def test_lines_and_files_that_cannot_be_read_do_not_stop_the_run(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_text(
        '{"case": "1"}\n{"case": \n[1]\n{"age": 1, "age": 2}\n\n{"age": NaN}\n{"case": "2"}\n'
    )
    (tmp_path / "b.parquet").write_bytes(b"PAR1 no more")
    (tmp_path / "c.csv").write_bytes("case,age\n7,50\n".encode("utf-16")[:-1])
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"case,age\n5,50\n")[:-9])
    (tmp_path / "e.csv").write_bytes(b"case,age,note\n3,50,M\xfcller\n4,50,x\n")
    (tmp_path / "f.yaml").write_text("case: 6\nage: [\n")
    summary = batch(clinic, tmp_path / "out", tmp_path)
    assert set(answers(tmp_path / "out")) == {"1", "2", "4", "5"}
    assert sorted(Path(reject["file"]).name for reject in rejects(tmp_path / "out")) == [
        *["a.ndjson"] * 4,
        "b.parquet",
        "c.csv",
        "d.csv.gz",
        "e.csv",
        "f.yaml",
    ]
    assert summary["cases"] == summary["decided"] + summary["empty"] + summary["rejects"] == 13


def test_extra_columns_are_kept_dropped_or_refused(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,leg weaknes,urgency,age\n1,new,,50\n2,none,routine,50\n")
    summary = batch(clinic, tmp_path / "keep", tmp_path / "in.csv")
    assert summary["extra columns"] == {"leg weaknes": "leg weakness"}
    assert answers(tmp_path / "keep")["1"]["leg weaknes"] == "new"
    assert rejects(tmp_path / "keep")[0]["there"] == "'urgency' is a conclusion"
    batch(clinic, tmp_path / "drop", tmp_path / "in.csv", extra="drop")
    assert "leg weaknes" not in answers(tmp_path / "drop")["1"]
    with pytest.raises(Refused, match="'leg weaknes' is not a finding"):
        batch(clinic, tmp_path / "refuse", tmp_path / "in.csv", extra="refuse")
    assert not (tmp_path / "refuse").exists()


@pytest.mark.parametrize("seed", range(6))
def test_no_row_is_lost_however_a_table_is_damaged(clinic: Rulebook, tmp_path: Path, seed: int) -> None:
    """Every undamaged line of a CSV is read as it stands, and every damaged one is set apart or read as csv would."""
    choose = random.Random(seed)
    lines = [f"c{number},{choose.randint(20, 60)},{choose.choice(['male', 'female', ''])}" for number in range(400)]
    damage = ["{},1", "{},1,2,3,4", '{},1,"male', '{}"x,1,male', "", ",,", '"{}",40,"male"', '{},40,"fe""male"']
    damaged = set(choose.sample(range(400), 60))
    for number in damaged:
        lines[number] = choose.choice(damage).format(f"d{number}")
    text = choose.choice(["\n", "\r\n"]).join(["case,age,sex", *lines]) + choose.choice(["", "\n", "\n\n\n"])
    (tmp_path / "in.csv").write_bytes(text.encode())
    summary = batch(clinic, tmp_path / "out", tmp_path / "in.csv", size=choose.choice([7, 100, 1000]))
    found = answers(tmp_path / "out")
    for number, line in enumerate(lines):
        if number not in damaged:
            assert f"c{number}" in found, line
    blank = sum(lines[number] == "" for number in damaged)
    assert summary["cases"] == summary["decided"] + summary["empty"] + summary["rejects"] == 400 - blank
    assert summary["rejects"] == len(rejects(tmp_path / "out"))


def packed(data: bytes, suffix: str, level: int = 9) -> bytes:
    return gzip.compress(data, level) if suffix == ".gz" else zstandard.ZstdCompressor().compress(data)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".ZST"])
def test_a_line_break_in_quotes_stays_as_it_is_written(clinic: Rulebook, tmp_path: Path, suffix: str) -> None:
    data = b'case,note,age\r\n1,"a\r\nb",50\r\n2,c\rd,50\r\n'
    (tmp_path / f"in.csv{suffix}").write_bytes(packed(data, suffix.lower()) if suffix else data)
    batch(clinic, tmp_path / "out", tmp_path / f"in.csv{suffix}")
    assert answers(tmp_path / "out")["1"]["note"] == "a\r\nb"
    assert len(rejects(tmp_path / "out")) + len(answers(tmp_path / "out")) == 2


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_of_a_packed_file_that_is_cut_off_nothing_is_lost_silently(
    clinic: Rulebook, tmp_path: Path, suffix: str
) -> None:
    whole = packed(b"case,age\n" + b"".join(b"%d,50\n" % number for number in range(20_000)), suffix)
    (tmp_path / f"in.csv{suffix}").write_bytes(whole[:-20])
    batch(clinic, tmp_path / "out", tmp_path / f"in.csv{suffix}")
    decided, (cut,) = answers(tmp_path / "out"), rejects(tmp_path / "out")
    assert list(decided) == [str(number) for number in range(len(decided))]
    assert len(decided) > 15_000
    assert (cut["line"], cut["there"]) == (len(decided) + 2, "the packed file is cut off here")


def test_frames_one_after_the_other_are_one_file(clinic: Rulebook, tmp_path: Path) -> None:
    frames = [packed(b"case,age\n1,50\n", ".zst"), packed(b"2,50\n", ".zst"), packed(b"3,50\n", ".zst")]
    (tmp_path / "in.csv.zst").write_bytes(b"".join(frames))
    batch(clinic, tmp_path / "out", tmp_path / "in.csv.zst")
    assert set(answers(tmp_path / "out")) == {"1", "2", "3"}


@pytest.mark.parametrize("suffix", every(3, ["", ".gz", ".zst"]))
def test_progress_tells_what_share_is_behind(clinic: Rulebook, tmp_path: Path, suffix: str) -> None:
    text = frame(clinic, made_up(clinic, 300)).write_ndjson().encode() * 2
    whole = packed(text, suffix, level=0) if suffix else text  # small, gzip would be read whole at once
    (tmp_path / f"in.ndjson{suffix}").write_bytes(whole)
    told: list[tuple[int, float]] = []
    run(
        clinic,
        [str(tmp_path / f"in.ndjson{suffix}")],
        tmp_path / "out",
        Options(size=50),
        False,
        lambda *one: told.append(one),
    )
    assert [cases for cases, _ in told] == list(range(50, 601, 50))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.9
    assert shares[-1] == 1


def test_answers_stand_in_the_order_of_the_inputs(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("[{case: a1, age: 50}, {case: a2}]")
    (tmp_path / "b.csv").write_text("case,age\nb1,50\nb2,\n")
    (tmp_path / "c.json").write_text('{"case": "c1"}')
    (tmp_path / "d.ndjson").write_text('{"case": "d1"}\n')
    (tmp_path / "e.yaml").write_text("case: e1\nage: 5O")
    (tmp_path / "f.yaml").write_text("case: f1")
    batch(clinic, tmp_path / "out", tmp_path)
    assert list(answers(tmp_path / "out")) == ["a1", "a2", "b1", "b2", "c1", "d1", "f1"]


def test_a_line_without_an_end_is_one_broken_line(clinic: Rulebook, tmp_path: Path) -> None:
    long = b'{"case": "' + b"x" * 3_000_000
    (tmp_path / "a.ndjson").write_bytes(b'{"case": "1"}\n' + long + b'"}\n{"case": "2"}\n' + b" " * 2_500_000)
    (tmp_path / "b.csv").write_bytes(b"case,age\n3,50\n" + b"4," + b"5" * 40_000_000 + b"\n5,50\n")
    (tmp_path / "c.csv").write_bytes(b"case,age" + b"x" * 9_000_000)
    summary = batch(clinic, tmp_path / "out", tmp_path, size=2)
    assert set(answers(tmp_path / "out")) == {"1", "2", "3", "5"}
    assert sorted((Path(told["file"]).name, told["line"], told["there"]) for told in rejects(tmp_path / "out")) == [
        ("a.ndjson", 2, "larger than 1,000,000 bytes"),
        ("a.ndjson", 4, "larger than 1,000,000 bytes"),
        ("b.csv", 3, "a line longer than 16,777,216 bytes"),
        ("c.csv", 1, "a first line that has no end"),
    ]
    assert summary["cases"] == summary["decided"] + summary["empty"] + summary["rejects"] == 8


@pytest.mark.parametrize("form", ["parquet", "ndjson", "csv"])
def test_extra_columns_of_any_type_are_passed_through(clinic: Rulebook, tmp_path: Path, form: str) -> None:
    odd = {"list": [[{"a": 1}]], "bytes": [b"\xff"], "nothing": [None], "truth": [True]}
    pl.DataFrame({"case": ["1"], "age": [50], **odd}).write_parquet(tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("case,list,bytes\n2,x,y\n")
    (tmp_path / "c.ndjson").write_text('{"case": "3", "list": {"a": [1]}, "truth": 5}\n')
    summary = batch(clinic, tmp_path / "out", tmp_path, form=form)
    assert (summary["cases"], summary["decided"], summary["empty"]) == (3, 1, 2)


def test_half_letters_do_not_stop_the_run(clinic: Rulebook, tmp_path: Path) -> None:
    lines = [
        r'{"case": "\ud800", "age": 50}',
        r'{"case": "2", "sex": "\udfff", "saddle numbness": "yes"}',
        r'{"\ud800": 3}',
        r'{"case": "\ud83d\ude00"}',
    ]
    (tmp_path / "a.ndjson").write_text("\n".join(lines))
    batch(clinic, tmp_path / "out", tmp_path / "a.ndjson")
    assert set(answers(tmp_path / "out")) == {"\ufffd", "a:3", "\U0001f600"}
    assert [(told["case"], told["at least"]["urgency"]) for told in rejects(tmp_path / "out")] == [("2", "emergency")]
