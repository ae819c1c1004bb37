"""The page of a rule, term, law, source or claim."""

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from ..errors import Place
from ..language import Condition, Group, show_line, title_of
from ..reviewed import reviewed
from ..rulebook import Claim, Law, Rule, Rulebook, Source, Term
from .layers import of_layer, over_another
from .sentences import condition_in_words
from .styled_line import StyledLine, cite, citing, laws_citing


def rule_page(rulebook: Rulebook, rule: Rule) -> Iterator[StyledLine]:
    """The page of a rule."""
    yield StyledLine(f"Rule {rule.id}{of_layer(rule)}", style="title")
    yield StyledLine(rule.says, 1, "answer")
    yield from _condition(rule.condition)
    yield StyledLine("then:", 1)
    yield from (StyledLine(f"{term}: {value}" if value else term, 2, "answer", "- ") for term, value in rule.then)
    yield from (StyledLine(f"outranks {other}", 1) for other in rule.outranks)
    above = [other.id for other in rulebook.rules.values() if rule.id in other.outranks]
    yield from (StyledLine(f"outranked by {other}", 1) for other in above)
    yield StyledLine(rule.because, 1, bullet="because: ")
    yield from over_another(rule)
    yield from (StyledLine(cite(rulebook, citation), 1, "muted", "source: ") for citation in rule.sources)
    yield StyledLine(f"{reviewed(rulebook, rule).state}; {_where(rulebook, rule.place)}", 1, "muted")
    yield from (StyledLine(f"{example.name}: {example.mark}", 1, "muted", "example: ") for example in rule.examples)


def _condition(condition: Condition, law: bool = False) -> Iterator[StyledLine]:
    if not condition.lines and not law:
        yield StyledLine("if: always", 1)
    for head, parts in (("never" if law else "if", condition.lines), ("unless", condition.unless)):
        if parts:
            yield StyledLine(f"{head}:", 1)
        for part in parts:
            below = part.lines if isinstance(part, Group) else ()
            yield StyledLine(f"{title_of(part)}:" if isinstance(part, Group) else show_line(part), 2, "plain", "- ")
            yield from (StyledLine(show_line(line), 4, "plain", "- ") for line in below)


def _where(rulebook: Rulebook, place: Place) -> str:
    if not rulebook.directory or rulebook.is_beneath(place):
        return str(place)
    return os.path.relpath(os.path.join(rulebook.directory, str(place)))  # noqa: PTH118


def term_page(rulebook: Rulebook, term: Term) -> Iterator[StyledLine]:
    """The page of a finding or conclusion."""
    yield StyledLine(f"{'Finding' if term.finding else 'Conclusion'} {term.name}", style="title")
    yield from (StyledLine(text, 1) for text in (term.ask, term.help, term.says) if text)
    domain = term.domain
    values = f"{domain.low} to {domain.high} {term.unit}" if domain.kind == "number" else "; ".join(domain.values)
    yield StyledLine(
        "yes or no" if domain.kind == "yes/no" else f"{domain.kind}{f': {values}' if values else ''}", 1, "answer"
    )
    if term.asked_if:
        phrase = condition_in_words(term.asked_if)
        yield StyledLine(f"asked {phrase[0].lower()}{phrase[1:]}", 1)
    facts = {
        "a screening question: it is answered before anything that rests on it is advised": term.screening,
        "lasts: a later visit may carry it over": term.lasts,
        "fixed: what is once answered stays so": term.fixed,
        f"asked in the group {term.group}": term.group,
        f'"none of these" answers it: {term.none}': term.none is not None,
        f"its `asked if` may lose an alarm: {term.loses}": term.loses,
        "takes the highest value that a rule gives": term.takes_highest,
        f"default: {term.otherwise}, when every rule for it is ruled out": term.otherwise is not None,
        f"read by no rule: {term.unread}": term.unread,
        f"codes: {', '.join(term.codes)}": term.codes,
    }
    yield from (StyledLine(text, 1) for text, true in facts.items() if true)
    yield from (
        StyledLine(f"{value}: {words or 'nothing'}", 2, "muted", "for patients, ")
        for value, words in term.for_patients.items()
    )
    yield from _rule_list("given by", (rulebook.rules[entry.rule] for entry in rulebook.support.get(term.name, ())))
    yield from _rule_list("read by", rulebook.readers(term.name))
    yield StyledLine(_where(rulebook, term.place), 1, "muted")


