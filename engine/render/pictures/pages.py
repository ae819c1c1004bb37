"""The pages of pictures: the drawing, and below it the same in words that unfold, which is what a telephone shows."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape

from ...case import Case
from ...errors import counted
from ...explain import GroupReason, LineReason, RuleReason, Why
from ...language import show
from ...rulebook import Rule, Rulebook, Support, Term
from ..once import Once
from ..styled_line import cite
from ..why import DISPUTED, answer_of, how_of, sources_behind
from .boxes import Mark, State
from .page import DRAWN, details, figure, notice, page, paragraph
from .rule_map import Map, heading, picture_of_map
from .text_width import clean
from .why import OPPOSITE, briefly, found_in_short, kind_of, picture_of

SIGNS: Mapping[Mark | State, tuple[str, str]] = {
    "met": ("✓", "met"),
    "not met": ("✗", "not met"),
    "unknown": ("?", "not known"),
    "disputed": ("!", "disputed"),
    "for": ("+", "for it"),
    "against": ("−", "against it"),
    "fires": ("■", "fires"),
    "waits": ("?", "waits"),
    "ruled out": ("□", "ruled out"),
    "": ("□", "rule"),
}
FEW = 6  # rules that are shown without being unfolded
DEEPEST = 12  # so many conclusions stand in each other: a browser keeps no more than 512 parts in each other


def page_of(rulebook: Rulebook, case: Case, reason: Why) -> str:
    """The page of a tree of reasons."""
    sources = [f"<li>{escape(clean(line.text))}</li>" for line in list(sources_behind(rulebook, reason))[1:]]
    body = [
        paragraph(f"Case {case.id}. {case.says}", "muted"),
        notice(rulebook),
        figure(picture_of(rulebook, case, reason, alone=False)),
        "<h2>Step by step</h2>",
        paragraph("Each answer with the rules that gave it; a rule unfolds to its reason and its sources.", "muted"),
        *_Unfolded(reason).parts(),
        details(f"Sources ({len(sources)})", [f"<ul>{''.join(sources)}</ul>"]) if sources else "",
    ]
    return page(f"Why {reason.term.name}: {briefly(reason)}", "\n".join(filter(None, body)), DRAWN)


# --- a tree of reasons -----------------------------------------------------------------------------------------------


class _Unfolded:
    """An explanation as lists in lists: what was explained once, or would be nested too deep, is a link."""

    def __init__(self, asked: Why) -> None:
        self.asked = asked
        self.once = Once[str](DEEPEST)
        self.places = {name: f"why-{number}" for number, name in enumerate((asked.term.name, *asked.beneath))}

    def parts(self) -> Iterator[str]:
        """What was asked for; then what would have been nested too deep, each in a list of its own."""
        self.once.refer(self.asked.term.name, 0)
        yield f"<ul class=tree>{self._explained(self.asked, 0)}</ul>"
        for name in self.once.rest():
            yield f"<ul class=tree>{self._explained(self.asked.beneath[name], 0)}</ul>"

    def _why(self, name: str, depth: int, sign: str = "") -> str:
        """A conclusion with what explains it, or where that stands."""
        reason = self.asked.beneath[name]
        elsewhere = self.once.refer(name, depth)
        if not elsewhere:
            return self._explained(reason, depth, sign)
        link = f'<a href="#{self.places[name]}">{elsewhere}</a>'
        return f'<li><div class="head told">{_head(reason, sign)}, {link}</div></li>'

    def _explained(self, reason: Why, depth: int, sign: str = "") -> str:
        how = f"<small>{escape(clean(how_of(reason)))}</small>" if how_of(reason) else ""
        several = len(reason.sides) > 1
        told = [self._rule(side.value, rule, several, depth) for side in reason.sides for rule in side.rules]
        aside = "".join(
            details(f"{counted(len(rules), 'rule')} {word}", [_aside(rules)])
            for word, rules in (("ruled out", reason.ruled_out), ("waiting", reason.waiting))
            if rules
        )
        below = f"<ul class=tree>{''.join(told)}{f'<li>{aside}</li>' if aside else ''}</ul>" if told or aside else ""
        head = f'<div class="head {kind_of(reason, reason is self.asked)}" id="{self.places[reason.term.name]}">'
        return f"<li>{head}{_head(reason, sign)}{how}</div>{below}</li>"

    def _rule(self, value: str, reason: RuleReason, several: bool, depth: int) -> str:
        says = escape(clean(reason.rule.says))
        summary = f"<b>{escape(clean(value))}</b> {says}" if several else says
        summary += f" <i>{DISPUTED}</i>" if reason.status == "disputed" else ""
        lines = [line for part in reason.parts for line in self._part(part, depth)]
        lines += [f"<li>{sign_of('not met')}outranked by {escape(other)}</li>" for other in reason.outranked]
        return f"<li>{details(summary, card(reason.rule))}<ul class=tree>{''.join(lines)}</ul></li>"

    def _part(self, part: GroupReason | LineReason, depth: int) -> Iterator[str]:
        if isinstance(part, LineReason):
            yield self._line(part, depth)
            return
        mark: Mark = OPPOSITE[part.state] if part.excluded else part.state  # type: ignore[assignment]
        title = f"{'unless ' if part.excluded else ''}{part.title}:"
        lines = "".join(self._line(line, depth) for line in part.lines)
        yield f"<li>{sign_of(mark)}{title}<ul class=tree>{lines}</ul></li>"

    def _line(self, line: LineReason, depth: int) -> str:
        """A line, with what the case has where that is put otherwise, and what explains it."""
        mark: Mark = OPPOSITE[line.state] if line.excluded else line.state  # type: ignore[assignment]
        facts = found_in_short(line)
        if facts == line.text and len(line.below) == 1 and not line.excluded:
            return self._why(line.below[0], depth + 1, sign_of(mark))
        below = "".join(self._why(name, depth + 1) for name in line.below)
        text = escape(clean(f"{'unless ' if line.excluded else ''}{line.text}"))
        found = f" <span class=muted>({escape(clean(facts))})</span>" if facts != line.text else ""
        return f"<li>{sign_of(mark)}{text}{found}{f'<ul class=tree>{below}</ul>' if below else ''}</li>"


def _head(reason: Why, sign: str) -> str:
    return f"{sign}{escape(clean(reason.term.name))}: {escape(clean(answer_of(reason)))}"


def sign_of(mark: Mark | State) -> str:
    """A sign in a page, which is read out in words."""
    sign, says = SIGNS[mark]
    return f'<span class=sign role=img aria-label="{says}">{sign}</span>'


def _aside(rules: Iterable[RuleReason]) -> str:
    lines = [f"<li><b>{escape(reason.rule.id)}</b> {escape(clean(reason.rule.says))}</li>" for reason in rules]
    return f"<ul>{''.join(lines)}</ul>"


def card(rule: Rule, rulebook: Rulebook | None = None) -> Iterator[str]:
    """What stands behind a rule; with the rulebook, its sources in full."""
    yield paragraph(f"because: {rule.because}", "muted")
    if rulebook is None:
        yield paragraph(f"source: {'; '.join(map(str, rule.sources))}", "muted")
    else:
        yield from (paragraph(f"source: {cite(rulebook, citation)}", "muted") for citation in rule.sources)
    yield paragraph(f"rule {rule.id}, {rule.status}; {rule.place}", "muted")


# --- the map ---------------------------------------------------------------------------------------------------------


def page_of_map(whole: Map) -> str:
    """The page of a map."""
    title, says = heading(whole)
    told: set[str] = set()
    parts = [
        paragraph(says, "muted"),
        notice(whole.rulebook),
        figure(picture_of_map(whole, alone=False), "A box leads to its rules below."),
    ]
    for number, terms in enumerate(whole.stages, 1):
        parts.append(f"<h2>Stage {number}</h2>")
        parts += [_conclusion(whole, term, told) for term in terms]
    return page(title, "\n".join(parts), DRAWN)


def _conclusion(whole: Map, term: Term, told: set[str]) -> str:
    answer = f": {whole.answer(term)}" if whole.decision else ""
    summary = f"{escape(clean(term.name + answer))}<small>{escape(whole.rules(term))}</small>"
    groups: dict[str, list[Support]] = {}
    for entry in whole.rulebook.support[term.name]:
        groups.setdefault(_group(whole, entry), []).append(entry)
    body = [paragraph(term.says)]
    for title, entries in sorted(groups.items(), key=lambda group: group[0] != "fires"):
        rules = "".join(f"<li>{_entry(whole, entry, told)}</li>" for entry in entries)
        shown = f"<ul class=rules>{rules}</ul>"
        few = title == "fires" or len(groups) == 1 or len(entries) <= FEW
        body.append(shown if few else details(f"{counted(len(entries), 'rule')}: {escape(clean(title))}", [shown]))
    head = f'<div class="head {whole.kind(term)}">{summary}</div>'
    return f'<details><summary>{head}</summary><div id="{whole.place(term)}">{"".join(body)}</div></details>'


def _group(whole: Map, entry: Support) -> str:
    """Rules go together by how they stand in a case, and without one by where they stand in the knowledge base."""
    if whole.decision:
        return whole.state(entry)
    folder, _, file = whole.rulebook.rules[entry.rule].place.file.rpartition("/")
    return f"table {file.rpartition('.')[0]}" if whole.rulebook.rules[entry.rule].row else folder


def _entry(whole: Map, entry: Support, told: set[str]) -> str:
    """A rule for a conclusion: whole where it stands first in the page, and from then on as a link."""
    rule = whole.rulebook.rules[entry.rule]
    gives = f"<b>{escape(clean(entry.value))}</b>: " if entry.value else ""
    says = f"{sign_of(whole.state(entry))}{gives}{escape(clean(rule.says))}"
    if rule.id in told:
        return f'{says} <a href="#rule-{rule.id}">{escape(rule.id)}</a>'
    told.add(rule.id)
    condition = f"<pre>{escape(show(rule.condition))}</pre>"
    return details(says, [condition, *card(rule, whole.rulebook)], f"rule-{rule.id}")
