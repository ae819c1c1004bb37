"""A tree of reasons in words, in three lengths."""

from collections.abc import Iterator
from typing import Literal

from ..case import Members
from ..errors import counted, listed
from ..explain import GroupReason, LineReason, RuleReason, Why
from ..rulebook import Rulebook
from .said import Said, cite, tell

Length = Literal["line", "reasons", "everything"]
LENGTHS: tuple[Length, ...] = ("line", "reasons", "everything")


def why(reason: Why, length: Length = "reasons") -> Iterator[Said]:
    """A tree of reasons, in one line, as reasons, or with everything."""
    if length == "line":
        rules = [f"{rule.rule.id} ({rule.rule.says.rstrip('.')})" for side in reason.sides for rule in side.rules]
        because = f", by {'; '.join(rules)}" if rules else f", {how_of(reason)}"
        yield Said(f"{reason.term.name}: {answer_of(reason)}{because}", style="answer")
    else:
        yield from _why(reason, 0, length)


def answer_of(reason: Why) -> str:
    """The answer that a tree of reasons explains."""
    if reason.how == "disputed":
        return "disputed"
    return "none given" if reason.how == "gap" else tell(reason.answer)


def how_of(reason: Why) -> str:
    """How an answer came about where no rule fired for it; empty where one did."""
    count = len(reason.ruled_out)
    ruled_out = f"{counted(count, 'rule')} ruled out"
    match reason.how:
        case "otherwise":
            return f"no other answer stands: {ruled_out}"
        case "gap":
            return f"no rule gives it: {ruled_out}"
        case "open":
            return f"waiting for {listed(reason.missing, 8)}"
        case "built in" if reason.answer == "yes":
            return reason.term.says
        case "built in":
            return f"not answered: {listed(reason.missing, 8)}"
    return ""


def _why(reason: Why, indent: int, length: Length) -> Iterator[Said]:
    how = "as told above" if reason.told else how_of(reason)
    yield Said(f"{reason.term.name}: {answer_of(reason)}{f' ({how})' if how else ''}", indent, "answer")
    yield from _reasons(reason, indent, length)


def _reasons(reason: Why, indent: int, length: Length) -> Iterator[Said]:
    if reason.told:
        return
    for side in reason.sides:
        several = reason.how == "disputed" or isinstance(reason.answer, Members)
        if several:
            yield Said(f"{side.value}:", indent + 1, "answer")
        for rule in side.rules:
            yield from _rule(rule, indent + 1 + several, length)
    if length == "everything":
        yield from (Said(f"not answered: {name}", indent + 1, "muted", "- ") for name in reason.missing)
        for word, rules in (("ruled out", reason.ruled_out), ("waiting", reason.waiting)):
            for rule in rules:
                yield Said(f"{word}: {rule.rule.id}: {'; '.join(_deciding(rule))}", indent + 1, "muted", "- ")


def _deciding(reason: RuleReason) -> Iterator[str]:
    """The parts of a rule that ruled it out, or that it waits for, each in a phrase."""
    yield from (f"outranked by {rule}" for rule in reason.outranked)
    deciding = "unknown" if reason.status == "waits" else "not met"
    for part in reason.parts:
        wanted = {"not met": "met"}.get(deciding, deciding) if part.excluded else deciding
        if part.state in (wanted, "disputed"):
            text = (
                part.text
                if isinstance(part, LineReason)
                else f"{part.title} ({', '.join(one.text for one in part.lines)})"
            )
            yield f"{'not ' if part.excluded else ''}{text} is {part.state}"


def _rule(reason: RuleReason, indent: int, length: Length) -> Iterator[Said]:
    rule = reason.rule
    yield Said(rule.says, indent, "plain", "> ")
    yield Said(f"because: {rule.because}", indent + 1, "muted")
    yield Said(f"rule {rule.id}, {rule.place}; {'; '.join(map(str, rule.sources))}", indent + 1, "muted")
    for part in reason.parts:
        if isinstance(part, GroupReason):
            yield Said(f"{_prefix(part)}{part.title}: {part.state}", indent + 1, "plain", "* ")
            for line in part.lines:
                if length == "everything" or line.state == part.state:
                    yield from _line(line, indent + 2, length)
        else:
            yield from _line(part, indent + 1, length)
    if length == "everything":
        yield from (Said(f"outranked by {other}", indent + 1) for other in reason.outranked)
        yield from (Said(f"ruled out above it: {other}", indent + 1, "muted", "- ") for other in reason.above)


def _prefix(part: LineReason | GroupReason) -> str:
    return "unless " if part.excluded else ""


def _line(line: LineReason, indent: int, length: Length) -> Iterator[Said]:
    exact = len(line.found) == 1 and line.text == "{}: {}".format(*next(iter(line.found.items())))
    if exact and line.state == "met" and len(line.below) == 1:
        told = line.below[0]
        how = "as told above" if told.told else how_of(told) or "met"
        yield Said(f"{_prefix(line)}{line.text} ({how})", indent, "plain", "* ")
        yield from _reasons(told, indent, length)
        return
    concluded = {below.term.name for below in line.below}
    found = "; ".join(f"{name} is {found_in_words(value, name in concluded)}" for name, value in line.found.items())
    says = line.state if exact and line.state == "met" else f"{line.state}: {found}"
    yield Said(f"{_prefix(line)}{line.text} ({says})", indent, "plain", "* ")
    for below in line.below:
        yield from _why(below, indent + 1, length)


def found_in_words(value: object, concluded: bool = False) -> str:
    """What a finding, or a conclusion, is in a case, as a reason tells it."""
    if isinstance(value, dict):
        if "in" in value:
            return ", ".join(value["in"]) or "empty so far"
        return f"at least {value['at least']}, at most {value['at most']}"
    if value is None:
        return "not known yet" if concluded else "not answered"
    return str(value)


def sources_behind(rulebook: Rulebook, reason: Why) -> Iterator[Said]:
    """The sources of every rule in a tree, in full."""
    citations = dict.fromkeys(citation for told in reason.rules() for citation in told.rule.sources)
    yield Said("Sources", style="title")
    yield from (Said(cite(rulebook, citation), 1, "muted", "- ") for citation in citations)
