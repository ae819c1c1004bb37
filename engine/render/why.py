"""A tree of reasons in words, in three lengths."""

from collections.abc import Iterator
from typing import Literal

from ..case import Members
from ..errors import counted, listed
from ..explain import GateReason, GroupReason, LineReason, RuleReason, Why
from ..rulebook import Rulebook
from .layers import lowered, lowered_in_brief, of_layer
from .once import Once
from .styled_line import StyledLine, cite, format_answer

Length = Literal["line", "reasons", "everything"]
LENGTHS: tuple[Length, ...] = ("line", "reasons", "everything")
DISPUTED = "disputed: it is ruled out as well"
DEEPEST = 24
"""What would be indented deeper is explained in a part of its own, at the left again."""


def why(reason: Why, length: Length = "reasons") -> Iterator[StyledLine]:
    """A tree of reasons, in one line, as reasons, or with everything."""
    if length == "line":
        fired = [rule.rule for side in reason.sides for rule in side.rules]
        rules = [f"{rule.id}{of_layer(rule)} ({rule.says.rstrip('.')})" for rule in fired]
        because = f", by {'; '.join(rules)}" if rules else f", {how_of(reason)}"
        because += lowered_in_brief(reason.lowered)
        yield StyledLine(f"{reason.term.name}: {answer_of(reason)}{because}", style="answer")
    else:
        yield from lowered(reason.lowered)
        yield from _Text(reason, length).lines()


def answer_of(reason: Why) -> str:
    """The answer that a tree of reasons explains."""
    if reason.how == "disputed":
        return f"{reason.answer}, disputed" if isinstance(reason.answer, str | int) else "disputed"
    return "none given" if reason.how == "gap" else format_answer(reason.answer)


def how_of(reason: Why) -> str:
    """How an answer came about where no rule fired for it; empty where one did."""
    count = len(reason.ruled_out)
    ruled_out = f"{counted(count, 'rule')} ruled out"
    match reason.how:
        case "otherwise":
            return (
                "by default; " + (f"all {count} rules for it are" if count > 1 else "its only rule is") + " ruled out"
            )
        case "gap":
            return f"no rule gives it: {ruled_out}"
        case "open":
            return f"waiting for {listed(reason.missing, 8)}"
        case "built in" if reason.answer == "yes":
            return reason.term.says
        case "built in":
            return f"not answered: {listed(reason.missing, 8)}"
    return ""


def _deciding(reason: RuleReason) -> Iterator[str]:
    """The parts of a rule that ruled it out, or that it waits for, each in a phrase."""
    yield from (f"outranked by {rule}" for rule in reason.outranked)
    yield from (f"whether {rule} outranks it is not known" for rule in reason.open_above)
    deciding = "unknown" if reason.status == "waits" else "not met"
    for part in reason.parts:
        wanted = {"not met": "met"}.get(deciding, deciding) if part.excluded else deciding
        if part.state in (wanted, "disputed"):
            text = (
                part.text
                if isinstance(part, LineReason)
                else f"{part.title} ({', '.join(one.text for one in part.lines)})"
            )
            names = listed([gate.finding for gate in _gates(part) if gate.state == "not met"])
            why = f", as {names} {'does' if ',' not in names else 'do'} not apply" if names else ""
            yield f"{'not ' if part.excluded else ''}{text} is {part.state}{why}"


def _gates(part: LineReason | GroupReason) -> Iterator[GateReason]:
    for line in part.lines if isinstance(part, GroupReason) else (part,):
        yield from line.gates


