"""The style and the script of the page, under names that change with what is in them."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

from ...drawing.charts import STYLE as CHARTS
from ...drawing.page import DRAWN, STYLE

FOLDER = Path(__file__).with_name("static")
KINDS = {
    "lumbar.css": "text/css",
    "lumbar.js": "text/javascript",
    "author.css": "text/css",
    "author.js": "text/javascript",
    "trial.js": "text/javascript",
    "batch.css": "text/css",
    "batch.js": "text/javascript",
}

BEGINS = {"lumbar.css": STYLE + DRAWN, "batch.css": CHARTS}


@cache
def content(name: str) -> bytes:
    """What is in one of the files; the style begins as that of every other page."""
    own = (FOLDER / name).read_text(encoding="utf-8")
    return f"{BEGINS.get(name, '')}{own}".encode()


@cache
def address(name: str) -> str:
    """The address of a file, which a browser may keep for ever."""
    stem, _, ending = name.rpartition(".")
    return f"/static/{stem}.{blake2b(content(name), digest_size=6).hexdigest()}.{ending}"


@cache
def by_address() -> dict[str, str]:
    """The file behind each address."""
    return {address(name): name for name in KINDS}
