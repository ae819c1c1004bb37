"""The population at the command line: what is counted, compared and refused; and the one that is shipped."""

import json
from pathlib import Path

import polars as pl  # noqa: TID251
import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine.circuit import CompiledRulebook
from engine.columns.population import Sampler, Wanted, figures
from engine.loader import load
from tests.conftest import ROOT
from tests.test_population import files

# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in files().items():
        (tmp_path / "kb" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kb" / name).write_bytes(content)
    return tmp_path / "kb"


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(lumbar, ["--knowledge", str(folder), *words], catch_exceptions=False)


def test_a_change_of_a_rule_is_shown_against_an_earlier_run(folder: Path, tmp_path: Path) -> None:
    words = ("check", "--population", "--patients", "3000")
    before = tmp_path / "before.json"
    before.write_text(run(folder, *words, "--json").output, encoding="utf-8")
    assert "No figure differs" in run(folder, *words, "--against", str(before)).output
    (folder / "rules/all/limp_stops.yaml").unlink()
    changed = run(folder, *words, "--against", str(before)).output
    told = json.loads(before.read_text(encoding="utf-8"))["figures"]["groups"]["clot"]["parts"]["stop: yes"]
    assert "clot    stop: yes" not in changed  # nobody with a clot was stopped by it
    assert told > 0
    assert any(line.split()[:3] == ["tumour", "stop:", "yes"] for line in changed.splitlines())


def test_the_screen_tells_who_is_caught_and_which_rule_stops_most(folder: Path) -> None:
    done = run(folder, "check", "--population", "--patients", "3000")
    assert done.exit_code == 0
    first = [line.split()[0] for line in done.output.splitlines() if line.strip()]
    assert first[first.index("all") :][:5] == ["all", "well", "ill", "tumour", "clot"]
    assert max(map(len, done.output.splitlines())) <= 112
    assert "never: use" not in done.output
    assert "1 of 6 rules never fire" in done.output
    whole = run(folder, "check", "--population", "--patients", "3000", "--length", "everything").output
    assert "Never fire at such a visit: never." in whole


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("check", "--patients", "5"), "--patients goes with --population"),
        (
            ("check", "--population", "--against", "sources.yaml"),
            "is not what `lumbar check --population --json` prints",
        ),
    ],
)
def test_options_that_say_nothing_are_refused(
    folder: Path, words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = run(folder, *words)
    assert done.exit_code == 2
    assert told in done.output


def test_a_base_without_patients_says_so() -> None:
    bicycle = ROOT / "tests" / "bicycle"
    done = run(bicycle, "check", "--population")
    assert done.exit_code == 2
    assert "describes no patients" in done.output
    made = run(bicycle, "make-cases", "3", "--out", "-")
    assert "the cases are uniform" in made.stderr
    assert len(made.stdout.splitlines()) == 3


def test_impossible_patients_beyond_one_in_a_hundred_are_a_problem(folder: Path) -> None:
    law = "impossible: numb_men\nsays: no\nnever: [sex: male, numb: yes]\nsource: [{CONVENTION: so}]\n"
    (folder / "impossible").mkdir()
    (folder / "impossible/numb_men.yaml").write_text(law, encoding="utf-8")
    done = run(folder, "check", "--population", "--patients", "600")
    assert done.exit_code == 1
    assert "of the drawn patients were impossible; expected at most 1 %" in done.stderr


def test_a_report_sets_a_batch_beside_the_drawn_patients(folder: Path, tmp_path: Path) -> None:
    out, page = tmp_path / "out", tmp_path / "page.html"
    assert (
        run(folder, "make-cases", "300", "--unknown", "0", "--hidden", "--out", str(tmp_path / "a.csv")).exit_code == 0
    )
    assert run(folder, "batch", str(tmp_path / "a.csv"), "--out", str(out)).exit_code == 0
    assert "Beside drawn patients" not in _page(folder, out, page)
    assert "Beside drawn patients" in (text := _page(folder, out, page, "--population"))
    for name in ("this batch", "well", "tumour", "clot"):
        assert f">{name}</th>" in text
    stopped = pl.concat(pl.read_parquet(part) for part in (out / "answers").glob("*.parquet"))["stop: yes"]
    assert f"this batch</th><td>{100 * int(stopped.sum()) / len(stopped):.1f}</td>" in text


def _page(folder: Path, out: Path, page: Path, *words: str) -> str:
    assert run(folder, "report", str(out), "-o", str(page), *words).exit_code == 0
    return page.read_text(encoding="utf-8")


# --- the shipped population ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_shipped_population_answers_every_finding_and_hardly_draws_anybody_again() -> None:
    rulebook = load(ROOT / "knowledge")
    assert rulebook.population is not None
    compiled = CompiledRulebook(rulebook)
    for later in (False, True):
        (found,) = figures(compiled, rulebook.population, Wanted(6_300, next_visit=later))
        assert found.added == ()
        assert found.redrawn <= 1
        assert found.groups["all"]["red flag: yes"] > 0
    shares = Sampler(compiled, rulebook.population).shares()
    assert sum(shares.values()) == pytest.approx(100)
