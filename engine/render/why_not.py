"""What keeps another answer away, and the shortest way there, in words."""

from collections.abc import Iterator

from ..errors import counted, listed
from ..explain import Candidate, Counterfactual, Goal, GroupReason, LineReason, RuleReason, WhyNot
from .answers import format_outcome, format_value, joined_by_or
from .layers import of_layer
from .once import Once
from .styled_line import StyledLine
from .why import DEEPEST, DISPUTED, Length, what_is_found

VALUES = 3  # so many values of a line are named
NEAREST = {"reasons": (3, 1), "everything": (1_000, 1_000)}
"""So many rules are shown of the term asked about, and of those beneath it."""


def why_not(asked: WhyNot, length: Length = "reasons") -> Iterator[StyledLine]:
    """What keeps another answer away, the nearest rule first, and the shortest way there."""
    if length != "line":
        yield from _Text(asked, length).lines()
    else:
        yield StyledLine(_head(asked), style="answer")
    if asked.way is not None:
        yield from _way(asked.way, asked, length)


def which_value(asked: WhyNot) -> Iterator[StyledLine]:
    """For who named no value: the other values, those first that the fewest answers are away; alarms are left out."""
    term = asked.term
    yield StyledLine(f"{term.name} is {format_outcome(asked.now)}. Which other value do you mean?", style="answer")
    away: dict[str, int] = {}
    for candidate in asked.rules:
        for name, value in candidate.reason.rule.then:
            if (
                name == term.name
                and value in asked.wanted
                and value not in term.alarms
                and candidate.distance is not None
            ):
                away[value] = min(away.get(value, candidate.distance), candidate.distance)
    for distance in sorted(set(away.values())):
        values = [value for value, one in away.items() if one == distance]
        yield StyledLine("; ".join(values), 1, "plain", f"{counted(distance, 'answer')} away: ")
    left = len([value for value in asked.wanted if value not in away and value not in term.alarms])
    if left:
        are = "is" if left == 1 else "are"
        lists = f'lumbar show "{term.name}" lists {"it" if left == 1 else "them"}'
        yield StyledLine(f"{counted(left, 'more value')} {are} out of reach for this patient ({lists})", 1, "muted")
    if alarms := [value for value in asked.wanted if value in term.alarms]:
        yield StyledLine("; ".join(alarms), 1, "muted", "alarms: ")
    example = next(iter(away), asked.wanted[0])
    yield StyledLine(f'For example: lumbar whynot CASE "{term.name}={example}"')


def _head(asked: WhyNot) -> str:
    return f"{asked.term.name} is {format_outcome(asked.now)}{_wanted(asked)}"


def _wanted(asked: WhyNot) -> str:
    """What it would have to be."""
    if asked.goal.aim == "none of":
        without = "without" if asked.term.domain.kind == "several" else "none of"
        return f", and would have to be {without} {joined_by_or(asked.wanted)}"
    if asked.goal.aim != "one of":
        return f", and would have to be {asked.goal.aim}"
    return f", not {joined_by_or(asked.wanted)}" if asked.wanted and len(asked.wanted) < 6 else ""


class _Text:
    """What keeps an answer away, in words: a goal is explained where it is first met, and referred to from then on."""

    def __init__(self, asked: WhyNot, length: Length) -> None:
        self.asked, self.length = asked, length
        self.once = Once[Goal](DEEPEST)

    def lines(self) -> Iterator[StyledLine]:
        """What was asked for, down to the answers; then what would have stood too deep."""
        self.once.refer(self.asked.goal, 0)
        yield from self._explained(self.asked, 0, NEAREST[self.length][0])
        for goal in self.once.rest():
            yield from self._explained(self.asked.beneath[goal], 0, NEAREST[self.length][1])

    def _why_not(self, goal: Goal, indent: int) -> Iterator[StyledLine]:
        below, elsewhere = self.asked.beneath[goal], self.once.refer(goal, indent)
        if elsewhere:
            yield StyledLine(f"{_head(below)} ({elsewhere})", indent, "muted")
        else:
            yield from self._explained(below, indent, NEAREST[self.length][1])

    def _explained(self, asked: WhyNot, indent: int, most: int) -> Iterator[StyledLine]:
        yield StyledLine(_head(asked), indent, "answer")
        if asked.missing:
            yield StyledLine(f"not answered: {listed(asked.missing, 8)}", indent + 1, "muted")
        yield from _instead(asked, indent + 1, self.length)
        for candidate in asked.rules[:most]:
            yield from self._candidate(candidate, indent + 1)
        left = len(asked.rules) - most
        if left > 0:
            yield StyledLine(f"{counted(left, 'more rule')} could conclude this; none is closer", indent + 1, "muted")
        if not asked.rules and not asked.instead and not asked.missing and not asked.by_otherwise:
            always = asked.term.takes_highest and asked.goal.aim == "none of"
            yield StyledLine("it always has one of these values" if always else "no rule gives it", indent + 1, "muted")

    def _candidate(self, candidate: Candidate, indent: int) -> Iterator[StyledLine]:
        reason, whole = candidate.reason, self.length == "everything"
        yield StyledLine(f"{reason.rule.says} ({_distance(candidate)})", indent, "plain", "> ")
        if whole:
            yield StyledLine(f"because: {reason.rule.because}", indent + 1, "muted")
        sources = f"; {'; '.join(map(str, reason.rule.sources))}" if whole else ""
        known = f"rule {reason.rule.id}{of_layer(reason.rule)}, {reason.rule.place}"
        yield StyledLine(f"{known}{sources}", indent + 1, "muted")
        yield from (
            StyledLine(f"outranked by {rule}, which holds", indent + 1, "alarm", "* ") for rule in reason.outranked
        )
        for rule in reason.open_above:
            yield StyledLine(f"outranked by {rule} if that holds, which is not known", indent + 1, "plain", "* ")
        met = 0
        for part in reason.parts:
            if part.state == ("not met" if part.excluded else "met") and not whole:
                met += 1
            elif isinstance(part, GroupReason):
                yield StyledLine(f"{'unless ' * part.excluded}{part.title}: {part.state}", indent + 1, "plain", "* ")
                for line in part.lines:
                    yield from self._line(line, candidate, indent + 2)
            else:
                yield from self._line(part, candidate, indent + 1)
        if met:
            yield StyledLine(
                f"the other {'condition is' if met == 1 else f'{met} conditions are'} met", indent + 1, "muted"
            )

    def _line(self, line: LineReason, candidate: Candidate, indent: int) -> Iterator[StyledLine]:
        found = "; ".join(what_is_found(line))
        text = shortened(line.text) if self.length != "everything" else line.text
        yield StyledLine(f"{'unless ' * line.excluded}{text} ({line.state}: {found})", indent, "plain", "* ")
        for goal in candidate.behind(line):
            yield from self._why_not(goal, indent + 1)