class _Text:
    """An explanation in words: each conclusion is explained where it is first met, and referred to from then on."""

    def __init__(self, asked: Why, length: Length) -> None:
        self.asked, self.length = asked, length
        self.once = Once[str](DEEPEST)

    def lines(self) -> Iterator[StyledLine]:
        """What was asked for, down to the answers given; then what would have stood too deep."""
        yield from self._why(self.asked, 0)
        for name in self.once.rest():
            below = self.asked.beneath[name]
            yield StyledLine(_head(below, how_of(below)), 0, "answer")
            yield from self._reasons(below, 0)

    def _why(self, reason: Why, indent: int) -> Iterator[StyledLine]:
        elsewhere = self.once.refer(reason.term.name, indent)
        yield StyledLine(_head(reason, elsewhere or how_of(reason)), indent, "answer")
        if not elsewhere:
            yield from self._reasons(reason, indent)

    def _reasons(self, reason: Why, indent: int) -> Iterator[StyledLine]:
        several = reason.how == "disputed" or isinstance(reason.answer, Members)
        for side in reason.sides:
            if several:
                yield StyledLine(f"{side.value}:", indent + 1, "answer")
            for rule in side.rules:
                yield from self._rule(rule, indent + 1 + several)
        if self.length == "everything":
            yield from (StyledLine(f"not answered: {name}", indent + 1, "muted", "- ") for name in reason.missing)
            for word, rules in (("ruled out", reason.ruled_out), ("waiting", reason.waiting)):
                for rule in rules:
                    yield StyledLine(f"{word}: {rule.rule.id}: {'; '.join(_deciding(rule))}", indent + 1, "muted", "- ")

    def _rule(self, reason: RuleReason, indent: int) -> Iterator[StyledLine]:
        rule, whole = reason.rule, self.length == "everything"
        disputed = f" ({DISPUTED})" if reason.status == "disputed" else ""
        yield StyledLine(f"{rule.says}{disputed}", indent, "plain", "> ")
        yield StyledLine(f"because: {rule.because}", indent + 1, "muted")
        known = f"rule {rule.id}{of_layer(rule)}, {rule.place}"
        yield StyledLine(f"{known}; {'; '.join(map(str, rule.sources))}", indent + 1, "muted")
        for part in reason.parts:
            if isinstance(part, GroupReason):
                yield StyledLine(f"{_prefix(part)}{part.title}: {part.state}", indent + 1, "plain", "* ")
                for line in part.lines:
                    if whole or line.state in (part.state, "disputed"):
                        yield from self._line(line, indent + 2)
            else:
                yield from self._line(part, indent + 1)
        yield from (StyledLine(f"outranked by {other}", indent + 1) for other in reason.outranked)
        if whole:
            yield from (StyledLine(f"ruled out above it: {other}", indent + 1, "muted", "- ") for other in reason.above)

    def _line(self, line: LineReason, indent: int) -> Iterator[StyledLine]:
        exact = len(line.found) == 1 and line.text == "{}: {}".format(*next(iter(line.found.items())))
        if exact and line.state == "met" and len(line.below) == 1:
            below = self.asked.beneath[line.below[0]]
            elsewhere = self.once.refer(line.below[0], indent)
            yield StyledLine(
                f"{_prefix(line)}{line.text} ({elsewhere or how_of(below) or 'met'})", indent, "plain", "* "
            )
            if not elsewhere:
                yield from self._reasons(below, indent)
            return
        found = "; ".join(what_is_found(line))
        says = line.state if exact and line.state == "met" else f"{line.state}: {found}"
        yield StyledLine(f"{_prefix(line)}{line.text} ({says})", indent, "plain", "* ")
        for name in line.below:
            yield from self._why(self.asked.beneath[name], indent + 1)


def _head(reason: Why, how: str) -> str:
    return f"{reason.term.name}: {answer_of(reason)}{f' ({how})' if how else ''}"


def _prefix(part: LineReason | GroupReason) -> str:
    return "unless " if part.excluded else ""


def what_is_found(line: LineReason) -> Iterator[str]:
    """What each term of a line is in this case, and which of them do not apply."""
    yield from (f"{name} is {found_in_words(value, name in line.concluded)}" for name, value in line.found.items())
    for gate in line.gates:
        found = "; ".join(f"{name} is {found_in_words(value)}" for name, value in gate.found.items())
        name = "it" if [*line.found] == [gate.finding] else gate.finding
        yield f"{name} applies only if {gate.text}, which is {gate.state}: {found}"


def found_in_words(value: object, concluded: bool = False) -> str:
    """What a finding, or a conclusion, is in a case, as a reason tells it."""
    if isinstance(value, dict):
        if "disputed" in value:
            return f"disputed ({' against '.join(value['disputed'])})"
        if "gap" in value:
            return "none given"
        if "in" in value:
            return ", ".join(value["in"]) or "empty so far"
        return f"at least {value['at least']}, at most {value['at most']}"
    if value is None:
        return "not known yet" if concluded else "not answered"
    return str(value)


def sources_behind(rulebook: Rulebook, reason: Why) -> Iterator[StyledLine]:
    """The sources of every rule in a tree, in full."""
    citations = dict.fromkeys(citation for rule in reason.rules() for citation in rule.rule.sources)
    yield StyledLine("Sources", style="title")
    yield from (StyledLine(cite(rulebook, citation), 1, "muted", "- ") for citation in citations)
