"""Checking again after every change, which tells what is new and ends cleanly; files saved whole or not at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.author.saving import save
from engine.errors import counted
from engine.loader.files import walk
from tests.conftest import ROOT


@pytest.fixture
def watching(shed: Path, tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The command in a process of its own."""
    command = [sys.executable, "-u", str(ROOT / "cli.py"), "--knowledge", str(shed), "check", "--watch"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:  # type: ignore[call-overload]
        deadline = threading.Timer(60, process.kill)
        deadline.start()
        yield process
        deadline.cancel()
        process.kill()


def lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().rstrip("\n") for _ in range(count)]


def told(process: "subprocess.Popen[str]", end: str) -> list[str]:
    """The lines up to the first with this text."""
    found = lines(process, 1)
    while end not in found[-1]:
        found += lines(process, 1)
        assert found[-1] or process.poll() is None
    return found


def test_only_what_changed_is_told_until_it_is_ended(watching: "subprocess.Popen[str]", shed: Path) -> None:
    assert told(watching, "Ctrl-C")[-1].endswith(f" problems. Watching {shed}; Ctrl-C ends it.")
    card = shed / "rules" / "no_brakes.yaml"
    whole = card.read_text(encoding="utf-8")
    _replace(card, whole.replace("brakes hold: no\n", "brakes hold: maybe\n"))
    fault = "rules/no_brakes.yaml:4:5: 'maybe' is not a value of 'brakes hold'; expected yes, no"
    first = told(watching, " problem")
    assert first[:2] == ["rules/no_brakes.yaml changed", f"  {fault}"]
    assert first[-1] == "  1 problem"
    _replace(card, whole.replace("{brakes hold: no}, rule: holds", "{brakes hold: no}, rule: fails"))
    second = told(watching, " problem")
    assert second[0] == "rules/no_brakes.yaml changed"
    assert any("the example 'no grip': the rule holds; expected that it fails" in line for line in second)
    assert f"  fixed: {fault}" in second
    watching.send_signal(signal.SIGINT)
    assert lines(watching, 2) == ["", f"Ended: {counted(int(second[-1].split()[0]), 'problem')}."]
    assert watching.wait(timeout=30) == 1


def _replace(path: Path, text: str) -> None:
    """Write a file at one stroke, so that nobody sees half of it."""
    save(path.parent, {path.name: text})


def test_watch_goes_with_no_other_way_to_print(shed: Path) -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "--knowledge", str(shed), "check", "--watch", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "--watch goes with no other option of check" in done.stderr


def test_hidden_files_and_pages_are_not_watched(shed: Path) -> None:
    before = set(walk(shed, []))
    assert "rules/no_brakes.yaml" in before
    save(shed, {".schema/card.json": "{}", "README.md": "A page.", "rules/.no_brakes.yaml.swp": "x"})
    assert set(walk(shed, [])) == before


# --- saving ----------------------------------------------------------------------------------------------------------


def test_files_are_saved_in_new_folders_too(tmp_path: Path) -> None:
    save(tmp_path, {"one.txt": "1\n", "below/two.txt": "2\n"})
    assert [path.read_text() for path in (tmp_path / "one.txt", tmp_path / "below" / "two.txt")] == ["1\n", "2\n"]


def test_where_one_file_cannot_be_written_all_are_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("before")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_text("kept")
    with pytest.raises(OSError, match="folder"):
        save(tmp_path, {"one.txt": "after", "new.txt": "after", "folder": "no file"})
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"one.txt", "folder/inside"}
    assert (tmp_path / "one.txt").read_text() == "before"


@pytest.mark.skipif(os.name != "posix", reason="links and modes are those of POSIX")
def test_a_file_that_is_saved_anew_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("before")
    (tmp_path / "one.txt").chmod(0o640)
    save(tmp_path, {"one.txt": "after"})
    assert (tmp_path / "one.txt").read_text() == "after"
    assert (tmp_path / "one.txt").stat().st_mode & 0o777 == 0o640
