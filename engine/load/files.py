"""The files of a knowledge base: which belong to it, and the digest of what they say."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..document import MAX_BYTES
from ..errors import KnowledgeError, Place, Problem, listed, nearest

FOLDERS = {
    "terms": ".yaml",
    "rules": ".yaml",
    "tables": ".csv",
    "laws": ".yaml",
    "impossible": ".yaml",
    "cases": ".yaml",
}
SINGLES = ("sources.yaml", "article.yaml", "recommendation.yaml")
MAX_FILES = 20_000


def read_folder(directory: Path) -> dict[str, bytes]:
    """The content of every file of a knowledge base, by name; raises KnowledgeError for what does not belong."""
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    if not (directory / "terms").is_dir():
        expected = f"a folder with {listed([*FOLDERS, *SINGLES])}"
        raise KnowledgeError([Problem(Place(str(directory)), "no knowledge base: it has no folder `terms`", expected)])
    for path in _walk(directory):
        name = path.relative_to(directory).as_posix()
        problem = _stranger(name)
        if problem:
            problems.append(problem)
            continue
        try:
            with path.open("rb") as file:
                files[name] = file.read(MAX_BYTES + 1)
        except OSError as error:
            problems.append(Problem(Place(name), f"cannot be read ({error.strerror})"))
        if len(files) > MAX_FILES:
            problems.append(Problem(Place(str(directory)), f"more than {MAX_FILES:,} files", "a smaller folder"))
            break
    if problems:
        raise KnowledgeError(problems)
    return files


def _walk(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.iterdir()):
        if path.name.startswith((".", "__pycache__")) or path.suffix == ".md":
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _stranger(name: str) -> Problem | None:
    folder, _, rest = name.partition("/")
    if not rest and name in SINGLES:
        return None
    if rest and folder in FOLDERS:
        suffix = FOLDERS[folder]
        return (
            None
            if name.endswith(suffix)
            else Problem(Place(name), "a file of another kind", f"{folder}/<name>{suffix}")
        )
    known = [*FOLDERS, *SINGLES]
    return Problem(Place(name), "no part of a knowledge base", listed(known), nearest(folder, known))


def digest(texts: Mapping[str, str]) -> str:
    """A short name for what the files say: the same for the same texts, whatever the machine or the line ends."""
    whole = hashlib.sha256()
    for name in sorted(texts):
        for part in (name, texts[name]):
            data = part.encode()
            whole.update(b"%d:" % len(data) + data)
    return whole.hexdigest()[:16]
