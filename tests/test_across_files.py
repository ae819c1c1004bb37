"""Changes that touch many files: a rename, an answer for saved cases, a rule that is retired; whole, or not at all."""

import json
from pathlib import Path

import click
import polars as pl  # noqa: TID251 (tables are made here to be read)
import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine import cases_from_frame
from engine.author.across_files import rename
from engine.author.occurrences import Unplaceable, phrase_with, replaced
from engine.chain import Chain
from engine.errors import KnowledgeError
from engine.interfaces.cli import across_files
from engine.interfaces.lock import saving
from engine.loader import load
from engine.loader.files import read_folder
from tests.conftest import edit


def run(shed: Path, *words: str) -> Result:
    return CliRunner().invoke(lumbar, ["--knowledge", str(shed), *words])


def content(shed: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in shed.rglob("*") if path.is_file()}


def conclusions(shed: Path) -> list[list[object]]:
    book = load(shed)
    chain = Chain(book)
    return [[*chain.decide(case).conclusions.values()] for case in book.cases.values()]


@pytest.mark.parametrize("name", ["brakes hold", "noise", "chain length", "fault", "ride", "parts"])
def test_a_renamed_term_decides_as_before_and_old_case_files_are_read(shed: Path, tmp_path: Path, name: str) -> None:
    before, old_cases = conclusions(shed), tmp_path / "old"
    (shed / "cases").rename(old_cases)
    cases = {path.name: path.read_bytes() for path in old_cases.iterdir()}
    (shed / "cases").mkdir()
    for file, text in cases.items():
        (shed / "cases" / file).write_bytes(text)
    done = run(shed, "rename", name, "something new", "--yes")
    assert done.exit_code == 0, done.output
    assert conclusions(shed) == before
    assert name not in load(shed).terms
    told = run(shed, "decide", str(old_cases), "--brief")
    assert told.exit_code == 0, told.output
    if any(name.encode() + b":" in text for text in cases.values()):
        assert f"'{name}' is called 'something new' now" in told.output


def test_a_renamed_value_decides_as_before(shed: Path) -> None:
    book = load(shed)
    before = json.dumps([[str(one) for one in row] for row in conclusions(shed)])
    for name, old, new in (
        ("noise", "squeal", "a squeal"),
        ("ride", "not at all", "never"),
        ("parts", "pads", "brake pads"),
    ):
        done = run(shed, "rename", f"{name}: {old}", new, "--yes")
        assert done.exit_code == 0, done.output
        before = before.replace(f"'{old}'", f"'{new}'").replace(f'"{old}"', f'"{new}"')
        assert new in load(shed).terms[name].domain.values
    assert json.dumps([[str(one) for one in row] for row in conclusions(shed)]) == before
    case = next(case for case in book.cases.values() if case.facts.get("noise") == "squeal")
    old_file = shed.parent / "old.json"
    old_file.write_text(json.dumps(dict(case.facts)))
    assert run(shed, "decide", str(old_file)).exit_code == 0


def test_a_batch_reads_a_column_by_its_name_of_before(shed: Path, tmp_path: Path) -> None:
    table, line = tmp_path / "a.csv", tmp_path / "a.ndjson"
    table.write_text("case,brakes hold,noise\nx,no,squeal\n")
    line.write_text('{"case": "y", "brakes hold": "no", "noise": "squeal"}\n')
    assert run(shed, "rename", "brakes hold", "both brakes hold", "--yes").exit_code == 0
    done = run(shed, "batch", str(table), str(line), "--out", str(tmp_path / "out"))
    assert "2 cases: 2 decided, 0 rejected" in done.output, done.output
    assert "the column 'brakes hold' was read as 'both brakes hold'" in done.output
    [case] = cases_from_frame(load(shed), {"brakes hold": ["no"], "noise": ["squeal"]})
    assert case.facts == {"both brakes hold": "no", "noise": "squeal"}
    told = run(shed, "decide", str(table.with_suffix(".ndjson")), "--json")
    assert json.loads(told.stdout)["conclusions"]["ride"] == "not at all"


def test_a_renamed_rule_keeps_its_name_of_before_and_nobody_takes_it(shed: Path) -> None:
    rule = next(rule for rule in load(shed).rules.values() if not rule.row)
    before = conclusions(shed)
    assert run(shed, "rename", rule.id, "something_new", "--yes").exit_code == 0
    assert not (shed / rule.place.file).exists()
    assert load(shed).rules["something_new"].formerly == (rule.id,)
    assert conclusions(shed) == before
    again = (shed / rule.place.file).with_name("something_new.yaml").read_text()
    (shed / rule.place.file).write_text(again.replace("something_new", rule.id).replace(f"formerly: [{rule.id}]\n", ""))
    with pytest.raises(KnowledgeError, match="was used before"):
        load(shed)


