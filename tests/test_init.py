"""A knowledge base from nothing: `lumbar init` writes what every check finds good, and never over anything."""

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import lumbar
from engine.author.new_base import new_base
from engine.chain import Chain
from engine.loader import load
from engine.loader.files import FOLDERS, SINGLES
from tests.rulebooks import case


def init(folder: Path) -> Result:
    return CliRunner().invoke(lumbar, ["init", str(folder)])


def test_what_it_writes_has_no_problem_and_decides(tmp_path: Path) -> None:
    done = init(tmp_path / "mine")
    assert done.exit_code == 0
    assert f"saved: {tmp_path / 'mine' / 'terms' / 'words.yaml'}" in done.output
    checked = CliRunner().invoke(lumbar, ["check", str(tmp_path / "mine")])
    assert ": no problems. Rulebook " in checked.output
    assert checked.exit_code == 0
    rulebook = load(tmp_path / "mine")
    assert Chain(rulebook).decide(case({"rain": "yes"})).conclusions["umbrella"] == "yes"
    assert Chain(rulebook).decide(case({"rain": "no"})).conclusions["umbrella"] == "no"
    assert Chain(rulebook).decide(case({})).conclusions["umbrella"] is None


def test_each_command_that_it_names_next_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = init(Path("mine")).output.splitlines()
    named = [line.split()[1:] for line in lines if line.startswith("  lumbar ")]
    assert [words[-1] for words in named] == ["mine", "consult", "new"]
    ended = [CliRunner().invoke(lumbar, words, input="yes\n") for words in named]
    assert [done.exit_code for done in ended] == [0, 0, 1]  # `new` is left without a rule
    assert not any(done.exception for done in ended if not isinstance(done.exception, SystemExit))


def test_a_folder_with_spaces_is_quoted_in_the_commands_that_it_names(tmp_path: Path) -> None:
    done = init(tmp_path / "our own")
    named = [shlex.split(line)[1:] for line in done.output.splitlines() if line.startswith("  lumbar ")]
    assert [str(tmp_path / "our own") in words for words in named] == [True] * 3


def test_no_part_of_it_can_be_left_out(tmp_path: Path) -> None:
    for name in new_base():
        folder = tmp_path / name.replace("/", "_")
        init(folder)
        (folder / name).unlink()
        assert CliRunner().invoke(lumbar, ["check", str(folder)]).exit_code == 1, name


def test_each_file_begins_with_what_it_is_for() -> None:
    assert [name for name, text in new_base().items() if not text.startswith("# ")] == []
    known = (*FOLDERS, *SINGLES)
    assert [name for name in new_base() if name.partition("/")[0] not in known] == []


def test_a_folder_with_something_in_it_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = init(tmp_path)
    assert done.exit_code == 2
    assert "has mine.txt in it; expected a new folder, or an empty one" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_of_git_alone_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert init(tmp_path).exit_code == 0


def test_a_file_and_a_place_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in ("file", "file/below"):
        done = init(tmp_path / place)
        assert done.exit_code == 2, done.output
        assert isinstance(done.exception, SystemExit)


def test_a_scale_without_a_saved_case_is_checked(tmp_path: Path) -> None:
    init(tmp_path / "mine")
    words = tmp_path / "mine" / "terms" / "words.yaml"
    scale = "kind: choice\n    values: [no, yes]\n    takes: highest\n    otherwise: no"
    words.write_text(words.read_text().replace("kind: yes/no\n    otherwise: no", scale))
    done = CliRunner().invoke(lumbar, ["check", str(tmp_path / "mine")])
    assert (done.exit_code, done.exception) == (0, None)
