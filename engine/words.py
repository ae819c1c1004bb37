"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .case import Answer, Case, Decision, Members, Range
from .errors import Place, listed
from .explain import GroupReason, LineReason, RuleReason, Why
from .language import show, show_line
from .rulebook import Citation, Claim, Law, Rule, Rulebook, Section, Source, Term

Style = Literal["title", "answer", "alarm", "plain", "muted"]
Length = Literal["line", "reasons", "everything"]
LENGTHS: tuple[Length, ...] = ("line", "reasons", "everything")
LABELS = {
    "verified-2": "read only in a page that quotes it",
    "recalled": "from memory, not read in the source",
    "uncertain": "not established",
    "derived": "worked out from figures that were read",
    "convention": "a practice rule, without evidence behind it",
}


@dataclass(frozen=True)
class Said:
    """A line of words: how deep it stands, its style, and the bullet that only its first printed line carries."""

    text: str
    indent: int = 0
    style: Style = "plain"
    bullet: str = ""


def tell(answer: Answer) -> str:
    """An answer in words."""
    match answer:
        case None:
            return "not known yet"
        case Range():
            return f"at least {answer.low}, at most {answer.high}"
        case Members():
            return "; ".join(answer.inside) or "nothing so far"
    return str(answer)


# --- a recommendation ------------------------------------------------------------------------------------------------


def recommendation(rulebook: Rulebook, decision: Decision) -> Iterator[Said]:
    """One decision on one screen, in the order that the knowledge base gives."""
    yield Said(f"Case {decision.case.id}", style="title")
    if decision.case.says:
        yield Said(decision.case.says, 1, "muted")
    sections = rulebook.recommendation.sections if rulebook.recommendation else (_all_in_one(rulebook),)
    screening = [name for name in decision.ask if rulebook.terms[name].screening]
    for number, section in enumerate(sections):
        body = [line for name in section.terms for line in _conclusion(decision, name)]
        body += [line for side in section.sides for line in _side(rulebook, decision, *side)]
        if body:
            yield Said(section.title, style="title")
            yield from body
        if not number and screening:
            yield Said(
                f"{len(screening)} screening questions are open; nothing that rests on them is advised", 1, "alarm"
            )
    if screening:
        yield Said("Answer first", style="title")
        yield from (Said(f"{name}: {rulebook.terms[name].ask}", 1, "plain", "? ") for name in screening)
    others = [name for name in decision.ask if name not in screening]
    if others:
        yield Said("Not known yet", style="title")
        yield Said(", ".join(others), 1, "muted")
    yield from notice(rulebook)


def _all_in_one(rulebook: Rulebook) -> Section:
    return Section("Conclusions", tuple(term.name for term in rulebook.conclusions))


def _conclusion(decision: Decision, name: str) -> Iterator[Said]:
    answer = decision.conclusions[name]
    if name in decision.disputed:
        sides = "; ".join(f"{value} ({', '.join(rules)})" for value, rules in decision.disputed[name].items())
        yield Said(f"{name}: disputed: {sides}", 1, "alarm")
    elif isinstance(answer, Members):
        yield from (Said(member, 1, "plain", "- ") for member in answer.inside)
        if answer.open and not answer.inside:
            yield Said(f"{name}: not known yet", 1, "muted")
    elif name in decision.gaps:
        yield Said(f"{name}: none given", 1, "muted")
    else:
        yield Said(f"{name}: {tell(answer)}", 1, "muted" if answer is None else "answer")


def _side(rulebook: Rulebook, decision: Decision, name: str, pro: str, contra: str) -> Iterator[Said]:
    for word, tally in (("for", pro), ("against", contra)):
        firing = [entry.rule for entry in rulebook.support[tally] if entry.rule in decision.fired]
        yield Said(f"{word} {name}: {tell(decision.conclusions[tally])}", 1)
        yield from (Said(rulebook.rules[rule].says, 2, "muted", "- ") for rule in firing)


def notice(rulebook: Rulebook) -> Iterator[Said]:
    """What the knowledge base says of itself, and how many of its rules are drafts."""
    drafts = sum(rule.status == "draft" for rule in rulebook.rules.values() if not rule.row)
    cards = sum(not rule.row for rule in rulebook.rules.values())
    if rulebook.recommendation:
        yield Said("Please note", style="title")
        yield Said(rulebook.recommendation.notice, 1, "muted")
    state = f"{drafts} of {cards} rules are drafts. " if drafts else ""
    yield Said(f"{state}Rulebook {rulebook.digest}.", 1, "muted")


def brief(rulebook: Rulebook, decision: Decision) -> Said:
    """One decision in one line: the single-valued conclusions of the first sections."""
    sections = rulebook.recommendation.sections if rulebook.recommendation else ()
    terms = [rulebook.terms[name] for section in sections[:2] for name in section.terms] or list(rulebook.conclusions)
    told = [f"{term.name}: {_briefly(decision, term)}" for term in terms if term.domain.kind in ("yes/no", "choice")]
    return Said(f"{decision.case.id}: {'; '.join(told)}")


