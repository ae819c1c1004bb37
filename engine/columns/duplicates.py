"""Ids as numbers, and which of them stand there more than once, however many there are."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

AT_ONCE = 1 << 21  # ids sorted at a time
MIXERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)  # odd: each scope gets numbers of its own
FILES = ("first", "second", "times")
_ALL = (1 << 64) - 1
Marks = np.ndarray[Any, np.dtype[np.uint64]]


def marks_of(ids: pl.Series, scope: int) -> Marks:
    """A row of two numbers of 64 bits for each id; only equal ids of the same scope have equal rows."""
    salts = [np.uint64((scope + 1) * mixer & _ALL) for mixer in MIXERS]
    return np.column_stack([ids.hash(seed=seed).to_numpy() ^ salt for seed, salt in enumerate(salts)])


def write_marks(parts: Sequence[Marks], path: Path) -> None:
    """Rows of numbers one after the other as a file."""
    with path.open("wb") as file:
        for part in parts:
            part.tofile(file)


def read_marks(path: Path) -> Marks:
    """What `write_marks` wrote."""
    return np.fromfile(path, np.uint64).reshape(-1, 2)


class Twice:
    """The ids that stand more than once, as `find_twice` sorted them on the disk, where they are looked up."""

    def __init__(self, folder: Path) -> None:
        files = [folder / name for name in FILES]
        self.longest = 1
        found = bool(files[0].stat().st_size)
        self.columns = [np.memmap(file, np.uint64, "r") for file in files] if found else []
        if found:
            same = np.flatnonzero(np.diff(self.columns[0]) == 0)  # of two ids whose first numbers are the same
            self.longest += len(same)

    def times(self, marks: Marks) -> Any:
        found = np.zeros(len(marks), np.int64)
        if not self.columns:
            return found
        first, second, times = self.columns
        places = np.searchsorted(first, marks[:, 0])
        for step in range(self.longest):
            here = np.minimum(places + step, len(first) - 1)
            same = (first[here] == marks[:, 0]) & (second[here] == marks[:, 1])
            found[same] = times[here[same]]
        return found


def find_twice(marks: Sequence[Path], folder: Path) -> Twice:
    """The ids that stand more than once in files of marks; the folder is made anew, and is to stay."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for share in _shares(marks, folder):
        for name, column in zip(FILES, _again(share), strict=True):
            with (folder / name).open("ab") as target:
                column.tofile(target)
    return Twice(folder)


def times(twice: Twice | None, marks: Marks) -> Any:
    """How often each id stands there; 0 for once, or where it is not known yet."""
    return np.zeros(len(marks), np.int64) if twice is None else twice.times(marks)


def _shares(marks: Sequence[Path], folder: Path) -> Any:
    """All marks in shares that fit into memory, by their highest bits."""
    count = sum(path.stat().st_size for path in marks) // 16
    bits = max(0, -(-count // AT_ONCE) - 1).bit_length()
    if not bits:
        yield np.concatenate([np.empty((0, 2), np.uint64), *map(read_marks, marks)])
        return
    files = [folder / f"share-{number}" for number in range(1 << bits)]
    for path in marks:
        some = read_marks(path)
        some = some[np.argsort(some[:, 0])]
        edges = np.searchsorted(some[:, 0], np.arange(1, 1 << bits, dtype=np.uint64) << np.uint64(64 - bits))
        for file, part in zip(files, np.split(some, edges), strict=True):
            with file.open("ab") as target:
                part.tofile(target)
    for file in files:
        yield read_marks(file)
        file.unlink()


def _again(marks: Marks) -> Sequence[Marks]:
    """The marks that stand there more than once, sorted, as columns: their two numbers, and how often."""
    first = np.sort(marks[:, 0])
    again = first[1:][first[1:] == first[:-1]]
    some = marks[np.isin(marks[:, 0], again)]
    some = some[np.lexsort((some[:, 1], some[:, 0]))]
    starts = np.flatnonzero(np.any(some[1:] != some[:-1], axis=1)) + 1
    starts = np.concatenate(([0], starts)) if len(some) else starts
    counts = np.diff(starts, append=len(some)).astype(np.uint64)
    starts, counts = starts[counts > 1], counts[counts > 1]
    return some[starts, 0], some[starts, 1], counts
