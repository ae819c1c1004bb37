"""The pages of those who review: what waits, and one thing whole, with the form to sign it."""

from collections.abc import Iterable, Mapping, Sequence

from htpy import Element, Node, a, button, div, fieldset, form, h1, h2, input, label, legend, li, main, ol, p, small

from ...author.review_list import Waiting, WorkList
from ...author.review_sheet import ReviewSheet
from ...author.review_text import counts_in_words, why_it_waits
from ...errors import Problem
from ...render import StyledLine
from ...review import VERDICTS
from .advice import lines
from .page import whole
from .texts import text

MOST = 40
"""So much of what waits is listed at first."""
FIELDS = ("who", "role", "note", "review again by")
WORDS = {"approved": "approve", "changes wanted": "want changes", "rejected": "reject"}


def list_page(found: WorkList, every: bool) -> str:
    """What waits for a review, the most important first."""
    shown = found.waiting if every else found.waiting[:MOST]
    more = None
    if len(shown) < len(found.waiting):
        more = div(".whys")[a(".button", href="/reviews?all=yes")[text("all that waits", count=len(found.waiting))]]
    content = main(".single")[
        h1[text("reviews")],
        p[counts_in_words(found)],
        p(".muted")[text("most important first")],
        ol(".reviews")[[_waiting(one) for one in shown]],
        more,
    ]
    return whole(text("reviews"), "reviews", content)


def _waiting(one: Waiting) -> Element:
    name = a(href=f"/reviews/{one.what}")[one.what.partition("/")[2]]
    return li(class_="alarm" if one.alarm else None)[name, f" {one.says} ", small[why_it_waits(one)]]


def sheet_page(
    sheet: ReviewSheet,
    read: Iterable[StyledLine],
    may_save: bool,
    typed: Mapping[str, str],
    problems: Sequence[Problem] = (),
    says: str = "",
) -> str:
    """One thing whole, and below it the form to sign it; what was typed stays, with what is wrong with it."""
    content = main(".single.review")[
        h1[text("review", what=sheet.name)],
        says and p(".band", role="status")[says],
        div(".whys")[a(".button", href="/reviews")[text("reviews")]],
        div(".look-up")[lines([*read][1:])],
        _sign(sheet, typed, problems) if may_save else p(".muted")[text("cannot record")],
    ]
    return whole(text("review", what=sheet.name), "reviews", content)


def _sign(sheet: ReviewSheet, typed: Mapping[str, str], problems: Sequence[Problem]) -> Node:
    wrong = {problem.place.file: problem.words for problem in problems}
    others = [words for name, words in wrong.items() if name not in (*FIELDS, "verdict")]
    return form("#sign.field-list", method="post", action=f"/reviews/{address_of(sheet)}#sign")[
        h2[text("sign it")],
        [p(".alarm", role="alert")[words] for words in others],
        input(type="hidden", name="digest", value=sheet.digest),
        fieldset(".verdicts")[
            legend(".sr")[text("sign it")],
            [_verdict(verdict, typed) for verdict in VERDICTS],
            _wrong("verdict", wrong),
        ],
        [_field(name, typed, wrong) for name in FIELDS],
        div(".whys")[button(".main", type="submit")[text("record review")]],
    ]


def address_of(sheet: ReviewSheet) -> str:
    """The address of a sheet below /reviews/: that of a row has the name of its table before it."""
    kind = sheet.what.partition("/")[0]
    return f"{kind}/{sheet.name}"


def _verdict(verdict: str, typed: Mapping[str, str]) -> Element:
    chosen = typed.get("verdict") == verdict
    return label[input(type="radio", name="verdict", value=verdict, checked=chosen), f" {text(WORDS[verdict])}"]


def _labels() -> dict[str, tuple[str, str]]:
    """What each field is called, and what to write there."""
    return {
        "who": (text("review who"), text("help review who")),
        "role": (text("review role"), text("help review role")),
        "note": (text("review note"), text("help review note")),
        "review again by": (text("review again by"), text("help review again by")),
    }


def _field(name: str, typed: Mapping[str, str], wrong: Mapping[str, str]) -> Element:
    place = f"review-{name.replace(' ', '-')}"
    called, how = _labels()[name]
    return div(".field")[
        label(for_=place)[called],
        input(
            id=place,
            name=name,
            value=typed.get(name, ""),
            autocomplete="off",
            aria_describedby=f"{place}-help",
            aria_invalid="true" if name in wrong else None,
        ),
        small(id=f"{place}-help")[how],
        _wrong(name, wrong),
    ]


def _wrong(name: str, wrong: Mapping[str, str]) -> Node:
    return p(".alarm", role="alert")[wrong[name]] if name in wrong else None
