"""Slips of those who ask: each is told in plain words, and nothing is left out unseen."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.interfaces.files import read
from engine.rulebook import Rulebook
from tests.conftest import BICYCLE, ROOT, every
from tests.test_cli import CASES, run

FACET = str(CASES / "facet_by_three_of_five.yaml")

SLIPS = [
    (
        ("weigh", FACET, "working pattern", "disk"),
        "'disk' is not a value of 'working pattern'; expected facet-type, disc-t",
    ),
    (("whynot", FACET, "dose=often"), "expected 2 to 5 minutes, 6 to 8 times a day; 1 to 2 minutes, 6 to 8 times"),
    (("whatif", FACET, "age: 66", "age: 67"), "'age' is answered twice; expected each finding once"),
    (("why", str(CASES), "--case", "facet_by_three_of_fife"), "did you mean 'facet_by_three_of_five'?"),
    (("why", FACET, "--svg", "one", "--html", "one"), "--svg and --html into one file"),
    (("check", str(BICYCLE), "--save", "/dev/null/x"), "/dev/null/x cannot be written (Not a directory)"),
    (("make-cases", "3", "--out", "/dev/null/x.csv"), "/dev/null/x.csv cannot be written (Not a directory)"),
    (("make-cases", "3", "--out", "/dev/null/x.ndjson"), "/dev/null/x.ndjson cannot be written (Not a directory)"),
]


@pytest.mark.parametrize(("words", "message"), SLIPS)
def test_wrong_use_is_told_with_what_was_expected(words: tuple[str, ...], message: str) -> None:
    code, _, error = run(*words)
    assert code == 2
    assert message in error


def test_what_is_there_already_needs_no_way_to_it() -> None:
    code, output, _ = run("whynot", FACET, "exercise direction=flexion")
    assert (code, output) == (0, "exercise direction is flexion already; `lumbar why` tells the reasons.\n")


def test_a_value_named_twice_is_weighed_once() -> None:
    twice = run("weigh", FACET, "working pattern", "disc-type", "disc-type")
    assert twice == run("weigh", FACET, "working pattern", "disc-type")


def test_a_conclusion_is_never_said_to_be_not_answered() -> None:
    for question in (["why", "-", "urgency"], ["whynot", "-", "exercise direction=flexion"]):
        _, output, _ = run(*question, "--length", "everything", stdin="fever: yes\n")
        told = " ".join(output.split())
        assert "red flag is not answered" not in told
        assert "screening complete is not answered" not in told
    assert "unknown: screening complete is not known yet" in told


def test_a_rule_and_a_term_of_one_name_are_both_shown() -> None:
    _, output, _ = run("show", "fever")
    assert output.index("Finding fever") < output.index("Rule fever")


def test_a_case_that_is_no_yaml_is_told_on_wrapped_lines_without_a_caret(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text("because: Note: this", encoding="utf-8")
    _, output, _ = run("decide", str(tmp_path / "case.yaml"))
    assert "one `: ` too many in a line" in " ".join(output.split())
    assert "^" not in output


def linked(folder: Path) -> Path:
    """A folder with a case, hidden files, and links that would be missed."""
    for name in (".schema/case.json", ".old.yaml", "here.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("fever: yes\n", encoding="utf-8")
    (folder / "gone.yaml").symlink_to("nowhere")
    (folder / "elsewhere").symlink_to("/")
    return folder


def test_a_link_in_a_folder_is_followed_or_told_and_what_is_hidden_is_left_aside(
    clinic: Rulebook, tmp_path: Path
) -> None:
    told = {case.id: [problem.there for problem in case.problems] for case in read([linked(tmp_path)], clinic)}
    assert told == {
        "here": [],
        str(tmp_path / "elsewhere"): ["a link to a folder elsewhere, which is not followed"],
        str(tmp_path / "gone.yaml"): ["a link that leads nowhere"],
    }


def test_a_batch_over_a_folder_with_a_link_that_would_be_missed_tells_it_and_goes_on(tmp_path: Path) -> None:
    code, output, error = run("batch", str(linked(tmp_path / "in")), "--out", str(tmp_path / "out"))
    told = " ".join((output + error).split())
    assert code == 1
    assert "elsewhere: a link to a folder elsewhere, which is not followed; expected the folder" in told
    assert "gone.yaml: a link that leads nowhere" in told
    for name in ("elsewhere", "gone.yaml"):
        (tmp_path / "in" / name).unlink()
    assert run("batch", str(tmp_path / "in"), "--out", str(tmp_path / "other"))[0] == 0


INTERRUPTED = """
import os, signal, sys
class AtClick:
    def find_spec(self, name, path=None, target=None):
        if name == "click":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, AtClick())
import cli
"""


def test_an_interrupt_while_it_starts_ends_it_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, b"", b"")


def at_a_terminal(**environment: str) -> str:
    """What `decide` prints at a terminal."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "COLUMNS")}
    command = [sys.executable, "-c", "import cli; cli.main()", "decide", FACET]
    with subprocess.Popen(command, cwd=ROOT, stdout=theirs, stderr=theirs, env=kept | environment):
        os.close(theirs)
        said = b""
        try:
            while more := os.read(ours, 65536):
                said += more
        except OSError:  # how Linux says that the other end is closed
            pass
    os.close(ours)
    return said.decode()


def test_a_terminal_without_a_width_has_the_usual_one_and_colours() -> None:
    said = at_a_terminal(TERM="xterm")
    assert "\x1b[1m" in said
    assert max(map(len, said.splitlines())) > 80


@pytest.mark.parametrize("wish", every(2, [{"NO_COLOR": "1", "TERM": "xterm"}, {"TERM": "dumb"}]))
def test_who_wants_no_colours_gets_none(wish: dict[str, str]) -> None:
    said = at_a_terminal(**wish)
    assert "Urgency" in said
    assert "\x1b" not in said
