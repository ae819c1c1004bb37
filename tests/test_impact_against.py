"""What a change is held against: a folder, and a state that git has."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import edit
from tests.test_impact import GIT, run, told

# --- against what ----------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(shed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shed in a repository of git, in a folder of its own there."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name, value in {**GIT, "GIT_CONFIG_GLOBAL": "/dev/null"}.items():
        monkeypatch.setenv(name, value)
    for words in (["init", "-q"], ["add", "shed"], ["commit", "-qm", "The shed"]):
        subprocess.run(["git", *words], cwd=shed.parent, check=True)
    return shed


def test_a_revision_of_git_is_the_state_before(kept: Path) -> None:
    assert "None of 1 saved case changes its answer." in run(kept, "impact")[1]
    edit(kept / "rules" / "long_chain.yaml", "over new chain length", "at least 3 above new chain length")
    assert [change["case"] for change in told(kept, "impact")["saved cases"]] == ["old_chain"]
    assert [one["name"] for one in told(kept, "diff", "HEAD")["differences"]] == ["long_chain"]
    assert told(kept, "diff", "HEAD", "HEAD")["differences"] == []


def test_a_revision_that_lacks_a_file_is_told(kept: Path) -> None:
    words = ["git", "rev-parse", "HEAD:shed/sources.yaml"]
    name = subprocess.run(words, cwd=kept.parent, check=True, capture_output=True, text=True).stdout.strip()
    (kept.parent / ".git" / "objects" / name[:2] / name[2:]).unlink()
    code, output = run(kept, "diff", "HEAD")
    assert (code, "HEAD: a revision of which git does not have every file here" in output) == (1, True)


@pytest.mark.skipif(os.name != "posix", reason="the program is a script of sh")
def test_a_repository_runs_no_program_of_its_own(kept: Path, tmp_path: Path) -> None:
    (kept / ".gitattributes").write_text("* filter=own\n", encoding="utf-8")
    for words in (["add", "shed"], ["commit", "-qm", "Attributes"]):
        subprocess.run(["git", *words], cwd=kept.parent, check=True)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("filter.own.smudge", "core.fsmonitor", "tar.tar.command", "core.pager", "diff.external"):
        subprocess.run(["git", "config", name, str(program)], cwd=kept.parent, check=True)
    assert told(kept, "diff", "HEAD")["differences"] == []
    assert not (tmp_path / "ran").exists()
    subprocess.run(["git", "archive", "HEAD"], cwd=kept, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "ran").exists()


@pytest.mark.skipif(os.name != "posix", reason="Windows lets few users make links")
def test_a_link_at_a_revision_is_told_and_its_rules_are_not_taken_for_gone(kept: Path) -> None:
    (kept / "rules").rename(kept / "..rules")
    (kept / "rules").symlink_to("..rules")
    for words in (["add", "shed"], ["commit", "-qm", "A link"]):
        subprocess.run(["git", *words], cwd=kept.parent, check=True)
    code, output = run(kept, "diff", "HEAD")
    assert (code, "HEAD: rules is a link at this revision, and git does not follow it" in output) == (1, True)


@pytest.mark.parametrize(
    "words", [("impact", "--against", "no_such"), ("diff", "--", "-x"), ("diff", "HEAD", "no_such")]
)
def test_what_is_neither_folder_nor_revision_is_told(kept: Path, words: tuple[str, ...]) -> None:
    code, output = run(kept, *words)
    assert (code, "neither a folder nor a revision" in output) == (1, True)


def test_a_folder_outside_of_git_is_told(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(shed.parent.parent))
    code, output = run(shed, "impact")
    assert (code, "neither a folder nor a revision (not a git repository" in output) == (1, True)


def test_without_git_a_folder_is_asked_for(shed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(shed))
    code, output = run(shed, "impact")
    assert (code, "no folder, and git is not installed; expected a folder, or git" in output) == (1, True)


def test_a_revision_before_the_knowledge_base_is_told(kept: Path) -> None:
    shutil.copytree(kept, kept.parent / "second")
    code, output = run(kept.parent / "second", "impact")
    assert code == 1
    assert "HEAD: " in output