def _briefly(decision: Decision, term: Term) -> str:
    return "disputed" if term.name in decision.disputed else tell(decision.conclusions[term.name])


def fault(rulebook: Rulebook, case: Case, decision: Decision) -> Iterator[Said]:
    """A case that cannot be decided: its problems, and the least that the rest of it gives of every scale."""
    yield Said(f"Case {case.id}: not decided, for there is something to mend in it", style="alarm")
    yield from (Said(str(problem), 1) for problem in case.problems)
    for term in rulebook.conclusions:
        if term.takes_highest:
            answer = decision.conclusions[term.name]
            low = answer.low if isinstance(answer, Range) else answer
            yield Said(f"{term.name}: at least {low}, from what can be read", 1, "alarm")


# --- reasons ---------------------------------------------------------------------------------------------------------


def why(reason: Why, length: Length = "reasons") -> Iterator[Said]:
    """A tree of reasons, in one line, as reasons, or with everything."""
    if length == "line":
        rules = [f"{rule.rule.id} ({rule.rule.says.rstrip('.')})" for side in reason.sides for rule in side.rules]
        because = f", by {'; '.join(rules)}" if rules else f", {_how(reason)}"
        yield Said(f"{reason.term.name}: {_answer(reason)}{because}", style="answer")
    else:
        yield from _why(reason, 0, length)


def _answer(reason: Why) -> str:
    if reason.how == "disputed":
        return "disputed"
    return "none given" if reason.how == "gap" else tell(reason.answer)


def _how(reason: Why) -> str:
    count = len(reason.ruled_out)
    ruled_out = f"{count} {'rule' if count == 1 else 'rules'} ruled out"
    match reason.how:
        case "otherwise":
            return f"no other answer stands: {ruled_out}"
        case "gap":
            return f"no rule gives it: {ruled_out}"
        case "open":
            return f"waiting for {listed(reason.missing, 8)}"
        case "built in" if reason.answer == "yes":
            return "every question that applies is answered"
        case "built in":
            return f"not answered: {listed(reason.missing, 8)}"
    return ""


def _why(reason: Why, indent: int, length: Length) -> Iterator[Said]:
    how = "as told above" if reason.told else _how(reason)
    yield Said(f"{reason.term.name}: {_answer(reason)}{f' ({how})' if how else ''}", indent, "answer")
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
        how = "as told above" if told.told else _how(told) or "met"
        yield Said(f"{_prefix(line)}{line.text} ({how})", indent, "plain", "* ")
        yield from _reasons(told, indent, length)
        return
    found = "; ".join(f"{name} is {_found(value)}" for name, value in line.found.items())
    says = line.state if exact and line.state == "met" else f"{line.state}: {found}"
    yield Said(f"{_prefix(line)}{line.text} ({says})", indent, "plain", "* ")
    for below in line.below:
        yield from _why(below, indent + 1, length)


def _found(value: object) -> str:
    if isinstance(value, dict):
        if "in" in value:
            return ", ".join(value["in"]) or "empty so far"
        return f"at least {value['at least']}, at most {value['at most']}"
    return "not answered" if value is None else str(value)


def sources_behind(rulebook: Rulebook, reason: Why) -> Iterator[Said]:
    """The sources of every rule in a tree, in full."""
    citations = dict.fromkeys(citation for told in reason.rules() for citation in told.rule.sources)
    yield Said("Sources", style="title")
    yield from (Said(cite(rulebook, citation), 1, "muted", "- ") for citation in citations)


# --- pages -----------------------------------------------------------------------------------------------------------


def cite(rulebook: Rulebook, citation: Citation) -> str:
    """A citation with the paper it names, and how sure it is, in words."""
    if citation.source == "article":
        return f"article, claim {citation.place}: {rulebook.claims[citation.place].says}"
    source = rulebook.sources[citation.source]
    label = f" ({LABELS[citation.label]})" if citation.label else ""
    return f"{citation.source}: {citation.place}{label}. {source.citation} [{source.seen}]"


def rule_page(rulebook: Rulebook, rule: Rule) -> Iterator[Said]:
    """The page of a rule."""
    yield Said(f"Rule {rule.id}", style="title")
    yield Said(rule.says, 1, "answer")
    yield from _condition(show(rule.condition))
    yield Said("then:", 1)
    yield from (Said(f"{term}: {value}" if value else term, 2, "answer", "- ") for term, value in rule.then)
    yield from (Said(f"outranks {other}", 1) for other in rule.outranks)
    above = [other.id for other in rulebook.rules.values() if rule.id in other.outranks]
    yield from (Said(f"outranked by {other}", 1) for other in above)
    yield Said(f"because: {rule.because}", 1)
    yield from (Said(cite(rulebook, citation), 1, "muted", "source: ") for citation in rule.sources)
    yield Said(f"{rule.status}; {_where(rulebook, rule.place)}", 1, "muted")
    yield from (Said(f"{example.name}: {example.mark}", 1, "muted", "example: ") for example in rule.examples)


