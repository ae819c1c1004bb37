"""Pages to look things up: a rule, term, law, source or claim, the names that a search finds, and the map."""

from urllib.parse import quote

from htpy import Element, Node, a, button, div, form, h1, input, label, li, main, p, section, ul

from ... import render
from ...render import pictures
from ...rulebook import Rulebook
from .advice import lines
from .page import whole
from .texts import text

MOST = 200  # names that a search shows


def name_page(rulebook: Rulebook, name: str) -> str | None:
    """The page of whatever has that name; None where nothing has."""
    found = render.page(rulebook, name)
    if found is None:
        return None
    content = main(".single")[h1[name], _search(""), div(".look-up")[lines([*found])], _changing(rulebook, name)]
    return whole(name, "rules", content)


def _changing(rulebook: Rulebook, name: str) -> Node:
    """What can be done with a card."""
    rule = rulebook.rules.get(name)
    if rule is None:
        return None
    of_card = (("change this", "edit"), ("rename", "rename"), ("retire this", "retire"))
    actions = () if rulebook.is_beneath(rule.place) else (("change this", "row"),) if rule.row else of_card
    return div(".whys")[
        [a(".button", href=f"/rules/{way}/{name}")[text(words)] for words, way in actions],
        a(".button", href=f"/map?rule={quote(name)}")[text("on the map")],
    ]


def found_page(rulebook: Rulebook, query: str) -> str:
    """The names and sentences that hold every word searched for."""
    words = query.casefold().split()
    entries = [
        (name, says) for name, says in _entries(rulebook) if all(word in f"{name} {says}".casefold() for word in words)
    ]
    shown = ul(".found")[[li[_link(name), f" {says}"] for name, says in entries[:MOST]]]
    content = main(".single")[
        h1[text("rules")],
        _search(query),
        p(".muted")[
            text("found", count=len(entries)),
            " ",
            a(href="/map")[text("map")],
            " ",
            a(href="/rules/all")[text("rulebook pages")],
        ],
        section[shown] if entries else None,
    ]
    return whole(text("rules"), "rules", content)


def map_page(rulebook: Rulebook, rule: str = "") -> str:
    """The map of all rules, on the page that has its drawing; lit from one rule where there is one of that name."""
    lit = rule if rule in rulebook.rules else ""
    title = text("map of rule", rule=lit) if lit else text("map")
    back = p[a(href=f"/rules/{lit}")[lit], " ", a(href="/map")[text("map")]] if lit else None
    content = main(".single.wide")[h1[title], back, pictures.map_content(pictures.Map(rulebook, rule=lit))]
    return whole(title, "rules", content)


def _entries(rulebook: Rulebook) -> list[tuple[str, str]]:
    says = {name: term.ask or term.says for name, term in rulebook.terms.items()}
    says |= {rule.id: rule.says for rule in rulebook.rules.values()}
    says |= {law.id: law.says for law in (*rulebook.laws.values(), *rulebook.impossible.values())}
    says |= {source.key: source.citation for source in rulebook.sources.values()}
    says |= {f"article: {claim.number}": claim.says for claim in rulebook.claims.values()}
    return [*says.items()]


def _link(name: str) -> Element:
    return a(href=f"/rules/{name}")[name]


def _search(query: str) -> Node:
    return form(".search", method="get", action="/rules", role="search")[
        label(for_="q")[text("find")],
        input("#q", type="search", name="q", value=query),
        button(type="submit")[text("show")],
    ]
