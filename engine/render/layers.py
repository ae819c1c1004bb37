"""What is local, in words: of which layer a rule is and what it replaces, and the alarms that a layer lowers."""

from collections.abc import Iterable, Iterator

from ..case import Lowered
from ..rulebook import Rule
from .styled_line import StyledLine

NO_REASON = "no reason is given"


def of_layer(rule: Rule) -> str:
    """Of which layer a rule is, and what it replaces; empty for one beneath, whose place begins with its layer."""
    if not rule.layer or rule.place.file.startswith(f"{rule.layer}:"):
        return ""
    return f" of {rule.layer}{f', in place of {rule.replaces}' if rule.replaces else ''}"


def over_another(rule: Rule) -> Iterator[StyledLine]:
    """What a rule of a layer gives up of the one that it replaces, and why an alarm may be lower by it."""
    yield from (StyledLine(text, 1, bullet="gives up: ") for text in rule.gives_up)
    if rule.lowers:
        yield StyledLine(rule.lowers, 1, "alarm", "lowers an alarm: ")


def lowered(alarms: Iterable[Lowered]) -> Iterator[StyledLine]:
    """The alarms that layers lower, each with the rules that do, and why."""
    for one in dict.fromkeys(alarms):
        by = "; ".join(f"{rule}: {because.rstrip('.') or NO_REASON}" for rule, because in one.by.items())
        text = f"Lowered by {one.layer}: without it, {one.term} is {one.alarm}{f' ({by})' if by else ''}."
        yield StyledLine(text, style="alarm")


def lowered_in_brief(alarms: Iterable[Lowered]) -> str:
    """The same in a phrase, to be put after others; empty where there are none."""
    return "".join(f"; lowered by {one.layer}: {one.term} is {one.alarm} without it" for one in alarms)
