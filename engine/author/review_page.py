"""A sheet as a page that a clinician can print and sign by hand."""

from collections.abc import Iterable, Iterator

from ..render import StyledLine
from ..render.pictures.text_page import text_page
from .review_sheet import ReviewSheet

LINE = "_" * 40


def sheet_page(sheet: ReviewSheet, lines: Iterable[StyledLine]) -> str:
    """The page: all that is read, and below it where to sign; how what was signed is recorded."""
    title = f"To review: {sheet.what}"
    return text_page(title, [*lines, *_to_sign(sheet)])


def _to_sign(sheet: ReviewSheet) -> Iterator[StyledLine]:
    yield StyledLine("Signature", style="title")
    yield StyledLine("☐ approved   ☐ changes wanted   ☐ rejected", 1, "answer")
    for name in ("Note", "Name", "Role", "Day", "Review again by", "Signature"):
        yield StyledLine(f"{name}: {LINE}", 1)
    yield StyledLine("What is signed here is recorded with:", 1, "muted")
    row = sheet.name if sheet.what.startswith("tables/") else sheet.what
    yield StyledLine(f'lumbar review {row} --approve --digest {sheet.digest} --who "…" --role "…"', 1, "muted")
