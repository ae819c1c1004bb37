"""A page of HTML that needs neither script nor network: its skeleton and its style, in light, in dark and in print."""

from htpy import Node, body, details, div, figcaption, figure, h1, head, html, main, meta, style, summary
from htpy import title as title_tag
from markupsafe import Markup

from .boxes import DARK, GREY, INK, LIGHT, LINE, PAPER, RED, SOFT
from .text_width import clean, printable

# Each colour in the light, and in the dark: those of the pictures too.
COLOURS = {
    "ink": (INK, "#e8e8e8"),
    "soft": (SOFT, "#b8b8b8"),
    "paper": (PAPER, "#15181b"),
    "line": (LINE, "#6a6f74"),
    "dark": (DARK, "#14639a"),
    "light": (LIGHT, "#1d3b4e"),
    "grey": (GREY, "#2b2f33"),
    "red": (RED, "#ff9a82"),
}
LIGHT_MODE = "".join(f"--{name}: {light};" for name, (light, _) in COLOURS.items())
DARK_MODE = "".join(f"--{name}: {dark};" for name, (_, dark) in COLOURS.items())
PICTURES = "".join(
    f'svg[fill="{light}"], svg [fill="{light}"] {{ fill: var(--{name}); }} '
    f'svg [stroke="{light}"] {{ stroke: var(--{name}); }}\n'
    for name, (light, _) in COLOURS.items()
)
STYLE = f"""
:root {{ color-scheme: light dark; {LIGHT_MODE} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {DARK_MODE} }} }}
{PICTURES}
"""
STYLE += """
:root { color: var(--ink); background: var(--paper); font: 16px/1.5 Arial, Helvetica, "Liberation Sans", sans-serif; }
body { margin: 0; }
main { max-width: 1240px; margin: 0 auto; padding: 12px 16px 48px; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 12px 0; }
h2 { font-size: 1.35rem; margin: 40px 0 8px; padding-top: 12px; border-top: 2px solid var(--ink); }
h3 { font-size: 1.1rem; margin: 24px 0 8px; }
p { max-width: 75ch; margin: 8px 0; }
aside { max-width: 75ch; border: 2px solid var(--ink); border-left-width: 10px; padding: 4px 14px; margin: 12px 0; }
.alarm { border-left: 10px solid var(--red); padding-left: 12px; font-weight: bold; }
.muted { color: var(--soft); font-size: .875rem; }
figure { margin: 0; }
details { margin: 8px 0; } summary { cursor: pointer; padding: 6px 0; font-weight: bold; }
summary { list-style-position: outside; margin-left: 1.1em; }
details ul { margin: 0; padding-left: 20px; font-size: .9rem; } details li { margin: 4px 0; max-width: 100ch; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h1, h2, h3, summary { break-after: avoid; }
  main { max-width: none; padding: 0; } details::details-content { content-visibility: visible; }
}
"""
# A drawn picture needs the width of a collector; a telephone has the same in words, box in box.
DRAWN = """
figure.drawn svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
a { color: light-dark(#0b4f7d, #8cc8f0); } .drawn a { color: inherit; } .drawn a:hover rect { stroke-width: 3px; }
ul.tree { list-style: none; margin: 0; padding: 0; }
.tree .tree { margin: 2px 0 4px; padding-left: 10px; border-left: 2px solid var(--line); }
.tree > li { margin: 4px 0; }
.head { box-sizing: border-box; max-width: 75ch; border: 1.5px solid var(--ink); padding: 3px 10px; font-weight: bold; }
.light { background: var(--light); }
.dark { background: var(--dark); color: #fff; border-width: 2.5px; }
.round { background: var(--grey); border-width: 1px; border-radius: 14px; font-weight: normal; }
.dashed { border-style: dashed; } .double { border: 4px double var(--ink); }
.head.alarm { color: var(--red); border: 2.5px solid var(--red); border-left-width: 10px; }
.head.elsewhere { border: 0; font-weight: normal; font-style: italic; padding: 0; }
.head small { display: block; font-weight: normal; font-size: .875rem; }
.tree summary, .columns summary { font-weight: normal; padding: 3px 0; } .tree details { margin: 0; }
summary .head { display: inline-block; width: 100%; vertical-align: top; }
summary small { display: block; color: var(--soft); font-size: .8125rem; } summary .head small { color: inherit; }
.sign { display: inline-block; min-width: 1.3em; font-weight: bold; }
pre { white-space: pre-wrap; margin: 8px 0; }
.rules { list-style: none; padding-left: 0; } .rules li, .tree li { max-width: 90ch; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); gap: 22px; }
.columns li { border-bottom: 1px solid var(--line); break-inside: avoid; }
.columns ul { list-style: none; margin: 0; padding: 0; }
@media (max-width: 759px) { figure.drawn { display: none; } .tree .tree { padding-left: 6px; } }
@media print {
  figure.drawn { display: block; break-inside: avoid; } figure.drawn svg { max-height: 96vh; }
  details:not([open])::details-content { content-visibility: hidden; }
}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def page(title: str, content: Node, looks: str = "") -> str:
    """The page as text: its content below the title, everything in it visible; `looks` is added to its style."""
    tree = html(lang="en")[
        head[
            meta(charset="utf-8"),
            meta(name="viewport", content="width=device-width, initial-scale=1"),
            meta({"http-equiv": "Content-Security-Policy"}, content=POLICY),
            title_tag[clean(title)],
            style[Markup(STYLE + looks)],
        ],
        body[main[h1[title], content]],
    ]
    return printable(f"{tree}\n")


def drawing(svg: Node, caption: str = "") -> Node:
    """A drawn picture in a page; a telephone does not show it."""
    return figure(".drawn")[svg, caption and figcaption(".muted")[caption]]


def unfolded(line: Node, content: Node, place: str = "") -> Node:
    """Content under a line that opens; `place` is where a link leads to."""
    return details[summary[line], div(id=place or None)[content]]