def shortened(line: str) -> str:
    """A line with its first values; of many, how many more there are."""
    values = line.split(" or ")
    return " or ".join(values[:VALUES]) + f" or {len(values) - VALUES} more" if len(values) > VALUES + 1 else line


def _instead(asked: WhyNot, indent: int, length: Length) -> Iterator[StyledLine]:
    """The rules that stand in the way."""
    fewer = asked.goal.aim in ("none of", "fewer", "another number")
    if not asked.by_otherwise and not fewer and asked.term.domain.kind != "tally":
        for reason in asked.instead:
            yield StyledLine(f"{reason.rule.says} [{reason.rule.id}]", indent, "plain", "instead: ")
        return
    if not asked.instead:
        return
    left = f"{len(asked.instead)} {'is' if len(asked.instead) == 1 else 'are'} not"
    if asked.by_otherwise:
        yield StyledLine(f"it is the default, once every rule for another answer is ruled out; {left}", indent)
    elif asked.goal.aim == "none of":
        yield StyledLine(f"every rule for it would have to be ruled out; {left}", indent)
    else:
        yield StyledLine(f"for a lower number, rules would have to be ruled out; {left}", indent)
    for reason in asked.instead if length == "everything" else asked.instead[:3]:
        yield StyledLine(f"{_doing(reason)}: {reason.rule.says} [{reason.rule.id}]", indent + 1, "muted", "- ")
    if len(asked.instead) > 3 and length != "everything":
        waiting = sum(reason.status == "waits" for reason in asked.instead)
        yield StyledLine(f"and {len(asked.instead) - 3} more, {waiting} of all waiting", indent + 1, "muted")


def _doing(reason: RuleReason) -> str:
    if reason.status != "waits":
        return reason.status
    unknown = dict.fromkeys(name for line in reason.lines() if line.state == "unknown" for name in line.found)
    return f"waits for {listed(list(unknown), 4)}"


def _distance(candidate: Candidate) -> str:
    if candidate.reason.status == "disputed":
        return DISPUTED
    if candidate.distance is None:
        return "out of reach: it rests on a fixed fact"
    return f"{counted(candidate.distance, 'answer')} away" if candidate.distance else "nothing is missing"


def _way(way: Counterfactual, asked: WhyNot, length: Length) -> Iterator[StyledLine]:
    goal = (
        f"{asked.term.name}: {joined_by_or(asked.wanted)}"
        if asked.wanted and len(asked.wanted) < 6
        else "another answer"
    )
    if way.kind == "none":
        yield StyledLine(f"No way leads to {goal}", style="title")
        fixed = "with the fixed facts as they are"
        yield StyledLine(f"Proved: whatever the other answers, {fixed}, no possible patient has it.", 1)
        return
    if way.kind == "undecided":
        yield StyledLine(f"No way to {goal} was found", style="title")
        yield StyledLine(f"Whether there is one is not decided: {way.reason}.", 1)
        return
    least = "and no smaller change works (proved)" if way.smallest else "though a smaller change may work"
    if not way.answers:
        yield StyledLine(f"{goal} is there already", style="title")
        return
    yield StyledLine(f"The shortest way to {goal}", style="title")
    yield StyledLine(f"Changing {counted(len(way.answers), 'answer')} is enough, {least}", 1, "muted")
    shown = way.answers if length == "everything" else way.answers[:15]
    for one in shown:
        now = f"now {one.before}" if one.before is not None else "not answered yet"
        yield StyledLine(f"{one.term}: {format_value(one.after)} ({now})", 1, "answer", "- ")
    if len(shown) < len(way.answers):
        yield StyledLine(f"and {len(way.answers) - len(shown)} more", 1, "muted")
