"""Forty mistakes of an author, written down before the checks were built: each is found, and its cause named first."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from tests.conftest import ROOT, every

BASE = ROOT / "tests" / "heating"
PAGE = Path(__file__).with_name("mistakes_of_an_author.txt")
ONE_SCREEN = 24


def mistakes() -> dict[str, list[str]]:
    """The mistakes of the page by their names, each with its lines."""
    _, *blocks = PAGE.read_text(encoding="utf-8").rstrip("\n").split("\n== ")
    return {block.partition("\n")[0]: block.splitlines()[1:] for block in blocks}


def make(lines: list[str], folder: Path) -> None:
    """Make a mistake in a copy of the knowledge base."""
    file, old, new = folder, list[str](), list[str]()
    for line in [*lines, ""]:
        if old and not line.startswith("+ ") and (new or not line.startswith("- ")):
            edit(file, "\n".join(old), "\n".join(new))
            old, new = [], []
        if line.startswith(("- ", "+ ")):
            (old if line[0] == "-" else new).append(line[2:])
        elif line.endswith(" gone") and not line.startswith("! "):
            (folder / line.removesuffix(" gone")).unlink()
        elif line and not line.startswith("! "):
            name, _, other = line.partition(" < ")
            file = folder / name
            if other:
                shutil.copy(folder / other, file)


def edit(file: Path, old: str, new: str) -> None:
    """Put one text in the place of another, which stands there once."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file}: {old}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def wanted(lines: list[str]) -> Iterator[str]:
    yield from (line[2:] for line in lines if line.startswith("! "))


def checked(folder: Path, *options: str) -> list[str]:
    """What `lumbar check` prints of the mistaken copy, beside the knowledge base as it was released."""
    words = ["--knowledge", str(folder), "check", "--since", str(BASE), *options]
    done = CliRunner().invoke(cli.lumbar, words, env={"COLUMNS": "100"})
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output.splitlines()


@pytest.mark.parametrize("name", every(2, mistakes()))
def test_a_mistake_is_found_and_its_cause_named_first(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(BASE, tmp_path / "heating"))
    lines = mistakes()[name]
    make(lines, folder)
    printed = checked(folder)
    (first,) = wanted(lines)
    assert printed[0].startswith(first), "\n".join(printed)
    assert len(printed) <= ONE_SCREEN