def test_a_rule_is_renamed_twice_and_from_a_file_without_a_last_line_end(shed: Path) -> None:
    path = shed / "rules" / "squeal_on_braking.yaml"
    path.write_text(path.read_text().rstrip("\n"))
    for old, new in (("squeal_on_braking", "first_name"), ("first_name", "second_name")):
        done = run(shed, "rename", old, new, "--yes")
        assert done.exit_code == 0, done.output
    assert {*load(shed).rules["second_name"].formerly} == {"squeal_on_braking", "first_name"}


def test_spaces_around_a_new_name_are_no_part_of_it(shed: Path) -> None:
    assert run(shed, "rename", "noise ", " sound of it ", "--yes").exit_code == 0
    assert "sound of it" in load(shed).terms
    assert "cannot name a term" in run(shed, "rename", "sound of it", "  ", "--yes").output


@pytest.mark.parametrize("end", ["source: [{SHED: x}]", "noise:  # not asked\nsource: [{SHED: x}]\n", "noise:"])
def test_an_answer_is_given_whatever_the_file_ends_in(shed: Path, end: str) -> None:
    source = "" if "source" in end else "source: [{SHED: x}]\n"
    (shed / "cases" / "old_chain.yaml").write_text(f"case: old_chain\n{source}brakes hold: yes\n{end}")
    done = run(shed, "answer", "noise: click", "--yes")
    assert done.exit_code == 0, done.output
    assert load(shed).cases["old_chain"].facts == {"brakes hold": "yes", "noise": "click"}


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_no_answer_under_a_name_of_before_is_unheard_beside_the_new_name(
    shed: Path, tmp_path: Path, suffix: str
) -> None:
    assert run(shed, "rename", "brakes hold", "both brakes hold", "--yes").exit_code == 0
    path = tmp_path / f"a.{suffix}"
    table = pl.DataFrame({"case": ["x", "y"], "brakes hold": ["no", None], "both brakes hold": ["yes", "no"]})
    getattr(table, f"write_{suffix}")(path)
    assert run(shed, "batch", str(path), "--out", str(tmp_path / "out")).exit_code == 1
    [told] = map(json.loads, (tmp_path / "out" / "rejects.ndjson").read_text().splitlines())
    assert (told["case"], told["at most"]) == ("x", {"ride": "not at all"})
    if suffix != "ndjson":
        assert told["there"] == "'brakes hold' is called 'both brakes hold' now"


def test_a_retired_rule_leaves_a_record_and_its_name_is_not_used_again(shed: Path) -> None:
    rule = next(rule for rule in load(shed).rules.values() if not rule.row)
    text = (shed / rule.place.file).read_text()
    done = run(shed, "retire", rule.id, "--because", "It:\n was wrong.", "--yes")
    assert done.exit_code == 0, done.output
    record = load(shed).retired[rule.id]
    assert (record.says, record.because) == (rule.says, "It: was wrong.")
    assert rule.id not in load(shed).rules
    (shed / rule.place.file).write_text(text)
    with pytest.raises(KnowledgeError, match="was used before"):
        load(shed)


