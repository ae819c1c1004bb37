"""The part of the page that compares with an earlier run: whose answers changed, from what to what, through what."""

from collections.abc import Iterator, Mapping, Sequence

from htpy import Node, b, div, h2, h3, li, p, ul

from ...columns.against import AFTER, BEFORE, THROUGH
from ...drawing.charts import Bar, bar_chart, share
from ...drawing.flow import flow_chart
from ...drawing.page import unfolded
from ...errors import counted, listed
from ...record import Json
from ...rulebook import Rulebook

MOST = 50  # kinds of change named one by one
TOP = 12  # changes that are drawn


def against_part(found: Json, rulebook: Rulebook) -> Node:
    """What differs from an earlier batch over the same ids; `found` as the summary of the batch has it."""
    both = found["cases in both"]
    says = (
        f"{share(found['changed'], both)} of {counted(both, 'case')} in both runs have "
        f"another answer than in {found['folder']}. {found['only before']:,} cases are only there, "
        f"{found['only now']:,} only here."
    )
    by_conclusion: dict[str, list[Json]] = {}
    for kind in found["kinds"]:
        by_conclusion.setdefault(kind["conclusion"], []).append(kind)
    parts = [_changed(name, kinds, both, rulebook) for name, kinds in by_conclusion.items()]
    return [h2["Against an earlier run"], p[says], parts]


def _changed(name: str, kinds: Sequence[Json], whole: int, rulebook: Rulebook) -> Node:
    """From what to what the answers to a conclusion changed, as a chart, and through which rules."""
    counts: dict[tuple[str, str], int] = {}
    for kind in kinds:
        change = kind[BEFORE], kind[AFTER]
        counts[change] = counts.get(change, 0) + kind["count"]
    most = dict(sorted(counts.items(), key=lambda one: -one[1])[:TOP])
    bars = [
        Bar(f"{before} → {after}", (("full", count, counted(count, "case")),), share(count, whole))
        for (before, after), count in most.items()
    ]
    flow = flow_chart(name, most, _order(name, most, rulebook)) if name in rulebook.terms else None
    rest = counted(len(counts) - len(most), "other change") if len(counts) > len(most) else ""
    return [
        h3[name],
        flow,
        div(class_=["figures", {"narrow": flow is not None}])[bar_chart("from what to what", bars)],
        p(".muted")[f"And {rest}."] if rest else None,
        unfolded(f"{name}: through which rules: {counted(len(kinds), 'kind')} of change", ul[[*_lines(kinds)]]),
    ]


def _order(name: str, changes: Mapping[tuple[str, str], int], rulebook: Rulebook) -> list[str]:
    """The answers in the order of their values, the highest step first; an open one where it begins."""
    term = rulebook.terms[name]
    values = [*(reversed(term.domain.values) if term.takes_highest else term.domain.values)]
    answers = dict.fromkeys(answer for change in changes for answer in change)
    places = {value: place for place, value in enumerate(values)}
    return sorted(answers, key=lambda one: (places.get(one.split(" to ")[0], len(values)), " to " in one))


def _lines(kinds: Sequence[Json]) -> Iterator[Node]:
    for kind in kinds[:MOST]:
        through = kind[THROUGH] or "no rule for it fires otherwise"
        cases = listed([*kind["cases"]])
        yield li[b[f"{kind[BEFORE]} → {kind[AFTER]}"], f", {counted(kind['count'], 'case')}: {through} ({cases})"]
    if len(kinds) > MOST:
        yield li[f"and {len(kinds) - MOST:,} more"]
