"""What all pictures and pages of rules share: the signs for states, what stands behind a rule, and the notice."""

from collections.abc import Mapping

from htpy import Node, aside, p, span

from ...drawing.boxes import Sign
from ...reviewed import reviewed, withdrawn_of
from ...rulebook import Rule, Rulebook
from ..layers import of_layer
from ..styled_line import cite

DRAWN: Mapping[str, Sign] = {
    "met": "tick",
    "not met": "cross",
    "unknown": "question",
    "disputed": "torn",
    "for": "plus",
    "against": "minus",
}
"""The sign drawn for a state."""
WRITTEN: Mapping[str, tuple[str, str]] = {
    "met": ("✓", "met"),
    "not met": ("✗", "not met"),
    "unknown": ("?", "not known"),
    "disputed": ("!", "disputed"),
    "for": ("+", "for it"),
    "against": ("−", "against it"),
    "fires": ("■", "fires"),
    "waits": ("?", "waits"),
    "ruled out": ("□", "ruled out"),
    "": ("□", "rule"),
}
"""The sign written for a state, and how it is read out."""


def written(state: str) -> Node:
    """The sign of a state in a page, which is read out in words."""
    sign, says = WRITTEN[state]
    return span(".sign", role="img", aria_label=says)[sign]


def card(rule: Rule, rulebook: Rulebook | None = None) -> Node:
    """What stands behind a rule; with the rulebook, its sources in full."""
    if rulebook is None:
        sources = ["; ".join(map(str, rule.sources))]
    else:
        sources = [cite(rulebook, citation) for citation in rule.sources]
    lines = [f"because: {rule.because}", *(f"source: {source}" for source in sources)]
    state = f", {reviewed(rulebook, rule).state}" if rulebook else ""
    return [p(".muted")[line] for line in (*lines, f"rule {rule.id}{of_layer(rule)}{state}; {rule.place}")]


def notice(rulebook: Rulebook, reviews: str) -> Node:
    """What the knowledge base says of itself, how many of the rules are reviewed, and its digest."""
    says = f"{notice_of(rulebook)} {reviews}".strip()
    return aside[p(".alarm")[says] if withdrawn_of(rulebook) else p[says], p[f"Rulebook {rulebook.digest}."]]


def notice_of(rulebook: Rulebook) -> str:
    """What the knowledge base says of itself, where need be that it is withdrawn; empty where it says nothing."""
    says = rulebook.recommendation.notice if rulebook.recommendation else ""
    gone = withdrawn_of(rulebook)
    return f"{gone} {says}".strip() if gone else says
