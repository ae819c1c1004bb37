"""A small knowledge base in which no check finds anything: each check shows by a change of it what it finds."""

from collections.abc import Mapping

from ..loader import load_files
from ..rulebook import Rulebook

TERMS = """
findings:
  smoke: {kind: yes/no, screening: yes, usual: no, ask: "Does it smoke?", help: Look and smell.}
  light: {kind: yes/no, usual: yes, ask: "Does it give light?", help: Switch it on.}
  hours: {kind: number, range: 0 to 9999, ask: "For how many hours was it on?", help: In all.}
conclusions:
  danger: {kind: yes/no, otherwise: no, screening for: yes, says: Whether to pull the plug.}
  fault: {kind: choice, values: [bulb, none], says: What to look at., accepts: Not every fault is found.}
"""


def card(name: str, lines: str, then: str, examples: str) -> str:
    """The text of a card; lines and examples as they stand in a list in braces."""
    return f"""
rule: {name}
says: It says what follows.
if: [{lines}]
then: [{then}]
because: Made up to try the checks.
source: [{{article: 1}}, {{LAMPS: all}}]
examples: [{examples}]
"""


SMOKE = (
    "{name: smoke, given: {smoke: yes}, rule: holds}, {name: none, given: {smoke: no}, rule: fails}, "
    "{name: not looked, given: {}, rule: waits}"
)
DARK = (
    "{name: dark, given: {light: no, hours: 900}, rule: holds}, "
    "{name: new, given: {light: no, hours: 899}, rule: fails}, "
    "{name: bright, given: {light: yes, hours: 900}, rule: fails}, {name: not tried, given: {}, rule: waits}"
)
SAMPLE: Mapping[str, str] = {
    "terms/lamp.yaml": TERMS,
    "sources.yaml": "LAMPS: {citation: Made up., seen: all}",
    "article.yaml": "1: A lamp that smokes is dangerous.",
    "rules/recognise/smoke.yaml": card("smoke", "{smoke: yes}", "{danger: yes}", SMOKE),
    "rules/recognise/old_bulb.yaml": card("old_bulb", "{light: no}, {hours: 900 or more}", "{fault: bulb}", DARK),
    "rules/recognise/new_bulb.yaml": card(
        "new_bulb",
        "{light: no}, {hours: under 900}",
        "{fault: none}",
        "{name: new, given: {light: no, hours: 899}, rule: holds}, {name: old, given: {light: no, hours: 900}, "
        "rule: fails}, {name: bright, given: {light: yes}, rule: fails}, {name: not tried, given: {}, rule: waits}",
    ),
    "laws/no_smoke.yaml": """
law: no_smoke
says: A lamp that smokes is never called safe.
never: [{smoke: yes}]
unless: [{danger: yes}]
source: [{LAMPS: all}]
""",
    "cases/dark.yaml": """
case: dark
says: Dark.
smoke: no
light: no
hours: 1000
expected danger: no
expected fault: bulb
""",
}


def sample(changes: Mapping[str, str] | None = None) -> Rulebook:
    """The rulebook of the sample, with some files put in or replaced; an empty text takes one out."""
    files = {**SAMPLE, **(changes or {})}
    return load_files({name: text.encode() for name, text in files.items() if text})


def over_the_sample(layer: Mapping[str, str]) -> dict[str, str]:
    """The changes that make a layer over the sample of it."""
    beneath = {f"beneath/{name}": text for name, text in SAMPLE.items()}
    return {**dict.fromkeys(SAMPLE, ""), **beneath, "knowledge.yaml": "name: shop\nbuilds on: lamps\n", **layer}
