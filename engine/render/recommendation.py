"""A decision in words: whole, or in one line; and a case that cannot be decided."""

from collections.abc import Iterator
from dataclasses import replace

from ..alarms import Alarms
from ..case import Case, Decision, Members
from ..errors import counted
from ..explain.behind import RulesBehind
from ..reviewed import withdrawn_of
from ..rulebook import Rulebook, Section, Term
from .broken_law import broken_laws, broken_laws_in_brief
from .layers import lowered, lowered_in_brief
from .reviews import rests_on
from .styled_line import StyledLine, format_answer


def recommendation(rulebook: Rulebook, decision: Decision) -> Iterator[StyledLine]:
    """All of one decision but the notice, as the knowledge base orders it; of one that breaks a law its alarms."""
    if decision.broken:
        yield from broken_laws(rulebook, decision)
        return
    yield StyledLine(f"Case {decision.case.id}", style="title")
    if decision.case.says:
        yield StyledLine(decision.case.says, 1, "muted")
    sections = rulebook.recommendation.sections if rulebook.recommendation else (all_in_one(rulebook),)
    screening = [name for name in decision.ask if rulebook.terms[name].screening]
    for number, section in enumerate(sections):
        body = [line for name in section.terms for line in _conclusion(decision, name)]
        body += [line for side in section.sides for line in _side(rulebook, decision, *side)]
        if body:
            yield StyledLine(section.title, style="title")
            yield from body
        if not number:
            yield from (replace(line, indent=1) for line in lowered(decision.lowered))
        if not number and screening:
            yield StyledLine(
                f"{counted(len(screening), 'open screening question')}: nothing that rests on them is advised",
                1,
                "alarm",
            )
    if screening:
        yield StyledLine("Answer first", style="title")
        yield from (StyledLine(f"{name}: {rulebook.terms[name].ask}", 1, "plain", "? ") for name in screening)
    others = [name for name in decision.ask if name not in screening]
    not_used = "Answered, and not used: these questions do not apply"
    for title, names in (("Not known yet", others), (not_used, decision.not_used)):
        if names:
            yield StyledLine(title, style="title")
            yield StyledLine(", ".join(names), 1, "muted")


def all_in_one(rulebook: Rulebook) -> Section:
    """What is shown where the knowledge base lays out nothing."""
    return Section("Conclusions", tuple(term.name for term in rulebook.conclusions))


def _conclusion(decision: Decision, name: str) -> Iterator[StyledLine]:
    answer = decision.conclusions[name]
    if name in decision.disputed:
        sides = "; ".join(
            f"{value} ({', '.join(rules)})" if rules else value for value, rules in decision.disputed[name].items()
        )
        reached = (
            f"{format_answer(answer)}, " if isinstance(answer, str | int) else ""
        )  # of a scale or a tally, the lower end
        yield StyledLine(f"{name}: {reached}disputed: {sides}", 1, "alarm")
    elif isinstance(answer, Members):
        if answer.inside:
            yield StyledLine(f"{name}:", 1, "answer")
        yield from (StyledLine(member, 2, "plain", "- ") for member in answer.inside)
        if answer.open and not answer.inside:
            yield StyledLine(f"{name}: not known yet", 1, "muted")
    elif name in decision.gaps:
        yield StyledLine(f"{name}: none given", 1, "muted")
    else:
        yield StyledLine(f"{name}: {format_answer(answer)}", 1, "muted" if answer is None else "answer")


def _side(rulebook: Rulebook, decision: Decision, name: str, pro: str, contra: str) -> Iterator[StyledLine]:
    for word, tally in (("for", pro), ("against", contra)):
        firing = [entry.rule for entry in rulebook.support[tally] if entry.rule in decision.fired]
        yield StyledLine(f"{word} {name}: {format_answer(decision.conclusions[tally])}", 1)
        yield from (StyledLine(rulebook.rules[rule].says, 2, "muted", "- ") for rule in firing)


def notice(rulebook: Rulebook, behind: RulesBehind) -> Iterator[StyledLine]:
    """What the knowledge base says of itself, and on how many reviewed and unreviewed rules the answers rest."""
    if gone := withdrawn_of(rulebook):
        yield StyledLine(str(gone), style="alarm")
    says = [rulebook.recommendation.notice] if rulebook.recommendation else []
    yield StyledLine(" ".join([*says, rests_on(rulebook, behind), f"Rulebook {rulebook.digest}."]), style="muted")


def brief(rulebook: Rulebook, decision: Decision) -> StyledLine:
    """One decision in one line: the single-valued conclusions of the first sections."""
    if decision.broken:
        return broken_laws_in_brief(rulebook, decision)
    sections = rulebook.recommendation.sections if rulebook.recommendation else ()
    terms = [rulebook.terms[name] for section in sections[:2] for name in section.terms] or list(rulebook.conclusions)
    answers = [f"{term.name}: {_briefly(decision, term)}" for term in terms if term.domain.kind in ("yes/no", "choice")]
    return StyledLine(f"{decision.case.id}: {'; '.join(answers)}{lowered_in_brief(decision.lowered)}")


def _briefly(decision: Decision, term: Term) -> str:
    answer = decision.conclusions[term.name]
    if term.name in decision.disputed:
        return "disputed" if answer is None else f"{format_answer(answer)} (disputed)"
    return format_answer(answer)


def rejection(alarms: Alarms, case: Case) -> Iterator[StyledLine]:
    """A case that cannot be decided: its problems, and how far its alarms reach, at least and at most."""
    yield StyledLine(f"Case {case.id}: not decided; fix these problems first", style="alarm")
    yield from (StyledLine(str(replace(problem, excerpt="")), 1) for problem in case.problems)
    yield from (StyledLine(text, 1, "alarm") for text in _reached(alarms, case))


def rejection_in_brief(alarms: Alarms, case: Case) -> StyledLine:
    """The same in one line, with the first problem alone."""
    more = f" ({len(case.problems) - 1} more)" if len(case.problems) > 1 else ""
    problem = str(case.problems[0]).splitlines()[0]
    return StyledLine(f"{case.id}: not decided: {problem}{more}; {'; '.join(_reached(alarms, case))}", style="alarm")


def _reached(alarms: Alarms, case: Case) -> Iterator[str]:
    figures = alarms.figures(case)
    for name, most in figures.at_most.items():
        least = figures.at_least[name]
        if least is None:
            yield f"{name}: not known, because nothing of the case could be read; it can be {most}"
        elif least == most and _is_strange(alarms, case) and most != alarms.rulebook.terms[name].domain.values[-1]:
            yield f"{name}: at least {least}; a value whose name is like no finding may raise it"
        elif least == most:
            yield f"{name}: at least {least}; correcting the problems cannot raise it"
        else:
            yield f"{name}: at least {least}; correcting the problems can raise it, to {most} at most"


def _is_strange(alarms: Alarms, case: Case) -> bool:
    """Whether something stands under a name that resembles no finding, so that it raises neither figure."""
    split = alarms.rulebook.split_names
    return any(problem.unknown[1] not in ("", *split) and not problem.suggestion for problem in case.problems)