def test_saved_cases_without_an_answer_get_one_where_a_condition_holds(shed: Path) -> None:
    text = (shed / "cases" / "old_chain.yaml").read_text()
    for name, brakes in (("first", "yes"), ("second", "no")):
        lines = [
            line for line in text.splitlines() if not line.startswith(("noise", "expected", "brakes hold", "  - "))
        ]
        body = "\n".join([*lines, f"brakes hold: {brakes}", "expected fault: worn chain", ""])
        (shed / "cases" / f"{name}.yaml").write_text(body.replace("old_chain", name))
    book = load(shed)
    lacking = {case.id for case in book.cases.values() if "noise" not in case.facts}
    chosen = {case for case in lacking if book.cases[case].facts.get("brakes hold") == "yes"}
    assert chosen
    done = run(shed, "answer", "noise: none", "--where", "brakes hold: yes", "--yes")
    assert done.exit_code == 0, done.output
    now = load(shed).cases
    assert {case for case in lacking if now[case].facts.get("noise") == "none"} == chosen
    assert {case: now[case].expected for case in now} == {case: book.cases[case].expected for case in now}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["rename", "brakes holt", "x"], "did you mean 'brakes hold'?"),
        (["rename", "brakes hold", "noise"], "is the name of a term"),
        (["rename", "brakes hold", "a: b"], "cannot name a term"),
        (["rename", "brakes hold", "case"], "cannot name a term"),
        (["rename", "noise: squeel", "x"], "did you mean 'squeal'?"),
        (["rename", "noise: squeal", "click"], "is a value of 'noise'"),
        (["retire", "nobody", "--because", "x"], "is not a rule"),
        (["answer", "noise: squeel"], "squeel"),
        (["answer", "fault: worn chain"], "is a conclusion"),
        (["answer", "noise: none", "--where", "brakes hold: maybe"], "maybe"),
        (["rename", "screening complete", "x"], "not a term of these files"),
    ],
)
def test_what_cannot_be_done_changes_nothing(shed: Path, words: list[str], told: str) -> None:
    before = content(shed)
    done = run(shed, *words, "--yes")
    assert done.exit_code in (1, 2), done.output
    assert told in done.output
    assert content(shed) == before


def test_nothing_is_written_unasked(shed: Path) -> None:
    before = content(shed)
    done = run(shed, "rename", "noise", "sound")
    assert "Nothing is written; --yes writes it." in done.output
    assert done.exit_code == 1
    assert content(shed) == before


def test_a_name_over_several_lines_is_refused_with_its_place(shed: Path) -> None:
    file = next((shed / "terms").iterdir())
    edit(file, "otherwise: as you like", 'otherwise: "as\n      you like"')
    with pytest.raises(Unplaceable, match=r"over several lines"):
        rename(read_folder(shed), load(shed), "ride: as you like", "freely")


def test_phrases() -> None:
    assert phrase_with("worse or no effect", "worse", "much worse") == "much worse or no effect"
    assert phrase_with("other than worse", "worse", "much worse") == "other than much worse"
    assert phrase_with("worse only briefly", "worse", "much worse") == "worse only briefly"
    assert replaced("a: b\n", []) == "a: b\n"


def test_rules_are_found_by_what_they_read_and_give(shed: Path) -> None:
    book = load(shed)
    found = json.loads(run(shed, "show", "--reads", "noise", "--gives", "fault", "--json").output)
    wanted = [r.id for r in book.rules.values() if "noise" in r.condition.terms() and "fault" in dict(r.then)]
    assert [one["rule"] for one in found] == wanted != []
    assert "did you mean 'noise'" in run(shed, "show", "--reads", "nois").output
    assert run(shed, "show", "noise", "--find", "x").exit_code == 2


# --- beside others who save ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("rename", "squeal_on_braking", "pads_squeal", "--yes"),
        ("answer", "brakes hold: yes", "--yes"),
        ("retire", "long_chain", "--because", "Nobody rides it.", "--yes"),
        ("check", "--accept"),
        ("schema", "--write"),
    ],
)
def test_while_another_saves_nothing_is_written(words: tuple[str, ...], shed: Path) -> None:
    (shed / "cases" / "second.yaml").write_text("case: second\nsays: Hardly anything is known.\n", encoding="utf-8")
    before = content(shed)
    with saving(shed):
        done = run(shed, *words)
    assert done.exit_code == 1, done.output
    assert "somebody else is saving; expected another try in a moment" in done.output
    assert content(shed) == before
    assert run(shed, *words).exit_code == 0
    assert content(shed) != before
    assert not (shed / ".lumbar.lock").exists()


def test_what_changed_since_it_was_shown_is_left_as_it_is(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def confirmed(_: str) -> bool:
        edit(shed / "rules" / "no_brakes.yaml", "It is a hill.", "It is a steep hill.")
        return True

    class Terminal:
        """A standard input at which somebody sits."""

        @staticmethod
        def isatty() -> bool:
            """It is one."""
            return True

    monkeypatch.setattr("click.confirm", confirmed)
    monkeypatch.setattr("sys.stdin", Terminal)
    with pytest.raises(click.UsageError, match="has changed since this was shown"):
        across_files._do(str(shed), lambda files, book: rename(files, book, "no_brakes", "brakes_gone"), yes=False)
    assert "It is a steep hill." in (shed / "rules" / "no_brakes.yaml").read_text(encoding="utf-8")
    assert not (shed / "rules" / "brakes_gone.yaml").exists()
