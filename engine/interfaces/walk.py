"""Folders of case files: every file once, what the names of folders say, and what could not be looked into."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from ..errors import Place, Problem, listed
from ..facts import tidy

NOTHING = "__HIVE_DEFAULT_PARTITION__"  # how Hive and Spark write a missing value
NAMED = 3  # files of one kind that are named when they are left out

Partition = dict[str, str | None]


def printable(path: object) -> str:
    """A path as text that can be printed, whatever bytes its name has."""
    return str(path).encode(errors="backslashreplace").decode()


@dataclass
class Walk:
    """Walks folders, and notes what has been seen: `twice` are files that were met again by another path."""

    seen: dict[tuple[int, int], Path] = field(default_factory=dict)
    twice: list[Path] = field(default_factory=list)

    def is_new(self, path: Path) -> bool:
        """Whether a file has not been met before, by this path or another; raises OSError."""
        key = _key_of(path.stat())
        if key in self.seen:
            self.twice.append(path)
            return False
        self.seen[key] = path
        return True

    def contradicted(self, path: Path) -> Problem | None:
        """That a file was met before in folders whose names say other things of it."""
        first = self.seen[_key_of(path.stat())]
        if partition_of(_absolute(first)) == partition_of(_absolute(path)):
            return None
        there = f"the same file as {printable(first)}, of which the folders say other things; read once, as there"
        return Problem(Place(printable(path)), there, "a file of its own in each folder")

    def files(self, folder: Path, leave: Callable[[Path], bool] = lambda _: False) -> Iterator[Path | Problem]:
        """The files below a folder in the order of their names, and what cannot be looked into.

        Hidden files and folders are passed by, Markdown pages, and folders that `leave` names. A link is followed, but
        to no folder elsewhere: it might be a whole disk.
        """
        yield from self._below(folder, folder.resolve(), leave)

    def _below(self, folder: Path, root: Path, leave: Callable[[Path], bool]) -> Iterator[Path | Problem]:
        try:
            if not self._enters(folder):
                return
            names = sorted(os.listdir(folder))  # noqa: PTH208 (names, to be sorted as they are)
        except OSError as error:
            yield _unread(folder, error)
            return
        for name in names:
            path = folder / name
            if name.startswith(".") or name.endswith(".md"):
                continue
            try:
                mode = path.stat().st_mode
            except OSError as error:
                yield _unread(path, error)
                continue
            if stat.S_ISDIR(mode) and path.is_symlink() and root not in (there := path.resolve(), *there.parents):
                yield Problem(
                    Place(printable(path)), "a link to a folder elsewhere, which is not followed", "the folder"
                )
            elif stat.S_ISDIR(mode):
                yield from () if leave(path) else self._below(path, root, leave)
            elif stat.S_ISREG(mode):
                yield path
            else:
                yield Problem(Place(printable(path)), "not an ordinary file", "a file")

    def _enters(self, folder: Path) -> bool:
        """Whether a folder has not been walked yet; a link may lead back to one above."""
        key = _key_of(folder.stat())
        if self.seen.setdefault(key, folder) is folder:
            return True
        self.twice.append(folder)
        return False


def _key_of(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 (no link followed)


def _unread(path: Path, error: OSError) -> Problem:
    dangling = path.is_symlink() and not os.path.exists(path)  # noqa: PTH110 (does not raise where a link is a loop)
    if dangling:
        return Problem(Place(printable(path)), "a link that leads nowhere", "a file or a folder")
    return Problem(Place(printable(path)), f"cannot be read ({error.strerror or error})", "permission to read it")


def left_out(folder: Path, files: Sequence[Path], expected: str) -> Iterator[Problem]:
    """That files of a folder were not read, a problem for each ending."""
    endings: dict[str, list[Path]] = {}
    for path in files:
        endings.setdefault(path.suffix, []).append(path)
    for ending, paths in endings.items():
        names = listed([printable(path.relative_to(folder)) for path in paths], NAMED)
        end = f"ends in {printable(ending)}" if ending else "has no ending"
        ends = f"end in {printable(ending)}" if ending else "have no ending"
        count = f"a file that {end} was" if len(paths) == 1 else f"{len(paths):,} files that {ends} were"
        yield Problem(Place(printable(folder)), f"{count} not read: {names}", expected)


def partition_of(path: Path) -> Partition:
    """What the names of the folders above a file say of all in it, each as `name=value`, as Hive writes them."""
    parts = [part for part in path.parent.parts if "=" in part.lstrip("=")]
    found: Partition = {}
    for name, value in (map(tidy, map(unquote, part.split("=", 1))) for part in parts):
        said = None if value == NOTHING else value
        found[name] = said if found.get(name, said) == said else f"{found[name]} and {said}"
    return found
