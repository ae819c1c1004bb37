"""The pages of a trial: its steps as they end, each finding with a patient who opens; and what may follow."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from htpy import (
    Element,
    Node,
    a,
    button,
    details,
    div,
    form,
    h1,
    h2,
    input,
    label,
    li,
    main,
    meta,
    noscript,
    ol,
    p,
    pre,
    section,
    small,
    strong,
    summary,
    ul,
)

from ...author import report_text
from ...author.trial import STEPS
from ...errors import Problem, counted
from ...record import Json
from ...render import StyledLine
from ...rulebook import Rule
from .advice import hidden, line, lines
from .author_form import CardForm, Writing, words_sent
from .page import whole
from .texts import text
from .trials import Trial

if TYPE_CHECKING:
    from ...author.across_files import FilesChange

TITLES = {
    "read": "step read",
    "saved": "step saved",
    "laws": "step laws",
    "every case": "step every case",
    "mutation": "step mutation",
    "population": "step population",
}
MOST = 12  # lines of a step that are shown unfolded
KINDS = {"card": ("trying", len(STEPS)), "retire": ("retiring", 4), "check": ("checking", 2), "rows": ("trying", 4)}
"""The title of each kind of trial, and how many steps it has where nothing is in the way."""


def trial_page(trial: Trial, may_save: bool, alive: bool) -> str:
    """The page of a trial: what has come of it, and the rest as it comes; without script it is loaded again."""
    request, steps = trial.request, trial.steps()
    ended = any("done" in step for step in steps)
    done = ended or not alive
    card, name = request["kind"] == "card", request["name"]
    title = text(KINDS[request["kind"]][0], rule=name)
    count = KINDS[request["kind"]][1]
    content = main(".single.trial", data_trial=None if done else f"/trials/{trial.name}/events")[
        h1[title],
        div("#status", role="status")["" if done else text("being tried", count=count)],
        ol("#steps")[[step_shown(step) for step in steps if "done" not in step]],
        not ended and done and p(".alarm")[text("trial lost")],
        div("#end")[_end(trial, may_save) if done else None],
        section[h2[text("card")], pre(tabindex="0")[request["text"]]] if card else None,
    ]
    again = noscript[meta(http_equiv="refresh", content="1")]
    return whole(title, "write", content, scripts="trial.js", head_more=None if done else again)


def step_shown(step: Json) -> Node:
    """One step that has ended."""
    if "done" in step:
        return ""
    state = text("in the way short") if step["blocks"] else text("step fine")
    rivals = "&".join(f"below={name}" for name in step["rivals"])
    return li(class_="step blocks" if step["blocks"] else "step fine")[
        strong[text(TITLES[step["name"]])],
        " ",
        small[state],
        _lines([StyledLine(*one) for one in step["lines"]]),
        div(".whys")[[_patient(one) for one in step["patients"]]] if step["patients"] else None,
        rivals and p[a(".button", href=f"form?{rivals}")[text("let give way", rules=", ".join(step["rivals"]))]],
    ]


def _lines(found: Sequence[StyledLine]) -> Node:
    """The lines of a step, those that would fill the page folded."""
    shown = [line(replace(one, bullet="• " if one.bullet.strip() in ("-", "*") else one.bullet)) for one in found]
    if len(shown) <= MOST + 1:
        return shown
    return [shown[:MOST], details[summary[text("more lines", count=len(shown) - MOST)], shown[MOST:]]]


def _patient(shown: Mapping[str, Json]) -> Element:
    """A patient who shows a finding, to be opened where cases are decided: nothing of it is in an address."""
    facts = [input(type="hidden", name=name, value=str(value)) for name, value in shown["facts"].items()]
    words = text("open patient", says=str(shown["says"])[:120])
    return form(method="post", action="/decide", target="_blank")[facts, button(type="submit")[words]]


def _end(trial: Trial, may_save: bool) -> Node:
    """What can be done now."""
    request, texts = trial.request, trial.texts
    card = request["kind"] == "card"
    there = {"card": f"/trials/{trial.name}/form", "rows": f"/rules/row/{request['changed']}"}.get(request["kind"])
    back = a(".button", href=there)[text("back to form")] if there else None
    download = a(".button", href=f"/trials/{trial.name}/card", download=True)[text("download card")] if card else None
    if request["kind"] == "check":
        bad = any(step.get("blocks") for step in trial.steps())
        return p(".answer")[text("check found") if bad else text("check fine")]
    if not texts:
        return [p(".alarm")[text("in the way")], div(".whys")[back]]
    others = [name for name in texts if name != next(iter(texts))]
    save = form(method="post", action=f"/trials/{trial.name}/save")[button(".main", type="submit")[text("save")]]
    files = text("will write", files=counted(len(texts), "file")), _files([li[name] for name in texts])
    return [
        p[files[0]] if may_save else p[text("cannot save")],
        files[1] if may_save and others else None,
        div(".whys")[save if may_save else None, download, back],
    ]


# --- what may follow -------------------------------------------------------------------------------------------------


def saved_page(texts: Sequence[tuple[str, str | None]], rule: str, there: bool) -> str:
    """That files were written."""
    shown = [_file(name, there) for name, there in texts]
    content = main(".single")[
        h1[text("saved")],
        _files(shown),
        div(".whys")[
            a(".button", href=f"/rules/{rule}")[text("show rule")] if there else None,
            a(".button", href="/")[text("new patient")],
            a(".button", href="/rules/new")[text("new rule")],
        ],
    ]
    return whole(text("saved"), "write", content)


def _files(entries: Sequence[Node]) -> Node:
    """Files in a list, those that would fill the page folded."""
    if len(entries) <= MOST + 1:
        return ul[entries]
    return [ul[entries[:MOST]], details[summary[text("more files", count=len(entries) - MOST)], ul[entries[MOST:]]]]


def _file(name: str, there: str | None) -> Element:
    return li[name, None if there is not None else [" ", small[text("removed")]]]


def stale_page(trial: Trial) -> str:
    """That the rules have changed since something was tried."""
    content = main(".single")[
        h1[text("stale")],
        p[text("stale help")],
        div(".whys")[a(".button", href=f"/trials/{trial.name}/form")[text("back to form")]],
    ]
    return whole(text("stale"), "write", content)


def problems_page(found: Sequence[Problem]) -> str:
    """What is to be fixed before anything can be done."""
    content = main(".single")[h1[text("refused")], lines([*report_text.problems(found)])]
    return whole(text("refused"), "write", content)


def conflict_page(writing: Writing, theirs: CardForm, mine: CardForm) -> str:
    """Both versions of a rule that another has changed meanwhile, with what differs, and ways on."""
    there, here = theirs.own("base"), writing.text
    name = theirs.own("changed")
    content = main(".single.wide")[
        h1[text("conflict", rule=name)],
        p[text("conflict help")],
        div(".two")[
            section[h2[text("theirs")], _marked(there, here)],
            section[h2[text("mine")], _marked(here, there)],
        ],
        div(".whys")[
            a(".button", href=f"/rules/edit/{name}")[text("take theirs")],
            form(method="post", action="/rules/write")[
                [hidden(key, mine.own(key)) for key in ("changed", "opened", "stage", "patient", "wanted")],
                [input(type="hidden", name=key, value=value) for key, value in words_sent(mine.words)],
                hidden("by", "text"),
                hidden("card", here),
                button(type="submit", name="do", value="text")[text("continue mine")],
            ],
        ],
    ]
    return whole(text("conflict", rule=name), "write", content)


def _marked(shown: str, other: str) -> Element:
    """A text line by line, with those marked that the other does not have."""
    there = difflib.SequenceMatcher(None, other.splitlines(), shown.splitlines(), autojunk=False)
    rows: list[Node] = []
    for kind, _, _, start, end in there.get_opcodes():
        for row in shown.splitlines()[start:end]:
            rows += [row, "\n"] if kind == "equal" else [strong(".differs")[f"▸ {row}"], "\n"]
    return pre(tabindex="0")[rows]


def retire_page(rule: Rule, wrong: str) -> str:
    """Asks why a rule is to go."""
    content = main(".single")[
        h1[text("retire", rule=rule.id)],
        p[rule.says],
        form(method="post", action=f"/rules/retire/{rule.id}")[
            div(".field")[label(for_="because")[text("why retire")], input("#because", name="because", required=True)],
            wrong and p(".alarm")[wrong],
            button(type="submit")[text("try without")],
        ],
    ]
    return whole(text("retire", rule=rule.id), "write", content)


def rename_page(
    rule: Rule, wrong: str = "", change: "tuple[str, FilesChange] | None" = None, may_save: bool = False
) -> str:
    """Asks for another name; shows what it would change, and asks whether that is wanted."""
    new = change[0] if change else ""
    content = main(".single")[
        h1[text("rename rule", rule=rule.id)],
        p[rule.says],
        form(method="post", action=f"/rules/rename/{rule.id}")[
            div(".field")[label(for_="new")[text("new name")], input("#new", name="new", value=new, required=True)],
            wrong and p(".alarm")[wrong],
            [*_renaming(change[1], may_save)] if change else None,
            button(type="submit")[text("show")],
        ],
    ]
    return whole(text("rename rule", rule=rule.id), "write", content)


def _renaming(change: "FilesChange", may_save: bool) -> Iterator[Node]:
    yield p[f"{change.says}: {counted(change.places, 'place')} in {counted(len(change.files), 'file')}."]
    yield _files([_file(name, there) for name, there in change.files.items()])
    if may_save:
        yield button(".main", type="submit", name="sure", value="yes")[text("write it")]
    else:
        yield p(".muted")[text("cannot save")]
