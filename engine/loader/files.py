"""The files of a knowledge base: which belong to it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..document import MAX_BYTES
from ..errors import KnowledgeError, Place, Problem, as_python, listed, nearest
from .stack import BENEATH, COPY, KNOWLEDGE, read_stack

FOLDERS = {
    "terms": ".yaml",
    "rules": ".yaml",
    "tables": ".csv",
    "laws": ".yaml",
    "impossible": ".yaml",
    "retired": ".yaml",
    "reviews": ".yaml",
    "cases": ".yaml",
    "population": ".yaml",
    "wording": ".yaml",
}
OF_LAYERS = ("wording", KNOWLEDGE)
EXAMPLES = ".examples.csv"
SINGLES = ("sources.yaml", "article.yaml", "groups.yaml", "recommendation.yaml", KNOWLEDGE)
SLIPS = (".yml", ".yaml.txt", ".csv.txt", ".txt")
OF_WINDOWS = ("Thumbs.db", "desktop.ini")  # written by its file manager, unasked
MAX_FILES = 20_000
MAX_ALL = 100_000_000  # bytes of all files together


def path_of(given: Any) -> Path | Problem:
    """The path that a program gives, or what is wrong with it as one."""
    try:
        text = os.fspath(given)
        odd = "" if isinstance(text, str) else f"a path of type {type(given).__name__}"
        odd = odd or ("an empty path" if not text else "a path with a NUL in it" if "\0" in text else "")
        os.fsencode(text)
    except UnicodeEncodeError:
        odd = "a path with a sign that no file name has"
    except Exception:  # whatever a class of somebody's own does
        odd = f"a path of type {type(given).__name__}"
    return Problem(Place(as_python(given)), odd, "a path, as a text or a pathlib.Path") if odd else Path(text)


def read_folder(directory: str | Path, cases: bool = True) -> dict[str, bytes]:
    """The content of every file of a knowledge base, by name, with the saved cases and the population or without.

    Of a layer, those of what it builds on too, whose names begin with beneath/. Raises KnowledgeError for what does not
    belong.
    """
    return read_stack(_knowledge_base(directory), lambda folder: read_one(folder, cases))


def read_one(directory: Path, cases: bool = True) -> dict[str, bytes]:
    """The same of one folder alone."""
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    room = MAX_ALL
    for name in walk(directory, problems):
        problem = _stranger(name)
        if problem:
            problems.append(problem)
            continue
        if not cases and _bare(name).startswith(("cases/", "population/")):
            continue
        path = os.path.join(directory, name)  # noqa: PTH118
        if not os.path.isfile(path):  # noqa: PTH113
            problems.append(Problem(Place(name), _no_file(path), "a text"))
            continue
        try:
            with open(path, "rb") as file:  # noqa: PTH123 (four times faster, for many)
                files[name] = file.read(MAX_BYTES + 1)
        except OSError as error:
            problems.append(Problem(Place(name), f"cannot be read ({error.strerror})"))
        room -= len(files.get(name, ""))
        if len(files) > MAX_FILES or room < 0:
            there = f"more than {MAX_FILES:,} files, or {MAX_ALL:,} bytes in all"
            problems.append(Problem(Place(str(directory)), there, "a smaller folder"))
            break
    if problems:
        raise KnowledgeError(problems)
    return files


def _knowledge_base(directory: object) -> Path:
    """The folder as a path, where it looks like a knowledge base."""
    found = path_of(directory)
    if isinstance(found, Path):
        if os.path.isdir(found / "terms") or os.path.isfile(found / KNOWLEDGE):  # noqa: PTH112, PTH113 (False for what is too long, too)
            return found
        known = [one for one in (*FOLDERS, *SINGLES) if one not in OF_LAYERS]
        expected = f"a folder with {listed(known, len(known))}"
        found = Problem(Place(str(found)), "no knowledge base: it has no folder `terms`", expected)
    raise KnowledgeError([found])


def _no_file(path: str) -> str:
    """What is there in the place of a file."""
    if os.path.islink(path) and not os.path.exists(path):  # noqa: PTH110, PTH114
        return "a link that leads nowhere"
    return "a folder named like a file" if os.path.isdir(path) else "no ordinary file"  # noqa: PTH112


def walk(directory: Path, problems: list[Problem]) -> Iterator[str]:
    """The names of all files below, with / between folders; hidden ones and Markdown pages are no knowledge.

    Links to folders are followed, as Kubernetes lays out what it mounts; one that leads back is reported.
    """

    def note(error: OSError) -> None:
        problems.append(Problem(Place(str(error.filename)), f"cannot be read ({error.strerror})"))

    over = frozenset(map(_identity, directory.resolve().parents))
    above: dict[str, frozenset[object]] = {}  # of each folder itself and those it stands in, whatever led there
    for folder, folders, names in os.walk(directory, onerror=note, followlinks=True):
        parents = above[folder] = above.get(os.path.dirname(folder), over) | {_identity(folder)}  # noqa: PTH120
        if len(above) > MAX_FILES:
            problems.append(Problem(Place(str(directory)), f"more than {MAX_FILES:,} folders", "a smaller folder"))
            return
        below = (os.path.relpath(folder, directory).replace(os.sep, "/") + "/").removeprefix("./")
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        back = [name for name in folders if _identity(os.path.join(folder, name)) in parents]  # noqa: PTH118
        there, expected = "a link to a folder that it stands in", "a link to another folder"
        problems += [Problem(Place(below + name), there, expected) for name in back]
        odd = [name for name in folders if name.endswith(tuple(FOLDERS.values()))]
        folders[:] = [name for name in folders if name not in (*odd, *back)]
        yield from (below + name for name in sorted(names + odd) if belongs(name))


def _identity(folder: str | Path) -> object:
    """What a folder is, by whatever path it is reached; nothing that another is where it is gone."""
    try:
        status = os.stat(folder)  # noqa: PTH116
    except OSError:
        return object()
    return status.st_dev, status.st_ino


def belongs(name: str) -> bool:
    """Whether a file is knowledge by its name: neither hidden nor in a hidden folder, and no Markdown page."""
    return not name.endswith((".md", COPY, *OF_WINDOWS)) and not any(
        part.startswith((".", "__pycache__")) for part in name.split("/")
    )


def _bare(name: str) -> str:
    """The name that a file has in its own layer."""
    while name.startswith(BENEATH):
        name = name.removeprefix(BENEATH)
    return name


def _stranger(whole: str) -> Problem | None:
    if not whole.isprintable():
        return Problem(Place(ascii(whole)), "a name that cannot be shown", "letters and digits")
    name = _bare(whole)
    folder, _, rest = name.partition("/")
    if not rest and name in SINGLES:
        return None
    if rest and folder in FOLDERS:
        suffix = FOLDERS[folder]
        if name.endswith(suffix):
            return None
        meant = f"{name.partition('.')[0]}{suffix}" if name.endswith(SLIPS) else ""
        return Problem(Place(name), "a file of another kind", f"{folder}/<name>{suffix}", meant)
    known = [*FOLDERS, *SINGLES]
    usual = [one for one in known if one not in OF_LAYERS]
    return Problem(Place(name), "no part of a knowledge base", listed(usual, len(usual)), nearest(folder, known))
