"""A small base about lamps, and layers over it, as files."""

from collections.abc import Mapping

from engine import semantics
from engine.case import Case, Value
from engine.errors import KnowledgeError
from engine.loader import load_files
from engine.rulebook import Rulebook


def card(name: str, lines: str, then: str, more: str = "") -> str:
    """The text of a card."""
    return f"""rule: {name}
says: It says what follows.
if: {lines}
then: [{then}]
because: Made up.
source: [LAMPS: all]
{more}"""


def law(name: str, lines: str, more: str = "", key: str = "law") -> str:
    """The text of a law, or of an assumption."""
    return f"{key}: {name}\nsays: It is so.\nnever: [{lines}]\nsource: [LAMPS: all]\n{more}"


OFF = "{advice: switch it off}"
NEW_TERM = "findings:\n  wet: {kind: yes/no, usual: no, ask: 'Is it wet?', help: Feel it.}\n"
REPLACING = card("old_bulb_here", "[{light: no}, {hours: 700 or more}]", "{fault: bulb}, worn", "replaces: old_bulb\n")

BASE: Mapping[str, str] = {
    "terms/lamp.yaml": """
findings:
  smoke: {kind: yes/no, screening: yes, usual: no, ask: "Does it smoke?", help: Look.}
  heat: {kind: choice, values: [none, warm, hot], screening: yes, usual: none, ask: "How warm is it?", help: Feel it.}
  light: {kind: yes/no, usual: yes, ask: "Does it give light?", help: Switch it on., group: about it, none: yes}
  hours: {kind: number, range: 0 to 9999, ask: "For how many hours was it on?", help: In all.}
conclusions:
  danger:
    kind: choice
    values: [none, some, fire]
    takes: highest
    otherwise: none
    screening for: some
    says: How soon somebody must look.
  fault: {kind: choice, values: [bulb, cable, none], otherwise: none, says: What to look at.}
  advice: {kind: several, values: [switch it off, change the bulb], says: What to do.}
  worn: {kind: tally, says: What speaks for an old lamp.}
""",
    "sources.yaml": "LAMPS: {citation: Made up., seen: all}",
    "groups.yaml": "about it: {title: The lamp, says: Look at it.}",
    "recommendation.yaml": """
notice: No lamp is a toy.
explain: fault
sections: [{title: Danger, terms: [danger]}, {title: Fault, terms: [fault, advice]}]
""",
    "rules/see/smoke.yaml": card("smoke", "[smoke: yes]", "{danger: fire}, {advice: switch it off}"),
    "rules/see/hot.yaml": card("hot", "[heat: hot]", "{danger: some}"),
    "rules/see/old_bulb.yaml": card("old_bulb", "[{light: no}, {hours: 900 or more}]", "{fault: bulb}, worn"),
    "rules/see/cable.yaml": card(
        "cable", "[{light: no}, {heat: warm or hot}]", "{fault: cable}", "outranks: [old_bulb]\n"
    ),
    "rules/see/change.yaml": card("change", "[fault: other than none]", "{advice: change the bulb}"),
    "tables/heat.csv": "row,heat,hours,=>,advice,because,source\n"
    "long,warm,over 5000,=>,switch it off,Old.,LAMPS: all\n",
    "laws/smoke_is_danger.yaml": law("smoke_is_danger", "{smoke: yes}", "unless: [{danger: fire}]\n"),
    "laws/no_bulb_in_fire.yaml": law("no_bulb_in_fire", "{danger: fire}, {fault: bulb}, {smoke: no}"),
    "impossible/cold_smoke.yaml": law("cold_smoke", "{smoke: yes}, {heat: none}", key="impossible"),
    "cases/dark.yaml": "case: dark\nsmoke: no\nheat: none\nlight: no\nhours: 1000\nexpected danger: none\n"
    "expected fault: bulb\nexpected advice: [change the bulb]\nexpected worn: 1\n",
}
LOWERING = {
    "rules/own/hot_old.yaml": card(
        "hot_old", "[{heat: hot}, {hours: over 10}]", "{danger: some}", "replaces: hot\nlowers: New lamps are hot.\n"
    )
}
"""A layer that lowers an alarm, and says why."""


def stack(*layers: Mapping[str, str], base: Mapping[str, str] = BASE) -> dict[str, bytes]:
    """The files of some layers over a base, the lowest first; each layer without a knowledge.yaml gets one."""
    files: dict[str, bytes] = {name: text.encode() for name, text in base.items() if text}
    for number, layer in enumerate(layers):
        files = {f"beneath/{name}": content for name, content in files.items()}
        name = "workshop" if number == 0 else f"workshop {number + 1}"
        builds_on = "lamps" if number == 0 else "../workshop"
        whole = {"knowledge.yaml": f"name: {name}\nbuilds on: {builds_on}\n", **layer}
        files |= {file: text.encode() for file, text in whole.items() if text}
    return files


def layered(*layers: Mapping[str, str], base: Mapping[str, str] = BASE) -> Rulebook:
    """The rulebook of some layers over a base."""
    return load_files(stack(*layers, base=base))


def problems(*layers: Mapping[str, str], base: Mapping[str, str] = BASE) -> list[str]:
    """What is wrong with some layers."""
    try:
        layered(*layers, base=base)
    except KnowledgeError as error:
        return [str(problem) for problem in error.problems]
    return []


def answers(rulebook: Rulebook, facts: dict[str, Value]) -> dict[str, object]:
    """What is decided of a case."""
    return dict(semantics.decide(rulebook, Case("one", facts)).marked.conclusions)