def _rule_list(title: str, rules: Iterable[Rule]) -> Iterator[StyledLine]:
    for number, rule in enumerate(rules):
        if not number:
            yield StyledLine(f"{title}:", 1)
        yield StyledLine(f"{rule.id}: {rule.says}", 2, "muted", "- ")


def source_page(rulebook: Rulebook, source: Source) -> Iterator[StyledLine]:
    """The page of a source."""
    yield StyledLine(f"Source {source.key}", style="title")
    yield from (
        StyledLine(text, 1) for text in (source.citation, f"seen: {source.seen}", source.id, source.address) if text
    )
    yield from _rule_list("cited by", citing(rulebook, source.key))


def claim_page(rulebook: Rulebook, claim: Claim) -> Iterator[StyledLine]:
    """The page of a claim of the article."""
    yield StyledLine(f"Claim {claim.number} of the article", style="title")
    yield StyledLine(claim.says, 1)
    yield from _rule_list("cited by", citing(rulebook, "article", claim.number))
    yield from (
        StyledLine(f"law {law.id}: {law.says}", 2, "muted", "- ") for law in laws_citing(rulebook, claim.number)
    )


def law_page(rulebook: Rulebook, law: Law) -> Iterator[StyledLine]:
    """The page of a law, or of an assumption about patients."""
    yield StyledLine(f"{'Law' if law.id in rulebook.laws else 'Impossible:'} {law.id}", style="title")
    yield StyledLine(law.says, 1, "answer")
    yield from _condition(law.condition, law=True)
    yield from (StyledLine(cite(rulebook, citation), 1, "muted", "source: ") for citation in law.sources)
    yield StyledLine(f"{reviewed(rulebook, law).state}; {_where(rulebook, law.place)}", 1, "muted")


def page(rulebook: Rulebook, name: str) -> Iterator[StyledLine] | None:
    """The page of whatever has that name: a rule, term, law, source, or claim (its number, or `article: 7`).

    A rule and a term may have the same name: then the term, and after it the rule.
    """
    claim = name.lower().removeprefix("article").lstrip(": ")
    found: list[Iterator[StyledLine]] = []
    if name in rulebook.terms:
        found.append(term_page(rulebook, rulebook.terms[name]))
    if name in rulebook.rules:
        found.append(rule_page(rulebook, rulebook.rules[name]))
    found += [law_page(rulebook, laws[name]) for laws in (rulebook.laws, rulebook.impossible) if name in laws]
    if name in rulebook.sources:
        found.append(source_page(rulebook, rulebook.sources[name]))
    if not found and claim in rulebook.claims:
        found.append(claim_page(rulebook, rulebook.claims[claim]))
    return chain.from_iterable(found) if found else None


def names(rulebook: Rulebook) -> tuple[str, ...]:
    """Every name that has a page."""
    return tuple(name for kind in _kinds(rulebook).values() for name in kind)


def names_by_kind(rulebook: Rulebook) -> Iterator[StyledLine]:
    """Every name that has a page, under what it is the name of, for a person to read."""
    for title, kind in _kinds(rulebook).items():
        if kind:
            yield StyledLine(f"{title} ({len(kind)})", style="title")
            yield StyledLine(", ".join(kind), 1)


def _kinds(rulebook: Rulebook) -> dict[str, Sequence[str]]:
    return {
        "Rules": [*rulebook.rules],
        "Terms": [*rulebook.terms],
        "Laws": [*rulebook.laws],
        "Assumptions about patients": [*rulebook.impossible],
        "Sources": [*rulebook.sources],
        "Claims of the article": [*rulebook.claims],
    }


def claims(rulebook: Rulebook) -> Iterator[StyledLine]:
    """The claims of the article, each with the rules and laws that cite it, for a person to read."""
    for claim in rulebook.claims.values():
        yield StyledLine(f"{claim.number}. {claim.says}", style="title")
        rules, laws = citing(rulebook, "article", claim.number), laws_citing(rulebook, claim.number)
        for title, cited in (("rules: ", [rule.id for rule in rules]), ("laws: ", [law.id for law in laws])):
            if cited:
                yield StyledLine(", ".join(cited), 1, "plain", title)
