"""The rulebook to look through: by stage, conclusion and source, how often each rule decides, and what has changed."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from htpy import Element, Node, a, button, div, form, h1, input, label, li, main, option, p, select, small, strong, ul

from ...author.baseline import SavedCases
from ...author.parse_input import stages
from ...errors import counted
from ...render.layers import of_layer
from ...rulebook import Rule, Rulebook
from .page import whole
from .texts import text

MOST = 300  # rules that are shown


@dataclass(frozen=True)
class Wanted:
    """Which rules are looked for; an empty field asks for any."""

    stage: str = ""
    conclusion: str = ""
    source: str = ""
    changed: str = ""


def browse_page(saved: SavedCases, wanted: Wanted, earlier: Rulebook | None) -> str:
    """The rules that are wanted, those that decide most often first."""
    rulebook = saved.rulebook
    decides = Counter(rule for one in saved.decisions.values() for rule in one.fired)
    changed = changed_rules(rulebook, earlier) if earlier else frozenset()
    found = [rule for rule in rulebook.rules.values() if _is_wanted(rule, wanted, changed)]
    found.sort(key=lambda rule: -decides[rule.id])
    counts = text("browse count", count=len(found), all=len(rulebook.rules))
    content = main(".single")[
        h1[text("rulebook pages")],
        _filter(rulebook, wanted, earlier is not None),
        p(".muted")[counts, " ", a(href="/map")[text("map")]],
        ul(".found.rules")[[_rule(rule, decides, saved, rule.id in changed) for rule in found[:MOST]]],
        form(method="post", action="/rules/check")[button(type="submit")[text("check all")]],
    ]
    return whole(text("rulebook pages"), "rules", content)


def changed_rules(rulebook: Rulebook, earlier: Rulebook) -> frozenset[str]:
    """The rules that are new since an earlier state, or say something else than they did."""
    before = earlier.rules
    return frozenset(
        rule.id for rule in rulebook.rules.values() if rule.id not in before or before[rule.id].digest != rule.digest
    )


def _is_wanted(rule: Rule, wanted: Wanted, changed: frozenset[str]) -> bool:
    return (
        wanted.stage in ("", rule.stage)
        and (not wanted.conclusion or any(name == wanted.conclusion for name, _ in rule.then))
        and (not wanted.source or any(one.source == wanted.source for one in rule.sources))
        and (not wanted.changed or rule.id in changed)
    )


def _filter(rulebook: Rulebook, wanted: Wanted, released: bool) -> Element:
    tables = dict.fromkeys(rule.stage for rule in rulebook.rules.values() if rule.row)
    cited = dict.fromkeys(one.source for rule in rulebook.rules.values() for one in rule.sources)
    box = label(".switch")[
        input(type="checkbox", name="changed", value="yes", checked=bool(wanted.changed)), " ", text("changed since")
    ]
    return form(".search", method="get", action="/rules/all")[
        _select("stage", text("stage"), [*filter(None, stages(rulebook)), *tables], wanted.stage),
        _select("conclusion", text("conclusion"), [one.name for one in rulebook.conclusions], wanted.conclusion),
        _select("source", text("source"), sorted(cited), wanted.source),
        box if released else None,
        button(type="submit")[text("filter")],
        None if released else small[text("no release")],
    ]


def _select(name: str, words: str, values: list[str], chosen: str) -> Node:
    shown = [option(value=one, selected=one == chosen)[one] for one in values]
    return label(".over")[small[words], select(name=name)[option(value="")[text("any")], shown]]


def _rule(rule: Rule, decides: Mapping[str, int], saved: SavedCases, changed: bool) -> Element:
    all_cases = counted(len(saved.decisions), "saved case").partition(" ")[0]
    how_often = text("decides in", count=decides[rule.id], all=all_cases)
    return li[
        a(href=f"/rules/{rule.id}")[rule.id],
        [strong[of_layer(rule)]] if of_layer(rule) else None,
        [" ", strong[text("changed mark")]] if changed else None,
        f" {rule.says}",
        div(".muted")[" · ".join(filter(None, (rule.stage, ", ".join(_sources(rule)), how_often)))],
        None if rule.row or saved.rulebook.is_beneath(rule.place) else div(".muted")[[*_ways(rule)]],
    ]


def _sources(rule: Rule) -> list[str]:
    return [*dict.fromkeys(one.source for one in rule.sources)]


def _ways(rule: Rule) -> Iterator[Node]:
    """What can be done with a card from here."""
    for way, words in (("edit", text("change this")), ("rename", text("rename")), ("retire", text("retire this"))):
        yield [a(href=f"/rules/{way}/{rule.id}", aria_label=f"{words}: {rule.id}")[words], " "]
