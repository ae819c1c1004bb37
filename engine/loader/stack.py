"""The folders of a stack of layers, and the names of their files: those of what a layer builds on begin with beneath/.

A copy of a whole stack, as a batch keeps it, is one folder in which they lie so.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ..errors import KnowledgeError, Place, Problem

KNOWLEDGE = "knowledge.yaml"
BENEATH = "beneath/"
COPY = "beneath.tar.xz"
"""What a layer was last checked against, beside it; no part of what it says."""
SHIPPED_NAME = "lumbar"
SHIPPED = Path(__file__).resolve().parents[2] / "knowledge"
MOST = 20  # layers of a stack
_BUILDS_ON = re.compile(
    rb"^builds on:[ \t]+(\"[^\"\n]*\"|'[^'\n]*'|[^\"'#\s][^#\n]*?)[ \t]*(?:[ \t]#.*)?\r?$", re.MULTILINE
)

Files = Mapping[str, bytes]


def built_on(files: Files) -> str:
    """What a folder builds on, as its knowledge.yaml has it; empty where it is a base of its own."""
    found = _BUILDS_ON.search(files.get(KNOWLEDGE, b""))
    return found[1].decode(errors="replace").strip("\"'") if found else ""


def own(files: Files) -> dict[str, bytes]:
    """The files of the highest layer."""
    return {name: content for name, content in files.items() if not name.startswith(BENEATH)}


def beneath(files: Files) -> dict[str, bytes]:
    """The files of what it builds on, as they are named there."""
    return {name.removeprefix(BENEATH): content for name, content in files.items() if name.startswith(BENEATH)}


def name_beneath(files: Files) -> str:
    """What the layer beneath is called: the name that it gives itself, or its place in `builds on`."""
    from ..document import Fields, Text, Unreadable, read

    content = files.get(BENEATH + KNOWLEDGE)
    try:
        node = read(content.decode(), KNOWLEDGE)[0] if content else None
    except (Unreadable, UnicodeDecodeError):
        node = None  # it is reported when it is read itself
    name = node.get("name") if isinstance(node, Fields) else None
    if isinstance(name, Text) and name.value:
        return " ".join(name.value.split())
    return PurePosixPath(built_on(files).replace("\\", "/")).name or SHIPPED_NAME


def folder_of(text: str, directory: Path) -> Path:
    """The folder that `builds on` names."""
    return SHIPPED if text == SHIPPED_NAME else directory / text


def read_stack(directory: Path, read_one: Callable[[Path], dict[str, bytes]]) -> dict[str, bytes]:
    """The files of a folder and of all that it builds on; `read_one` reads those of one; raises KnowledgeError."""
    files: dict[str, bytes] = {}
    seen: list[Path] = []
    prefix = ""
    while True:
        seen.append(directory.resolve())
        here = _read(directory, read_one, prefix)
        files |= {prefix + name: content for name, content in here.items()}
        text = built_on(here)
        copied = any(name.startswith(BENEATH) for name in here)
        if not text or copied:
            _check_base(directory, text, copied, prefix)
            return files
        directory = _next(text, directory, seen, prefix)
        prefix += BENEATH


def _read(directory: Path, read_one: Callable[[Path], dict[str, bytes]], prefix: str) -> dict[str, bytes]:
    try:
        return read_one(directory)
    except KnowledgeError as error:
        if not prefix:
            raise
        places = [replace(one.place, file=str(directory / one.place.file)) for one in error.problems]
        raise KnowledgeError(map(_at, error.problems, places)) from error


def _at(problem: Problem, place: Place) -> Problem:
    return replace(problem, place=place)


def _check_base(directory: Path, text: str, copied: bool, prefix: str) -> None:
    """Raise KnowledgeError for a folder that builds on nothing, and has no words of its own or a folder beneath/."""
    there = ""
    if not text and copied:
        there = f"{directory} builds on nothing, and has a folder `{BENEATH}`"
    elif not text and not _is_folder(directory / "terms"):
        there = f"{directory} builds on nothing, and has no folder `terms`"
    if there:
        expected = f"`builds on: {SHIPPED_NAME}`, or " + ("no such folder" if copied else "terms")
        raise KnowledgeError([Problem(Place(prefix + KNOWLEDGE), there, expected)])


def _is_folder(path: Path) -> bool:
    """Whether it is one that can be looked into; no error where the path is too long, or leads where nobody may."""
    return os.path.isdir(path)  # noqa: PTH112 (pathlib raises there)


def _next(text: str, directory: Path, seen: list[Path], prefix: str) -> Path:
    """The folder beneath; raises KnowledgeError where there is none, or it builds on this one."""
    found, place = folder_of(text, directory), Place(prefix + KNOWLEDGE)
    there, expected = "", f"`{SHIPPED_NAME}`, or the path of a folder with a knowledge base from {directory}"
    if not _is_folder(found / "terms") and not os.path.isfile(found / KNOWLEDGE):  # noqa: PTH113 (as above)
        there = f"`builds on: {text[:80]}`, which is not a knowledge base ({str(found)[-200:]})"
    elif found.resolve() in seen:
        there = f"`builds on: {text[:80]}`, which builds on this one"
    elif len(seen) == MOST:
        there, expected = f"`builds on: {text[:80]}`, beneath {MOST} layers", f"{MOST} layers at most"
    if there:
        raise KnowledgeError([Problem(place, there, expected)])
    return found


def folders(directory: Path) -> Iterator[Path]:
    """The folder and those that it builds on, as far as they can be found."""
    seen: set[str] = set()
    while (there := os.path.realpath(directory)) not in seen:
        yield directory
        seen.add(there)
        try:
            text = built_on({KNOWLEDGE: (directory / KNOWLEDGE).read_bytes()})
        except OSError:
            return
        found = folder_of(text, directory)
        if not text or _is_folder(directory / BENEATH) or not _is_folder(found):
            return
        directory = found
