"""Whole pages: the skeleton, and the page on which a case is decided."""

import json
from typing import Literal

from htpy import (
    Node,
    a,
    body,
    button,
    div,
    fieldset,
    footer,
    form,
    h1,
    head,
    header,
    html,
    input,
    label,
    legend,
    link,
    main,
    meta,
    nav,
    p,
    script,
    span,
)
from htpy import title as title_tag
from markupsafe import Markup

from ... import render
from ...case import Case
from ...drawing.text_width import printable
from ...reviewed import withdrawn_of
from .advice import hidden, lines, next_question, strip
from .form import slug
from .panels import panel
from .questions import count, none, questions
from .served import Base
from .state import PageState, groups_of
from .static import address
from .texts import text

PLACES = (("decide", "/"), ("rules", "/rules"), ("write", "/rules/new"), ("reviews", "/reviews"), ("batch", "/batch"))
Where = Literal["decide", "rules", "write", "reviews", "batch"]
OWN_STYLE = {"write": "author.css", "reviews": "author.css", "batch": "batch.css"}


def whole(title: str, where: Where, content: Node, scripts: bool | str = False, head_more: Node = None) -> str:
    """A page with the navigation; its style and script are files of their own."""
    tree = html(lang="en")[
        head[
            meta(charset="utf-8"),
            meta(name="viewport", content="width=device-width, initial-scale=1"),
            title_tag[f"{title} – lumbar"],
            link(rel="stylesheet", href=address("lumbar.css")),
            link(rel="stylesheet", href=address(OWN_STYLE[where])) if where in OWN_STYLE else None,
            link(rel="icon", href="data:,"),
            script(src=address("lumbar.js" if scripts is True else scripts), defer=True) if scripts else None,
            head_more,
        ],
        body[
            a(".skip", href="#panel")[text("skip to advice")] if scripts is True else None,
            header[
                a(".brand", href="/")["lumbar"],
                nav(aria_label="lumbar")[
                    [a(href=href, aria_current="page" if key == where else None)[text(key)] for key, href in PLACES]
                ],
            ],
            content,
        ],
    ]
    return printable(f"{tree}\n")


def decide_page(state: PageState, says: Node = "") -> str:
    """The page of a case: its questions, and beside them what follows."""
    rulebook = state.base.rulebook
    gone = withdrawn_of(rulebook)
    content = [
        p(".band", role="alert")[str(gone)] if gone else None,
        says and p(".band", role="alert")[says],
        form("#open", method="post", action="/case", enctype="multipart/form-data"),
        form(
            "#case",
            method="post",
            action="/decide",
            autocomplete="off",
            data_rulebook=rulebook.digest,
            data_failed=text("no answer"),
            data_pending=text("pending"),
        )[
            hidden("rulebook", rulebook.digest),
            hidden("case", state.form.own("case")),
            main[
                h1(".sr")[text("decide")],
                _files(),
                div(".left")[next_question(state), questions(state)],
                div(".right")[strip(state), div("#status", role="status"), panel(state)],
            ],
        ],
        footer[p(".muted")[text("rulebook", digest=rulebook.digest)]],
        a(".jump", href="#panel")[text("recommendation")],
        div("#alert", role="alert", class_="sr"),
    ]
    return whole(text("decide"), "decide", content, scripts=True)


def _files() -> Node:
    """Cases in and out; a new one is a link, which the browser asks nothing about."""
    out = [
        button(type="submit", formaction=to, data_whole=True)[text(key)]
        for key, to in (("save as yaml", "/case.yaml"), ("save as json", "/case.json"), ("leaflet", "/leaflet"))
    ]
    return fieldset(".files")[
        legend[text("case file")],
        a(".button", href="/")[text("new patient")],
        label[
            span(".sr")[text("open case")],
            input(type="file", name=".file", accept=".yaml,.yml,.json,.ndjson", form="open"),
        ],
        button(type="submit", form="open")[text("open")],
        button(type="submit", form="open", name=".follow-up", value="yes")[text("begin a follow-up")],
        out,
    ]


def rejected_page(base: Base, case: Case, says: Node = "") -> str:
    """The page of a case file with problems: they are corrected there, and how far its alarms may reach."""
    found = lines([*render.rejection(base.alarms, case)])
    again = p[a(href="/")[text("new patient")]]
    content = main(".single")[h1[text("refused")], says and p(".band")[says], found, again]
    return whole(text("refused"), "decide", content)


def message_page(says: str) -> str:
    """A page that says why there is nothing to show."""
    return whole(text("refused"), "rules", main(".single")[h1[text("refused")], p[says]])


def parts(state: PageState, turn: str) -> str:
    """What a changed answer changes: the strip, the panel, and the state of each question."""
    groups = groups_of(state.base.rulebook)
    known = {
        "turn": turn,
        "rulebook": state.base.rulebook.digest,
        "states": {slug(name): found for name, found in state.states.items()},
        "counts": {f"c-{group.key}": count(state, group) for group in groups}
        | {f"n-{group.key}": none(state, group) for group in groups if group.none},
        "alarm": [line.text for line in state.alarm_lines],
    }
    data = Markup(json.dumps(known, ensure_ascii=False).replace("<", "\\u003c"))
    tree = div[strip(state), panel(state), script("#told", type="application/json")[data]]
    return printable(str(tree))


def attachment(name: str) -> dict[str, str]:
    """The head of an answer that is a file of this name."""
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " ._-") else "_" for sign in name)
    return {"Content-Disposition": f'attachment; filename="{safe}"'}
