"""What a batch leaves behind: whole or not at all, gone on with after any end, and explained line by line."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl  # noqa: TID251 (tables are made here to be read there)
import pytest
from click.testing import CliRunner, Result

import cli
from engine import semantics
from engine.case import Case
from engine.columns import WAITS
from engine.columns import encoding as codes
from engine.extras import how_to_install
from engine.interfaces.batch import Refused, stored_case
from engine.interfaces.batch.run import IN_USE
from engine.interfaces.batch.store import LOCK
from engine.interfaces.lock import InUse, locked_folder
from engine.rulebook import Rulebook
from tests.conftest import CLINIC, ROOT, every
from tests.test_batch import answers, batch, frame, made_up, rejects

pytestmark = pytest.mark.usefixtures("in_the_clinic")

HEAD = "case,age,sex,leg weakness,trauma,leg pain"


# --- whole or not at all ---------------------------------------------------------------------------------------------


def everything(out: Path) -> dict[str, bytes]:
    """The content of every file, without what tells the time."""
    found = {path.relative_to(out).as_posix(): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    summary = json.loads(found["summary.json"])
    del summary["seconds"]
    return found | {"summary.json": json.dumps(summary).encode()}


def command(out: Path, *paths: Path) -> Sequence[str]:
    script = "import cli; cli.main()"
    options = ["--out", str(out), "--batch-size", "400", "--unique", "--resume"]
    return [sys.executable, "-c", script, "batch", *map(str, paths), *options]


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is for POSIX")
@pytest.mark.slow
def test_a_run_killed_at_any_moment_goes_on_to_the_same_end(clinic: Rulebook, tmp_path: Path) -> None:
    cases = made_up(clinic, 300)
    table = frame(clinic, cases)
    parts = [table.with_columns(case=pl.format(f"{letter}{{}}", "case")) for letter in "abcdefgh"]
    folder = tmp_path / "in"
    folder.mkdir()
    pl.concat(parts).write_csv(folder / "a.csv")
    pl.concat(parts).with_columns(case=pl.format("P{}", "case")).write_parquet(folder / "b.parquet")
    text = parts[0].with_columns(case=pl.format("Z{}", "case")).write_ndjson().replace('"Zap7"', '"ap7"')
    (folder / "c.ndjson").write_text(text + "{broken\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LUMBAR_KNOWLEDGE": str(CLINIC)}
    whole = tmp_path / "whole"
    began = time.monotonic()
    done = subprocess.run(command(whole, folder), env=environment, capture_output=True, text=True)
    lasted = time.monotonic() - began
    assert done.returncode == 1, done.stderr
    choose, out, kills = random.Random(11), tmp_path / "out", 0
    for _ in range(40):
        process = subprocess.Popen(
            command(out, folder), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            process.communicate(timeout=choose.uniform(0.3, 1.0) * lasted)
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            kills += 1
            for path in out.rglob("part-*.parquet"):
                pl.read_parquet(path)
    assert kills, "it was never killed"
    assert process.returncode == 1
    assert everything(out) == everything(whole)
    told = json.loads((out / "summary.json").read_text())
    assert told["cases"] == 2400 * 2 + 300 + 1 == told["decided"] + told["empty"] + told["rejects"]
    assert told["by reason"] == {"broken": 1, "id used twice": 2}


class Cut(BaseException):
    """The run is cut here."""


@pytest.mark.parametrize("moment", every(8, range(0, 60, 3)))
def test_a_run_cut_at_any_file_goes_on_to_the_same_end(
    clinic: Rulebook, tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment is the number of files that were put in their place before the cut."""
    from engine.interfaces.batch import parts, store

    table = frame(clinic, made_up(clinic, 60))
    pl.concat([table, table[:3]]).write_csv(tmp_path / "in.csv")
    batch(clinic, tmp_path / "whole", tmp_path / "in.csv", size=15)
    real, count = store.whole, 0

    def cut(path: Path, write: Any) -> None:
        nonlocal count
        if count == moment:
            write(path.with_name(f"{path.name}.part"))
            raise Cut
        count += 1
        real(path, write)

    with monkeypatch.context() as patch:
        patch.setattr(store, "whole", cut)
        patch.setattr(parts, "whole", cut)
        try:
            batch(clinic, tmp_path / "out", tmp_path / "in.csv", size=15)
        except Cut:
            pass
        else:
            assert count <= moment
    batch(clinic, tmp_path / "out", tmp_path / "in.csv", size=15, resume=True)
    assert everything(tmp_path / "out") == everything(tmp_path / "whole")
    assert {reject["reason"] for reject in rejects(tmp_path / "out")} == {"id used twice"}


