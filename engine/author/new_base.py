"""A knowledge base from nothing: the smallest that passes every check; each file begins with what it is for."""

import os
from pathlib import Path

from ..document import quoted
from ..errors import KnowledgeError, Place, Problem
from ..loader.files import read_folder
from ..loader.stack import KNOWLEDGE, SHIPPED_NAME

LAYER = """# Your own knowledge over that of others: what stands in this folder is added to it.
# rules/, terms/, laws/, sources.yaml, cases/ … are as in any knowledge base; docs/layers.md says what else there is.

name: {name}
builds on: {on}
"""
FOLDER = Path(__file__).parent / "begun"


def new_base() -> dict[str, str]:
    """The files of a new knowledge base, name (with / between folders) to text, the words before the rules."""
    files = sorted(
        FOLDER.rglob("*.yaml"), key=lambda file: (file.parent == FOLDER, file.parts[len(FOLDER.parts)] != "terms")
    )
    return {file.relative_to(FOLDER).as_posix(): file.read_text(encoding="utf-8") for file in files}


def new_layer(directory: Path, on: str) -> dict[str, str]:
    """The files of a new layer in a folder, over the shipped knowledge or that of another folder.

    Raises KnowledgeError where that is not one.
    """
    text = on if on == SHIPPED_NAME else _path(directory, on)
    name = directory.resolve().name
    if any(sign in name for sign in ":;") or not name.isprintable():
        there = f"the folder {name[:80]!r}, after which the layer is named"
        raise KnowledgeError([Problem(Place(str(directory)), there, "a name without `:` and `;`")])
    if on != SHIPPED_NAME:
        read_folder(on, cases=False)
    return {KNOWLEDGE: LAYER.format(name=quoted(name), on=quoted(text))}


def _path(directory: Path, on: str) -> str:
    """The path of a folder from another one as the file system follows it, where a link may lie on the way.

    A link to the folder itself stays one: it may lead to the newest version.
    """
    found = Path(os.path.abspath(on))  # noqa: PTH100 (resolves no link)
    return Path(os.path.relpath(found.parent.resolve() / found.name, directory.resolve())).as_posix()


def in_the_way(directory: Path) -> list[str]:
    """The names of what is in a folder already; hidden files and folders, such as git's, are not in the way."""
    return (
        sorted(path.name for path in directory.iterdir() if not path.name.startswith(".")) if directory.exists() else []
    )
