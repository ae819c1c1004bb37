"""The words of the page, from one file: a translation of it needs no code."""

from functools import cache
from pathlib import Path

from ...document import Fields, Text, read

FILE = Path(__file__).with_name("texts.yaml")


@cache
def _texts() -> dict[str, str]:
    node, problems = read(FILE.read_text(encoding="utf-8"), FILE.name)
    if problems or not isinstance(node, Fields):
        raise AssertionError(problems)
    return {key.value: value.value for key, value in node.entries if isinstance(value, Text)}


def text(key: str, **parts: object) -> str:
    """The words for a key, with its parts filled in."""
    return _texts()[key].format(**parts)
