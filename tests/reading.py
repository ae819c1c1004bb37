"""What the tests of the readers share: the pieces of a file, and what is in them."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.columns import inputs
from engine.columns.piece import Piece, Spot, Unusable
from engine.interfaces.batch.options import Options, kind_of
from engine.interfaces.batch.reader import Reader
from engine.loader import load
from tests.conftest import ROOT

BOOK = load(ROOT / "knowledge")
BLOCKS = [16, 64, 997, 1 << 20]
Row = tuple[int, tuple[str | None, ...]]


def rows(pieces: Sequence[Piece]) -> list[Row]:
    return [row for piece in pieces for row in zip(piece.lines.tolist(), piece.table.rows(), strict=True)]


def broken(pieces: Sequence[Piece]) -> list[int]:
    return [problem.place.line for piece in pieces for problem in piece.broken]


def reader() -> Reader:
    return Reader(BOOK, [], Options())


def cases_of(path: Path, most: int = 1 << 18) -> list[Piece]:
    kind = kind_of(path)
    assert kind is not None
    return list(inputs.pieces(path, kind, Spot(), most, reader()._vocabulary(path.name)))


def said(path: Path) -> str:
    with pytest.raises(Unusable) as error:
        cases_of(path)
    return error.value.problem.words


def workbook() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<workbook/>")
    return data.getvalue()
