"""How wide a text will be, and where it wraps: measured with the widths of Arial, Helvetica and Liberation Sans."""

import re
import unicodedata
from collections.abc import Iterator

from ..display import visible

FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
_ELSEWHERE = 1000  # a character that is not in the table: as wide as any of Latin, Greek and Cyrillic
_PLAIN = {
    191: "'",
    222: "ijl’",
    260: "|",
    278: " !,./:;I[\\]ft",
    333: "()-`r“”",
    334: "{}",
    355: '"',
    389: "*",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–é",
    584: "+<=>~×",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
}
_BOLD = {
    238: "'",
    278: " ,./I\\ijl’",
    280: "|",
    333: "!()-:;[]`ft",
    389: "*r{}",
    474: '"',
    500: "z“”",
    556: "#$0123456789J_aceksvxy–é",
    584: "+<=>^~×",
    611: "?FLTZbdghnopqu",
    667: "EPSVXY",
    722: "&ABCDHKNRU",
    778: "GOQw",
    833: "M",
    889: "%m",
    944: "W",
}
_WIDTHS = tuple({letter: width for width, letters in table.items() for letter in letters} for table in (_PLAIN, _BOLD))
_PARTS = re.compile(r"[^_./-]*[_./-]?")  # where a long name is broken
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


def printable(text: str) -> str:
    """The text, what cannot be seen written out, without the characters that no XML may hold."""
    return _NOT_IN_XML.sub("\ufffd", visible(text))


def clean(text: str) -> str:
    """The same on one line."""
    return printable(" ".join(text.split()))


def width(text: str, size: float, bold: bool = False) -> float:
    """How wide the text is in that size of letters."""
    table = _WIDTHS[bold]
    return sum(table.get(letter, _other(letter)) for letter in text) * size / 1000


def _other(letter: str) -> int:
    return 0 if unicodedata.combining(letter) else _ELSEWHERE


def wrap(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """The text as lines that fit the room; a word that is too long for a line is broken."""
    lines: list[str] = []
    for word in clean(text).split(" "):
        for piece in _pieces(word, room, size, bold):
            together = f"{lines[-1]} {piece}" if lines else piece
            if lines and piece == word and width(together, size, bold) <= room:
                lines[-1] = together
            else:
                lines.append(piece)
    return lines


def _pieces(word: str, room: float, size: float, bold: bool) -> Iterator[str]:
    piece = ""
    for part in _PARTS.findall(word) if width(word, size, bold) > room else [word]:
        for letters in [part] if width(part, size, bold) <= room else part:
            if piece and width(piece + letters, size, bold) > room:
                yield piece
                piece = ""
            piece += letters
    yield piece
