"""A page of HTML that needs neither script nor network: its skeleton, its style, and the words that all pages share."""

from collections.abc import Iterable
from html import escape

from ...rulebook import Rulebook
from ..recommendation import drafts
from .text_width import clean

STYLE = """
:root { color: #1a1a1a; background: #fff; font: 16px/1.5 Arial, Helvetica, "Liberation Sans", sans-serif; }
body { margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 12px 16px 48px; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 12px 0; }
h2 { font-size: 1.35rem; margin: 40px 0 8px; padding-top: 12px; border-top: 2px solid #1a1a1a; }
h3 { font-size: 1.1rem; margin: 24px 0 8px; }
p { max-width: 75ch; margin: 8px 0; }
aside { border: 2px solid #1a1a1a; border-left-width: 10px; padding: 4px 14px; margin: 12px 0; }
.alarm { border-left: 10px solid #9c1c00; padding-left: 12px; font-weight: bold; }
.muted { color: #4a4a4a; font-size: .875rem; }
figure { margin: 0; }
details { margin: 8px 0; } summary { cursor: pointer; padding: 6px 0; font-weight: bold; }
details ul { margin: 0; padding-left: 20px; font-size: .9rem; } details li { margin: 4px 0; max-width: 100ch; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h1, h2, h3, summary { break-after: avoid; }
  main { max-width: none; padding: 0; } details::details-content { content-visibility: visible; }
}
"""
# A drawn picture needs the width of a desk; a telephone has the same in words, box in box.
DRAWN = """
figure.drawn svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
a { color: #0b4f7d; } .drawn a { color: inherit; } .drawn a:hover rect { stroke-width: 3px; }
ul.tree { list-style: none; margin: 0; padding: 0; }
.tree .tree { margin: 2px 0 4px; padding-left: 10px; border-left: 2px solid #a8a8a8; }
.tree > li { margin: 4px 0; }
.head { box-sizing: border-box; max-width: 75ch; border: 1.5px solid #1a1a1a; padding: 3px 10px; }
.head { font-weight: bold; background: #b9dcf2; }
.head.asked { background: #0b4f7d; color: #fff; border-width: 2.5px; }
.head.default { background: #efefef; border-width: 1px; border-radius: 14px; font-weight: normal; }
.head.open { background: #fff; border-style: dashed; } .head.disputed { background: #fff; border: 4px double #1a1a1a; }
.head.alarm { background: #fff; color: #9c1c00; border: 2.5px solid #9c1c00; border-left-width: 10px; }
.head.told { background: #fff; border: 0; font-weight: normal; font-style: italic; padding: 0; }
.head small { display: block; font-weight: normal; font-size: .875rem; }
.tree summary { font-weight: normal; padding: 3px 0; } .tree details { margin: 0; }
summary .head { display: inline-block; width: calc(100% - 1.5em); vertical-align: top; }
.sign { display: inline-block; min-width: 1.3em; font-weight: bold; }
pre { white-space: pre-wrap; margin: 8px 0; }
.rules { list-style: none; padding-left: 0; } .rules li, .tree li { max-width: 90ch; }
@media (max-width: 759px) { figure.drawn { display: none; } .tree .tree { padding-left: 6px; } }
@media print {
  figure.drawn { display: block; break-inside: avoid; } figure.drawn svg { max-height: 96vh; }
  details:not([open])::details-content { content-visibility: hidden; }
}
"""


def page(title: str, body: str, style: str = "") -> str:
    """The page as HTML, its body below the title."""
    title = clean(title)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""


def escaped(text: str) -> str:
    """The text as a page has it: on one line, and nothing in it is a tag or cannot be seen."""
    return escape(clean(text))


def paragraph(text: str, style: str = "") -> str:
    """A paragraph; nothing where there is no text."""
    text = clean(text)
    return f"<p{f' class={style}' if style else ''}>{escape(text)}</p>" if text else ""


def notice(rulebook: Rulebook) -> str:
    """What the knowledge base says of itself, how many of its rules are drafts, and its digest."""
    told = rulebook.recommendation.notice if rulebook.recommendation else ""
    return f"<aside>{paragraph(f'{told} {drafts(rulebook)}')}{paragraph(f'Rulebook {rulebook.digest}.')}</aside>"


def figure(svg: str, caption: str = "") -> str:
    """A drawn picture in a page."""
    below = f"<figcaption class=muted>{escaped(caption)}</figcaption>" if caption else ""
    return f"<figure class=drawn>{svg}{below}</figure>"


def details(summary: str, lines: Iterable[str], name: str = "") -> str:
    """Lines of HTML under a summary that opens; `name` is where a link leads to."""
    place = f' id="{name}"' if name else ""
    return f"<details><summary>{summary}</summary><div{place}>{''.join(lines)}</div></details>"