def test_a_folder_with_something_else_in_it_is_left_alone(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("dear")
    for resume in (False, True):
        with pytest.raises(Refused, match="not empty"):
            batch(clinic, out, tmp_path / "in.csv", resume=resume)
    assert [path.name for path in out.iterdir()] == ["letter.txt"]


def test_what_was_begun_is_gone_on_with_only_as_it_was_begun(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    with pytest.raises(Refused, match="another options"):
        batch(clinic, tmp_path / "out", tmp_path / "in.csv", resume=True, trace="full")
    (tmp_path / "in.csv").write_text("case,age\n1,51\n")
    with pytest.raises(Refused, match="an input that was another"):
        batch(clinic, tmp_path / "out", tmp_path / "in.csv", resume=True)


# --- the command -----------------------------------------------------------------------------------------------------


def lumbar(*arguments: str) -> Result:
    return CliRunner().invoke(cli.lumbar, list(arguments))


@pytest.mark.parametrize("form", ["parquet", "ndjson", "csv"])
def test_why_rebuilds_the_reason_of_any_answer(tmp_path: Path, form: str) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD},site\na,50,female,new,none,none,x\nb,5O,female,new,none,none,y\n")
    out = str(tmp_path / "out")
    done = lumbar("batch", str(tmp_path / "in.csv"), "--out", out, "--format", form, "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["decided"] == 1
    (tmp_path / "one.json").write_text(
        '{"case": "a", "age": 50, "sex": "female", "leg weakness": "new", "trauma": "none", "leg pain": "none"}'
    )
    alone = lumbar("why", str(tmp_path / "one.json"), "urgency")
    stored = lumbar("why", out, "urgency", "--case", "a")
    assert stored.exit_code == 0, stored.output
    assert stored.output == alone.output
    apart = lumbar("why", out, "urgency", "--case", "b")
    assert apart.exit_code == 1
    assert "'5O' is not a value of 'age'" in " ".join(apart.output.split())
    assert lumbar("why", out, "--case", "nobody").exit_code == 1


def test_a_stored_answer_that_was_changed_is_not_explained(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,50,female,new,none,none\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv", form="csv")
    path = tmp_path / "out" / "answers" / "part-00000.csv"
    path.write_text(path.read_text().replace("same day", "routine"))
    done = lumbar("why", str(tmp_path / "out"), "urgency", "--case", "a")
    assert done.exit_code == 1
    assert "routine is stored" in done.output


def test_a_changed_rulebook_beside_the_answers_is_noticed(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,50,female,new,none,none\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv")
    shutil.rmtree(tmp_path / "out" / "knowledge" / "laws")
    with pytest.raises(Refused, match="by which the answers were made"):
        stored_case(tmp_path / "out", "a")


def test_a_full_trace_tells_waiting_rules_from_those_ruled_out(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"{HEAD}\na,50,female,new,none,none\n")
    batch(clinic, tmp_path / "out", tmp_path / "in.csv", trace="full")
    decision = semantics.decide(
        clinic, Case("a", {"age": 50, "sex": "female", "leg weakness": "new", "trauma": "none", "leg pain": "none"})
    )
    row = answers(tmp_path / "out")["a"]
    assert [rule for rule in clinic.rules if row[rule]] == list(decision.fired)
    assert [rule for rule in clinic.rules if row[rule + WAITS]] == list(decision.waiting)
    assert lumbar("why", str(tmp_path / "out"), "--case", "a").exit_code == 0


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case\n1\n")
    script = "import sys; sys.modules['polars'] = None; import cli; cli.main()"
    arguments = ["batch", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"polars is not installed; install it with: {how_to_install('batch')}" in " ".join(done.stderr.split())


# --- one run at a time -----------------------------------------------------------------------------------------------


def test_two_runs_do_not_work_in_one_folder(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    out = tmp_path / "out"
    with locked_folder(out, LOCK, IN_USE, ""), pytest.raises(InUse, match=f"{out}: another run is at work"):
        batch(clinic, out, tmp_path / "in.csv")
    assert not out.exists()
    assert batch(clinic, out, tmp_path / "in.csv")["decided"] == 1
    assert os.name != "posix" or not (out / LOCK).exists()


def test_the_lock_file_of_a_run_that_was_killed_holds_nobody_up(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / LOCK).touch()
    assert batch(clinic, tmp_path / "out", tmp_path / "in.csv")["decided"] == 1


# --- standard input --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"), [("case;age\n1;50\n1;51\n2;52\n", "csv"), ('{"case": 1}\n{"case": 1}\n{"case": 2}\n', "ndjson")]
)
def test_standard_input_is_kept_and_gone_on_with(tmp_path: Path, text: str, kind: str) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(cli.lumbar, ["batch", "-", "--out", str(out)], input=text)
    assert done.exit_code == 1, done.output
    assert set(answers(out)) == {"2"}
    assert (out / "given" / f"standard-input.{kind}").read_text() == text
    again = CliRunner().invoke(cli.lumbar, ["batch", "-", "--out", str(out), "--resume"], input="")
    assert again.output == done.output


@pytest.mark.parametrize("start", [b"PAR1", b"\x1f\x8b\x08"])
def test_standard_input_in_another_form_is_refused(tmp_path: Path, start: bytes) -> None:
    done = CliRunner().invoke(cli.lumbar, ["batch", "-", "--out", str(tmp_path / "out")], input=start + bytes(100))
    assert done.exit_code == 1
    assert "packed data or a table" in done.output


# --- what the system refuses -----------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="limits are for POSIX")
@pytest.mark.parametrize("room", every(3, [2_000, 10_000, 60_000]))
def test_a_disk_that_is_full_is_told_and_gone_on_with(clinic: Rulebook, tmp_path: Path, room: int) -> None:
    """No file may grow beyond the room that there is; then there is more."""
    frame(clinic, made_up(clinic, 600)).write_csv(tmp_path / "in.csv")
    out = tmp_path / "out"
    script = (
        "import resource, signal, cli; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room})); cli.main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LUMBAR_KNOWLEDGE": str(CLINIC)}
    arguments = ["batch", str(tmp_path / "in.csv"), "--out", str(out), "--format", "csv"]
    done = subprocess.run([sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "cannot be read or written (" in done.stderr
    assert "Traceback" not in done.stderr
    assert batch(clinic, out, tmp_path / "in.csv", form="csv", resume=True)["rejects"] == 0
    assert not list(out.rglob("*.part"))


def test_places_that_cannot_be_written_or_read_are_told(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("case,age\n1,50\n")
    with pytest.raises(Refused, match="Not a directory"):
        batch(clinic, tmp_path / "in.csv" / "out", tmp_path / "in.csv")
    with pytest.raises(Refused, match="no folder"):
        batch(clinic, tmp_path / "in.csv", tmp_path / "in.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(Refused, match="no ordinary file"):
        batch(clinic, tmp_path / "out", tmp_path / "pipe.csv")


# --- the page that describes it --------------------------------------------------------------------------------------


def described(title: str) -> set[str]:
    """The first column of the table under a heading of docs/schema.md."""
    text = (ROOT / "docs" / "schema.md").read_text(encoding="utf-8").partition(f"### {title}\n")[2].partition("\n#")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_the_folder_is_as_the_page_says(clinic: Rulebook, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "case,age,site,disputed,expected urgency\n1,50,x,y,same day\n2,x,x,,same dai\n3,50,,,\n"
    )
    out = tmp_path / "out"
    summary = batch(clinic, out, tmp_path / "in.csv")
    manifest = json.loads((out / "manifest.json").read_text())
    sometimes = {"mapping", "renamed columns", "against"}
    assert described("summary.json") - sometimes == set(summary) == set(json.loads((out / "summary.json").read_text()))
    assert described("manifest.json") == set(manifest)
    assert [set(one) for one in manifest["inputs"]] == [
        {"path", "bytes", "modified", "node", "digest", "partition", "parts"}
    ]
    assert [set(one) for one in manifest["parts"]] == [{"name", "cases", "rejects"}]
    assert set(manifest["options"]) == {"form", "trace", "extra", "unique", "size", "store", "id"}
    assert described("A line of rejects.ndjson") == set(rejects(out)[0])
    assert {path.name for path in out.iterdir()} == {
        *("answers", "findings", "knowledge", "manifest.json", "rejects.ndjson", "summary.json")
    }
    columns = set(answers(out)["1"])
    for term in clinic.conclusions:
        if term.domain.kind == "several":
            columns -= {f"{term.name}: {value}" for value in term.domain.values}
        elif term.takes_highest or term.domain.kind == "tally":
            columns -= {f"{term.name} at least", f"{term.name} at most"}
        else:
            columns.remove(term.name)
    plain = {name for name in described("Columns of the answers") if "<" not in name}
    assert columns - set(clinic.rules) == plain | {"site", "disputed (given)", "expected urgency"}
    findings = codes.read(out / "findings" / "part-00000.arrow")
    assert findings.columns == ["case", "age", "site", "disputed", "expected urgency"]
    assert {path.name for path in (out / "findings").iterdir()} == {"part-00000.arrow", codes.DOMAINS}
