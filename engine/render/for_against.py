"""What speaks for values of a conclusion and what against them, side by side, in words."""

from collections.abc import Iterator, Sequence

from ..errors import listed
from ..explain import Argument, Weighed, Weighing
from ..rulebook import Rulebook
from .answers import format_outcome
from .layers import of_layer
from .sentences import says_of
from .styled_line import StyledLine, cite
from .why import DISPUTED, Length

RULED_OUT = 2  # so many of the rules ruled out are shown
STATES = {"holds": "it holds", "fails": "it does not hold", "open": "not known yet", "disputed": "disputed"}

DEFAULT = "no rule; it is the answer where nothing else holds"


def weighing(rulebook: Rulebook, weighing: Weighing, length: Length = "reasons") -> Iterator[StyledLine]:
    """The values with their arguments; how strong each is stands in its own words and sources."""
    yield StyledLine(f"{weighing.term.name}: {format_outcome(weighing.now)}", style="answer")
    for value in weighing.values:
        if length == "line":
            yield StyledLine(f"{meant(weighing, value)}: {STATES[value.state]}; {counts(value)}", 1)
        else:
            yield StyledLine(f"{meant(weighing, value)}: {STATES[value.state]}", style="title")
            yield from _value(rulebook, value, length, value.value == weighing.term.otherwise)


def meant(weighing: Weighing, value: Weighed) -> str:
    """What is weighed: a value, or of a scale that it is at least so much."""
    return f"at least {value.value}" if weighing.term.takes_highest else value.value


def counts(weighed: Weighed) -> str:
    """How many arguments there are of each kind."""
    more = f"{len(weighed.higher)} for more, " if weighed.higher else ""
    still = len(weighed.open_for) + len(weighed.open_against)
    return f"{len(weighed.speaking_for)} for, {more}{len(weighed.speaking_against)} against, {still} not known yet"


def is_mere_default(weighed: Weighed) -> bool:
    """Whether no rule speaks for a value or for more: where it is the default, it holds all the same."""
    return not weighed.speaking_for and not weighed.higher


def _value(rulebook: Rulebook, weighed: Weighed, length: Length, otherwise: bool) -> Iterator[StyledLine]:
    if otherwise and is_mere_default(weighed):
        yield StyledLine(f"for it: {DEFAULT}", 1, "answer")
    else:
        yield from _side(rulebook, "for", weighed.speaking_for, length)
    if weighed.higher:
        yield StyledLine(f"for more than that, and so for it: {len(weighed.higher)}", 1, "answer")
        yield StyledLine(listed(weighed.higher, 6), 2, "muted")
    yield from _side(rulebook, "against", weighed.speaking_against, length)
    yield from _open(weighed)
    if weighed.ruled_out and (length == "everything" or weighed.state == "fails"):
        shown = weighed.ruled_out if length == "everything" else weighed.ruled_out[:RULED_OUT]
        yield StyledLine(f"would have spoken for it, but is ruled out: {len(weighed.ruled_out)}", 1, "answer")
        yield from (StyledLine(_named(argument), 2, "muted", "- ") for argument in shown)
        if len(shown) < len(weighed.ruled_out):
            yield StyledLine(f"and {len(weighed.ruled_out) - len(shown)} more (--length everything)", 2, "muted")


def _side(rulebook: Rulebook, side: str, arguments: Sequence[Argument], length: Length) -> Iterator[StyledLine]:
    yield StyledLine(f"{side} it: {len(arguments) or 'nothing'}{_of_them(arguments)}", 1, "answer")
    for argument in arguments:
        rule = argument.reason.rule
        local = f" [{rule.id}{of_layer(rule)}]" if of_layer(rule) else ""
        yield StyledLine(f"{says_of(rule)}{local}{decides(argument)}", 2, "plain", "- ")
        yield StyledLine(rule.because, 3, "muted")
        if length == "everything":
            yield from (StyledLine(cite(rulebook, citation), 3, "muted", "source: ") for citation in rule.sources)
        else:
            yield StyledLine("; ".join(map(str, rule.sources)), 3, "muted")


def _of_them(arguments: Sequence[Argument]) -> str:
    """How many decide, where others are counted beside them: a recommendation counts those alone."""
    deciding = sum(not argument.tally for argument in arguments)
    if not deciding or deciding == len(arguments):
        return ""
    return f" ({deciding} {'decides' if deciding == 1 else 'decide'}, {len(arguments) - deciding} counted)"


def decides(argument: Argument) -> str:
    """What an argument that fires does, beside counting."""
    disputed = f" ({DISPUTED})" if argument.reason.status == "disputed" else ""
    return f"{'' if argument.tally else ' This decides.'}{disputed}"


def _open(weighed: Weighed) -> Iterator[StyledLine]:
    for side, arguments in (("for", weighed.open_for), ("against", weighed.open_against)):
        if arguments:
            yield StyledLine(f"not known yet, and could speak {side} it: {len(arguments)}", 1, "answer")
        for argument in arguments:
            lines = (line for line in argument.reason.lines() if line.state == "unknown")
            waits = list(dict.fromkeys(name for line in lines for name in line.found))
            yield StyledLine(f"{_named(argument)} It waits for {listed(waits, 6)}.", 2, "muted", "? ")


def _named(argument: Argument) -> str:
    rule = argument.reason.rule
    return f"{says_of(rule)} [{rule.id}{of_layer(rule)}]"