def _condition(text: str) -> Iterator[Said]:
    for line in text.splitlines():
        body = line.lstrip()
        yield Said(
            body.removeprefix("- "), 1 + (len(line) - len(body)) // 2, "plain", "- " if body.startswith("- ") else ""
        )


def _where(rulebook: Rulebook, place: Place) -> str:
    return f"{rulebook.directory}/{place}" if rulebook.directory else str(place)


def term_page(rulebook: Rulebook, term: Term) -> Iterator[Said]:
    """The page of a finding or conclusion."""
    yield Said(f"{'Finding' if term.finding else 'Conclusion'} {term.name}", style="title")
    yield from (Said(text, 1) for text in (term.ask, term.help, term.says) if text)
    domain = term.domain
    values = f"{domain.low} to {domain.high} {term.unit}" if domain.kind == "number" else "; ".join(domain.values)
    yield Said(f"{domain.kind}{f': {values}' if values else ''}", 1, "answer")
    if term.asked_if:
        yield Said(f"asked if {' and '.join(show_line(line) for line in term.asked_if.leaves())}", 1)
    facts = {
        "a screening question: no exercise is advised before it is answered": term.screening,
        "lasts: a later visit may carry it over": term.lasts,
        "takes the highest value that a rule gives": term.takes_highest,
        f"otherwise {term.otherwise}": term.otherwise is not None,
        f"read by no rule: {term.unread}": term.unread,
        f"codes: {', '.join(term.codes)}": term.codes,
    }
    yield from (Said(text, 1) for text, true in facts.items() if true)
    yield from _rule_list("given by", (rulebook.rules[entry.rule] for entry in rulebook.support.get(term.name, ())))
    yield from _rule_list("read by", rulebook.readers(term.name))
    yield Said(_where(rulebook, term.place), 1, "muted")


def _rule_list(title: str, rules: Iterable[Rule]) -> Iterator[Said]:
    for number, rule in enumerate(rules):
        if not number:
            yield Said(f"{title}:", 1)
        yield Said(f"{rule.id}: {rule.says}", 2, "muted", "- ")


def source_page(rulebook: Rulebook, source: Source) -> Iterator[Said]:
    """The page of a source."""
    yield Said(f"Source {source.key}", style="title")
    yield from (Said(text, 1) for text in (source.citation, f"seen: {source.seen}", source.id, source.address) if text)
    yield from _rule_list("cited by", citing(rulebook, source.key))


def claim_page(rulebook: Rulebook, claim: Claim) -> Iterator[Said]:
    """The page of a claim of the article."""
    yield Said(f"Claim {claim.number} of the article", style="title")
    yield Said(claim.says, 1)
    yield from _rule_list("cited by", citing(rulebook, "article", claim.number))
    yield from (Said(f"law {law.id}: {law.says}", 2, "muted", "- ") for law in laws_citing(rulebook, claim.number))


def law_page(rulebook: Rulebook, law: Law) -> Iterator[Said]:
    """The page of a law, or of an assumption about patients."""
    yield Said(f"{'Law' if law.id in rulebook.laws else 'Impossible:'} {law.id}", style="title")
    yield Said(law.says, 1, "answer")
    yield from _condition(show(law.condition, law=True))
    yield from (Said(cite(rulebook, citation), 1, "muted", "source: ") for citation in law.sources)
    yield Said(_where(rulebook, law.place), 1, "muted")


def citing(rulebook: Rulebook, key: str, place: str | None = None) -> tuple[Rule, ...]:
    """The rules that cite a source (or one claim of the article)."""
    return tuple(
        rule
        for rule in rulebook.rules.values()
        if any(one.source == key and place in (None, one.place) for one in rule.sources)
    )


def laws_citing(rulebook: Rulebook, claim: str) -> tuple[Law, ...]:
    """The laws that cite a claim of the article."""
    return tuple(law for law in rulebook.laws.values() if Citation("article", claim) in law.sources)


def page(rulebook: Rulebook, name: str) -> Iterator[Said] | None:
    """The page of whatever has that name: a rule, term, law, source, or claim (its number, or `article: 7`)."""
    claim = name.lower().removeprefix("article").lstrip(": ")
    if name in rulebook.rules:
        return rule_page(rulebook, rulebook.rules[name])
    if name in rulebook.terms:
        return term_page(rulebook, rulebook.terms[name])
    for laws in (rulebook.laws, rulebook.impossible):
        if name in laws:
            return law_page(rulebook, laws[name])
    if name in rulebook.sources:
        return source_page(rulebook, rulebook.sources[name])
    return claim_page(rulebook, rulebook.claims[claim]) if claim in rulebook.claims else None


def names(rulebook: Rulebook) -> tuple[str, ...]:
    """Every name that has a page."""
    kinds = (rulebook.rules, rulebook.terms, rulebook.laws, rulebook.impossible, rulebook.sources, rulebook.claims)
    return tuple(name for kind in kinds for name in kind)
