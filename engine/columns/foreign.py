"""Files that are something else than their name says, known by how they begin."""

import zipfile
from pathlib import Path
from typing import BinaryIO

AS_TEXT = "CSV in UTF-8 or NDJSON"
WORKBOOK = "an Excel workbook"
UNPACK = "the file inside, unpacked"
_SPACE = b"\xef\xbb\xbf \t\r\n"
_STARTS = (
    (b"PK\x03\x04", "a zip archive", UNPACK),
    (b"PK\x05\x06", "a zip archive without a file in it", UNPACK),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook, or another old Office file", "it saved as CSV UTF-8"),
    (b"PAR1", "a Parquet table", "a name that ends in .parquet"),
    (b"ARROW1", "an Arrow table", "it saved as Parquet"),
    (b"\x1f\x8b", "a file packed by gzip twice", "a file packed once"),
    (b"\x28\xb5\x2f\xfd", "a file packed by zstd twice", "a file packed once"),
    (b"BZh", "a file packed by bzip2", f"{UNPACK}, or packed by gzip or zstd"),
    (b"\xfd7zXZ", "a file packed by xz", f"{UNPACK}, or packed by gzip or zstd"),
    (b"7z\xbc\xaf", "a 7z archive", UNPACK),
    (b"Rar!", "a rar archive", UNPACK),
    (b"%PDF", "a PDF", AS_TEXT),
    (b"SQLite format 3", "an SQLite database", AS_TEXT),
    (b"$FL2", "an SPSS file", AS_TEXT),
    (b"<stata_dta>", "a Stata file", AS_TEXT),
    (b"{\\rtf", "a document in rich text", AS_TEXT),
)


def foreign(start: bytes) -> tuple[str, str] | None:
    """What a file is that begins so, and what was expected; None where it may be text with cases."""
    for sign, there, expected in _STARTS:
        if start.startswith(sign):
            return there, expected
    text = start.lstrip(_SPACE)[:64].lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<!--")):
        return "an HTML page (of a login, perhaps, or of an error)", AS_TEXT
    return ("an XML document", AS_TEXT) if text.startswith(b"<?xml") else None


def is_workbook(file: BinaryIO | Path) -> bool:
    """Whether a file is a workbook of Excel, whatever its name."""
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.startswith("xl/workbook") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
