"""The server as a process: it starts, says where it is, ends cleanly, and leaves nobody behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from cli import lumbar
from engine.interfaces.lock import locked
from tests.conftest import BICYCLE, ROOT, every
from tests.sheets import typed

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
HANGUP = 1  # the number of signal.SIGHUP, which not every system has


def ended(process: "subprocess.Popen[Any]") -> int:
    """The exit code; what does not end by itself is killed, so that nobody waits for it for ever."""
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.mark.parametrize(("number", "workers"), every(3, [(signal.SIGINT, "1"), (signal.SIGTERM, "3"), (HANGUP, "1")]))
def test_it_ends_cleanly_with_all_its_processes(number: int, workers: str, tmp_path: Path) -> None:
    if signal.getsignal(number) == signal.SIG_IGN:
        pytest.skip("a server begun with nohup does not end so")
    command = [sys.executable, "cli.py", "--knowledge", str(BICYCLE), "serve", "--port", "0", "--workers", workers]
    output, temporary = tmp_path / "output", tmp_path / "temporary"
    temporary.mkdir()
    own = os.environ | {"TMPDIR": str(temporary)}
    with (
        output.open("w") as file,
        subprocess.Popen(
            command, cwd=ROOT, env=own, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
        ) as process,
    ):
        while "Ctrl-C" not in output.read_text():
            assert process.poll() is None, output.read_text()
            time.sleep(0.05)
        time.sleep(1)
        os.kill(process.pid, number)
        assert ended(process) == 0
    assert [*temporary.iterdir()] == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    first, second = output.read_text().splitlines()
    assert first.startswith("lumbar: http://127.0.0.1:")
    assert "?token=" in first
    assert "Nothing about patients is kept" in second


@pytest.mark.slow
def test_it_ends_while_a_rule_is_tried_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = shutil.copytree(BICYCLE, tmp_path / "shed")
    files = sorted(folder.rglob("*"))
    command = [sys.executable, "cli.py", "--knowledge", str(folder), "serve", "--port", "0", "--author", "--token", "t"]
    output, places = tmp_path / "output", tmp_path / "places"
    places.mkdir()
    with (
        output.open("w") as file,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(places), "XDG_CACHE_HOME": str(tmp_path / "cache")},
        ) as process,
    ):
        while "Rules can be saved" not in output.read_text():
            assert process.poll() is None, output.read_text()
            time.sleep(0.05)
        address = output.read_text().split()[1].partition("?")[0]
        body = urlencode(typed("x", "X.", ["noise: click"], ["ride: gently"], "It may.", ["SHED: a"]))
        asked = Request(f"{address}rules/try", body.encode(), {"Authorization": "Bearer t"})
        try:
            with urlopen(asked, timeout=60) as answer:
                assert "/trials/" in answer.url
        finally:
            os.kill(process.pid, signal.SIGTERM)
        assert ended(process) == 0, output.read_text()
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert not [*places.iterdir()]
    assert sorted(folder.rglob("*")) == files


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--host", "0.0.0.0"], "--cert and --key too, or --behind-proxy"),
        (["--host", "0.0.0.0", "--behind-proxy", "--no-token"], "expected a token"),
        (["--cert", "setup.cfg"], "--cert and --key go together"),
        (["--cert", "setup.cfg", "--key", "setup.cfg"], "cannot be read"),
        (["--port", "TAKEN"], "cannot be listened at"),
        (["--author", "--no-token"], "expected a token"),
    ],
)
def test_what_it_refuses(options: list[str], message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        options = [str(taken.getsockname()[1]) if option == "TAKEN" else option for option in options]
        found = CliRunner().invoke(lumbar, ["--knowledge", str(BICYCLE), "serve", *options])
    assert found.exit_code in (1, 2)
    assert message in found.output


@pytest.mark.slow
def test_it_ends_while_somebody_watches_a_run_over_many_cases(tmp_path: Path) -> None:
    command = [sys.executable, "cli.py", "--knowledge", str(BICYCLE), "serve", "--port", "0", "--token", "t"]
    slot = tmp_path / "jobs" / "slot.lock"
    slot.parent.mkdir()
    with (
        subprocess.Popen(
            [*command, "--jobs", str(slot.parent)], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process,
        locked(slot, slot, "", ""),  # another run is decided, so that this one waits
    ):
        assert process.stdout is not None
        address = process.stdout.readline().split()[1].partition("/?")[0]
        head = 'Content-Disposition: form-data; name="files"; filename="a.csv"'
        body = f"--x\r\n{head}\r\n\r\ncase,noise\na,click\n\r\n--x--"
        kind = {"Authorization": "Bearer t", "Content-Type": "multipart/form-data; boundary=x"}
        with urlopen(Request(f"{address}/batch", body.encode(), kind)) as answer:
            at = answer.url
        while b"looked" not in (slot.parent / seen(slot.parent)).read_bytes():
            time.sleep(0.05)
        headers = {"Authorization": "Bearer t"}
        urlopen(Request(f"{at}/decide", urlencode({".plain": "yes"}).encode(), headers)).close()
        with urlopen(Request(f"{at}/events", headers=headers)) as events:
            assert events.readline().startswith(b"id:")
            os.kill(process.pid, signal.SIGTERM)
            assert ended(process) == 0
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    assert "stopped" in (slot.parent / seen(slot.parent)).read_text()


def seen(jobs: Path) -> Path:
    """Where the only job says how far it is."""
    return next(jobs.glob("*/*/progress.ndjson"))
