"""A decision on one screen: alarms and their reasons, then each section in short, what to ask next, and the notice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..case import Answer, Decision, Members, Range
from ..errors import counted
from ..explain import CompiledRulebook, Questions, RuleReason, Why, what_next, why
from ..rulebook import Rulebook, Section, Term
from .broken_law import broken_laws
from .layers import lowered, of_layer
from .recommendation import all_in_one
from .styled_line import StyledLine, format_answer

QUESTIONS = 5  # so many of the questions, or groups of questions, to ask next are shown
REASONS = 2  # so many rules behind an alarm are shown
ANSWERS = 4  # and so many of the answers behind each
ASK = "Ask next"


def screen(compiled: CompiledRulebook, decision: Decision, cut: bool = True) -> Iterator[StyledLine]:
    """One decision on one screen, without the notice; of one that breaks a law its alarms and the law.

    Unless `cut`, all members are there, for a text that is kept.
    """
    if decision.broken:
        yield from broken_laws(compiled.rulebook, decision)
        return
    says = f": {decision.case.says}" if decision.case.says else ""
    yield StyledLine(f"Case {decision.case.id}{says}", style="answer")
    yield from _Screen(compiled, decision, cut).lines()


@dataclass(frozen=True)
class Part:
    """A section of a recommendation: its title, its lines, and the conclusions that it tells of."""

    title: str
    lines: tuple[StyledLine, ...]
    terms: tuple[str, ...]


def alarm_lines(compiled: CompiledRulebook, decision: Decision) -> tuple[StyledLine, ...]:
    """The alarms that have gone off, each with its reasons; of a decision that breaks a law, that law too."""
    if decision.broken:
        return tuple(broken_laws(compiled.rulebook, decision))
    return tuple(_Screen(compiled, decision, cut=False).alarms())


def parts(compiled: CompiledRulebook, decision: Decision) -> Iterator[Part]:
    """The sections that have anything to say, whole, without the alarms; none of a decision that breaks a law."""
    if not decision.broken:
        yield from _Screen(compiled, decision, cut=False).parts()


def alarms_on(rulebook: Rulebook, decision: Decision) -> tuple[Term, ...]:
    """The alarms that have gone off; where a scale of them has, the scales alone, for they tell how urgent it is."""
    found = [term for term in rulebook.conclusions if _least(decision, term.name) in term.alarms]
    return tuple([term for term in found if term.takes_highest] or found)


def _least(decision: Decision, name: str) -> Answer:
    answer = decision.conclusions[name]
    return answer.low if isinstance(answer, Range) else answer


class _Screen:
    """The lines of one decision."""

    def __init__(self, compiled: CompiledRulebook, decision: Decision, cut: bool) -> None:
        self.compiled, self.rulebook, self.decision, self.cut = compiled, compiled.rulebook, decision, cut
        self.on = alarms_on(compiled.rulebook, decision)
        self.screening = [name for name in decision.ask if compiled.rulebook.terms[name].screening]
        recommendation = compiled.rulebook.recommendation
        self.sections = recommendation.sections if recommendation else (all_in_one(compiled.rulebook),)

    def lines(self) -> Iterator[StyledLine]:
        """The alarms, the sections that have anything to say, and what to ask."""
        for number, section in enumerate(self.sections):
            body = [*(self.alarms() if not number else ()), *self._section(section)]
            yield from in_a_column(section.title, body)
        yield from in_a_column(ASK, [*self._questions()])
        not_used = [name for name in self.decision.not_used if self._is_unusual(name)]
        if not_used:
            yield from in_a_column("Not used", [StyledLine(f"{', '.join(not_used)} (questions that do not apply)")])

    def _is_unusual(self, name: str) -> bool:
        """Whether an answer says more than that there is nothing, so that it is shown as not used."""
        term = self.rulebook.terms[name]
        return self.decision.case.facts.get(name) not in (term.none, term.ordinary)

    def parts(self) -> Iterator[Part]:
        """The sections that have anything to say, without the alarms."""
        for section in self.sections:
            if lines := tuple(self._section(section)):
                yield Part(section.title, lines, section.terms)

    # --- alarms ------------------------------------------------------------------------------------------------------

    def alarms(self) -> Iterator[StyledLine]:
        """The alarms that have gone off, each with its reasons."""
        for term in self.on:
            if term.name in self.decision.disputed:
                continue  # shown with its sides, where its section shows it
            reason = why(self.rulebook, self.decision, term.name, aside=False)
            rules = [rule for side in reason.sides for rule in side.rules]
            yield StyledLine(f"{self._level(term)}: {self._reasons(reason, rules)}", style="alarm")
        yield from lowered(self.decision.lowered)

    def _level(self, term: Term) -> str:
        answer = self.decision.conclusions[term.name]
        if isinstance(answer, Range):
            return f"{str(answer.low).upper()} at least (could become {answer.high})"
        return str(answer).upper() if term.takes_highest else f"{term.name.upper()}: {format_answer(answer)}"

    def _reasons(self, reason: Why, rules: Sequence[RuleReason]) -> str:
        reasons = [
            f"{rule.rule.says.rstrip('.')}{of_layer(rule.rule)}{_because(reason, rule)}" for rule in rules[:REASONS]
        ]
        more = [f"and {counted(len(rules) - REASONS, 'more reason')}"] if len(rules) > REASONS else []
        return "; ".join(reasons + more) + "."

    # --- sections ----------------------------------------------------------------------------------------------------

    def _section(self, section: Section) -> Iterator[StyledLine]:
        texts: dict[str, None] = {}
        members: list[str] = []
        is_open: list[str] = []
        for name in section.terms:
            answer = self.decision.conclusions[name]
            if name in self.decision.disputed:
                yield self._disputed(name)
            elif isinstance(answer, Members):
                members += answer.inside
            elif self.on and self.rulebook.terms[name].alarms:
                continue  # the alarms are shown before
            elif answer is None and name not in self.decision.gaps:
                is_open += [] if self.rulebook.terms[name].alarms else [name]
            elif text := self._in_short(section, name):
                texts[text] = None
        sides = "; ".join(filter(None, (self._side(side) for side in section.sides)))
        sides = f"arguments: {sides}" if sides else ""
        yield from self._body(section, [*texts], is_open, sides)
        yield from _members(section, members, self.cut)

    def _body(self, section: Section, texts: Sequence[str], is_open: Sequence[str], sides: str) -> Iterator[StyledLine]:
        text, instead = "; ".join(texts), self._on_alarm(section)
        if instead and not text:
            yield StyledLine(instead, style="answer")
        elif text or sides:
            waits = f"; not known yet: {', '.join(is_open)}" if is_open and text and not self.on else ""
            yield StyledLine(f"{text or 'not known yet'}{waits}{f' ({sides})' if sides else ''}", style="answer")

    def _on_alarm(self, section: Section) -> str:
        """What the section says of the first of its alarms that has gone off."""
        terms = self.rulebook.terms
        gone_off = (
            text for name, text in section.on_alarm.items() if _least(self.decision, name) in terms[name].alarms
        )
        return next(gone_off, "")

    def _in_short(self, section: Section, name: str) -> str:
        answer = self.decision.conclusions[name]
        if name in self.decision.gaps:
            return f"{name}: none given"
        if isinstance(answer, Range):
            if self.rulebook.terms[name].domain.kind == "tally":
                return f"{name}: {_at_least(answer)}" if answer.low else ""
            return f"{answer.low} so far, could become {answer.high}"
        words = section.in_short.get(name, {})
        return words.get(str(answer), format_answer(answer) if section.in_short else f"{name}: {format_answer(answer)}")

    def _side(self, side: tuple[str, str, str]) -> str:
        """What counts for one side and against it; nothing where nothing is known."""
        name, *tallies = side
        counts = [self.decision.conclusions[tally] for tally in tallies]
        if not any(_least(self.decision, tally) for tally in tallies):
            return ""
        return f"{name} {_at_least(counts[0])} for, {_at_least(counts[1])} against"

    def _disputed(self, name: str) -> StyledLine:
        sides = "; ".join(
            f"{value} ({', '.join(rules)})" if rules else value for value, rules in self.decision.disputed[name].items()
        )
        answer = self.decision.conclusions[name]
        reached = (
            f"{format_answer(answer)}, " if isinstance(answer, str | int) else ""
        )  # of a scale or a tally, the lower end
        return StyledLine(f"{name}: {reached}disputed: {sides}", style="alarm")

    # --- what to ask -------------------------------------------------------------------------------------------------

    def _questions(self) -> Iterator[StyledLine]:
        """The first questions: after an alarm those that could raise it, otherwise those that could change anything."""
        scales = [term.name for term in self.on if isinstance(self.decision.conclusions[term.name], Range)]
        found = what_next(self.compiled, self.decision, scales)
        count = counted(len(found.asked), "question")
        if not found.asked:
            yield StyledLine("Nothing more needs to be asked.", style="muted")
        elif self.on and not scales:
            yield StyledLine(f"Nothing that could raise the alarm; {count} could still change the rest.", style="muted")
        else:
            yield StyledLine(self._asked(found, scales), style="answer")
            questions = self._open_questions(found)
            yield from (StyledLine(text, bullet="? ") for text in questions[:QUESTIONS])
            if len(questions) > QUESTIONS:
                more = f"and {counted(len(questions) - QUESTIONS, 'more group')}" if self.rulebook.groups else ""
                more = more or f"and {len(questions) - QUESTIONS} more"
                yield StyledLine(f"{more} (lumbar next)" if self.cut else more, style="muted")

    def _open_questions(self, found: Questions) -> list[str]:
        """The questions to ask, group by group; each with its sentence where they are few, or there are no groups."""
        groups: dict[str, list[str]] = {}
        for question in found.asked:
            groups.setdefault(question.term.group, []).append(question.term.name)
        if not self.rulebook.groups or len(found.asked) <= QUESTIONS:
            return [f"{question.term.name}: {question.term.ask}" for question in found.asked]
        titles = {name: group.title for name, group in self.rulebook.groups.items()}
        return [f"{titles.get(name, 'Others')}: {', '.join(names)}" for name, names in groups.items()]

    def _asked(self, found: Questions, scales: Sequence[str]) -> str:
        count = len(found.asked)
        are = "is" if count == 1 else "are"
        if scales:
            return f"{counted(count, 'open question')} could raise {' or '.join(scales)}."
        screening = sum(question.term.screening for question in found.asked)
        if screening:
            return (
                f"{counted(screening, 'screening question')} {'is' if screening == 1 else 'are'} open; "
                f"nothing that rests on {'it' if screening == 1 else 'them'} is advised yet."
            )
        return f"{counted(count, 'question')} {are} open that could change this."


def _at_least(answer: Answer) -> str:
    if isinstance(answer, Range):
        return f"{answer.low} or more" if answer.low else "none yet"
    return format_answer(answer)


def _because(reason: Why, rule: RuleReason) -> str:
    """The answers behind a rule, those that its conclusions rest on too."""
    found: dict[str, None] = {}
    queue, seen = [rule], {rule.rule.id}
    while queue:
        for line in queue.pop(0).lines():
            if line.excluded or line.state != "met":
                continue
            found.update(
                dict.fromkeys(f"{name}: {value}" for name, value in line.found.items() if name not in line.concluded)
            )
            below = [one for name in line.below for side in reason.beneath[name].sides for one in side.rules]
            queue += [one for one in below if one.rule.id not in seen]
            seen.update(one.rule.id for one in below)
    more = [f"{len(found) - ANSWERS} more"] if len(found) > ANSWERS else []
    return f" ({', '.join([*found][:ANSWERS] + more)})" if found else ""


def _members(section: Section, members: Sequence[str], cut: bool) -> Iterator[StyledLine]:
    """Members in one line where they are phrases, each on its own where they are sentences; the first, if many."""
    first = [member for member in section.first if member in members]
    ordered = [*first, *(member for member in members if member not in first)]
    shown = ordered[: section.at_most or None] if cut else ordered
    more = [f"and {len(ordered) - len(shown)} more (--length everything)"] if len(shown) < len(ordered) else []
    if any("." in member for member in shown):
        yield from (StyledLine(member, bullet="- ") for member in shown)
        yield from (StyledLine(text, style="muted") for text in more)
    elif shown:
        yield StyledLine("; ".join(shown + more))


def in_a_column(title: str, body: Sequence[StyledLine]) -> Iterator[StyledLine]:
    """Lines beside their title, which stands in a column of its own."""
    for number, line in enumerate(body):
        yield StyledLine(line.text, line.indent, line.style, line.bullet, "" if number else title)
