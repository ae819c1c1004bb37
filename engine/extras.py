"""What an extra needs and is not installed, and a command that installs it where it is printed."""

import os
import re
import shlex
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from pathlib import Path

NAMES = {
    "prompt_toolkit": "prompt-toolkit",
    "python_calamine": "python-calamine",
    "dask": "distributed",
    "python_multipart": "python-multipart",
}
"""The names by which libraries are installed, where they are imported by another; dask comes with distributed."""
_REQUIRED = re.compile(r"^([\w.-]+)(?:\[([\w.,-]+)\])?([^;]*)(?:;.*extra == [\"'](\w+)[\"'])?")


def named(module: str) -> str:
    """The name of a library as it is installed: the one name under which it is known."""
    top = module.partition(".")[0]
    return NAMES.get(top, top)


def needs(extra: str) -> tuple[str, ...]:
    """What an extra installs, as pip reads it: polars>=1.30 and the like."""
    return tuple(dict.fromkeys(_needs(extra)))


def _needs(extra: str) -> Iterator[str]:
    for found in filter(None, (_REQUIRED.match(line) for line in requires("lumbar") or ())):
        name, extras, wanted, of = found.groups()
        if of == extra and name == "lumbar":
            for one in (extras or "").split(","):
                yield from _needs(one)
        elif of == extra:
            yield f"{name}{wanted.strip()}"


def library(requirement: str) -> str:
    """The library that a requirement names."""
    return re.split(r"[^\w.-]", requirement)[0].replace("_", "-")


def how_to_install(extra: str) -> str:
    """A command that installs what of an extra is missing: lumbar itself is on no index, so that each is named."""
    wanted = needs(extra)
    missing = [one for one in wanted if not _installed(library(one))] or wanted
    if (Path(sys.prefix) / "pipx_metadata.json").exists():
        return _command("pipx", "inject", Path(sys.prefix).name, *missing)
    if find_spec("pip") is None:
        return _command("uv", "pip", "install", "--python", sys.executable, *missing)
    return _command(sys.executable, "-m", "pip", "install", *missing)


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def _command(*words: str) -> str:
    """The words as a shell takes them."""
    if os.name == "nt":
        return " ".join(f'"{word}"' if re.search(r"[^\w.:\\/-]", word) else word for word in words)
    return shlex.join(words)


def missing(module: str, extra: str) -> str:
    """That a library is not installed, and what to do about it."""
    return f"{named(module)} is not installed; install it with: {how_to_install(extra)}"
