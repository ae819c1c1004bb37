"""Commands as a person types them, but `lumbar` runs in this process: bash asks for it, and goes on with its output."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO

import cli
from tests.conftest import ROOT

# What bash calls instead of the program. The words and the standard input are put into files, $ASKED is told so, and
# $DONE tells the exit code when the files with the output are there.
LUMBAR = r"""
lumbar() {
  local code together
  cat >"$EXCHANGE/stdin"
  [ /dev/stdout -ef /dev/stderr ] && together=yes || together=no
  printf '%s\0' "$together" "$@" >"$EXCHANGE/words"
  printf . >&"$ASKED"
  read -r code <&"$DONE"
  cat "$EXCHANGE/stdout"
  cat "$EXCHANGE/stderr" >&2
  return "$code"
}
"""


def ready(folder: Path) -> Path:
    """The folder with a copy of the knowledge that comes with lumbar."""
    shutil.copytree(ROOT / "knowledge", folder / "knowledge", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@contextmanager
def within(folder: Path) -> Iterator[None]:
    """This process in the folder, with the folder's `knowledge` as the knowledge base in use."""
    before, variables = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("LUMBAR", "_LUMBAR"))]:
        del os.environ[name]
    os.environ.update(COLUMNS="100", LUMBAR_KNOWLEDGE="knowledge", LC_ALL="C.UTF-8", PYTHONUTF8="1")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        yield
    finally:
        os.chdir(before)
        os.environ.clear()
        os.environ.update(variables)


def lumbar(words: Sequence[str], stdin: IO[str], stdout: IO[str], stderr: IO[str]) -> int:
    """What `lumbar` does with these words and streams, in this process: its exit code; an error of its own is raised.

    click's own runner also prints what is read, which no program does whose input is not a terminal.
    """
    before = sys.stdin
    sys.stdin = stdin
    try:
        with redirect_stdout(stdout), redirect_stderr(stderr):
            cli.lumbar.main(words, prog_name="lumbar")
    except SystemExit as done:
        if isinstance(done.code, str):
            stderr.write(f"{done.code}\n")
        return done.code if isinstance(done.code, int) else int(done.code is not None)
    finally:
        sys.stdin = before
    raise AssertionError("click ends with an exit code")


def typed(text: str, exchange: Path) -> tuple[str, int]:
    """What bash prints for a command where we are, errors included, and its exit code."""
    exchange.mkdir(exist_ok=True)
    asked, ask = os.pipe()
    done, tell = os.pipe()
    variables = {"EXCHANGE": str(exchange), "ASKED": str(ask), "DONE": str(done)}
    with (exchange / "printed").open("w+b") as printed:
        with subprocess.Popen(
            ["bash", "-c", LUMBAR + text],
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            pass_fds=(ask, done),
        ) as bash:
            os.close(ask)
            os.close(done)
            try:
                while os.read(asked, 1):
                    os.write(tell, f"{_answer(exchange)}\n".encode())
            finally:  # an error of ours is raised, and bash would wait for ever for an answer
                os.close(asked)
                os.close(tell)
        printed.seek(0)
        return printed.read().decode("utf-8"), bash.returncode


def _answer(exchange: Path) -> int:
    together, *words = (exchange / "words").read_bytes().decode().split("\0")[:-1]
    with ExitStack() as open_files:
        stdin, stdout, stderr = (
            open_files.enter_context((exchange / name).open(mode, encoding="utf-8"))
            for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
        )
        return lumbar(words, stdin, stdout, stdout if together == "yes" else stderr)
