"""Lines of words as a page: titles, what is below each, and lists; a browser, a telephone or paper shows the same."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from htpy import Node, div, h2, h3, li, p, ul

from ...drawing.page import page
from ..styled_line import StyledLine

LOOKS = """
.under { margin-left: 1.2em; } .under .under { margin-left: 1.2em; }
h3 { margin: 20px 0 4px; } .under p { margin: 4px 0; } ul { margin: 4px 0; padding-left: 1.4em; }
h2.alarm { color: var(--red); border-top-color: var(--red); padding-left: 0; border-left: 0; }
"""


def text_page(title: str, lines: Iterable[StyledLine]) -> str:
    """The page of some lines."""
    content: list[Node] = []
    for _, group in groupby(lines, key=_Section()):
        head, *rest = group
        if head.style == "title":
            alarm = any(line.style == "alarm" for line in rest)
            content += [h2(".alarm")[head.text] if alarm else h2[head.text], _body(rest)]
        else:
            content.append(_body([head, *rest]))
    return page(title, content, LOOKS)


class _Section:
    """Counts the titles, so that each line is known by its section."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, line: StyledLine) -> int:
        self.number += line.style == "title"
        return self.number


def _body(lines: Sequence[StyledLine]) -> Node:
    """What is below a title: bullets next to each other are a list."""
    parts: list[Node] = []
    for (bullet, indent), group in groupby(lines, key=lambda line: (line.bullet in ("* ", "- "), line.indent)):
        those = list(group)
        made: Node = ul[[li[line.text] for line in those]] if bullet else [_line(line) for line in those]
        parts.append(div(".under")[made] if indent > 1 else made)
    return parts


def _line(line: StyledLine) -> Node:
    text = f"{line.bullet}{line.text}"
    if line.style == "answer":
        return h3[text]
    if line.style == "alarm":
        return p(".alarm")[text]
    return p(".muted")[text] if line.style == "muted" else p[text]
