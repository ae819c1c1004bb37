"""A decision and its reasons for the patient: short sentences, all from the terms' own texts, and no names of rules."""

import re
from collections.abc import Iterator

from ..alarms import Alarms
from ..case import Answer, Case, Decision, Members, Range, Value
from ..errors import counted
from ..explain import LineReason, RulesBehind, Why, rules_behind, shown
from ..reviewed import withdrawn_of
from ..rulebook import Rulebook, Section, Term
from .reviews import reviewed_for_patients
from .styled_line import Style, StyledLine

OPEN = "Not known yet. Some questions are not answered."
DISPUTED = "Your answers point more than one way here. So nothing is said; let a clinician look."
PROBLEM_MAY_RISE = "It may be more serious than it seems: something in these answers cannot be right."
MAY_RISE = "It may be more serious than that: some questions are not answered."
WITHHELD = "What would follow from these answers breaks a rule of safety, so it is not shown. Let a clinician look."
WITHDRAWN = "This program is out of date and must no longer be used. Let a clinician look."
MOST = 12  # so many open questions are read by somebody who asks why
NOTHING = "Nothing that you answered speaks for anything else."


def recommendation_for_patient(rulebook: Rulebook, decision: Decision) -> Iterator[StyledLine]:
    """One decision for the patient, in the order that the knowledge base gives; alarms before all else."""
    if decision.broken:
        yield from broken_laws_for_patient(rulebook, decision)
        return
    for number, section in enumerate(_sections(rulebook)):
        body = [line for name in section.terms for line in sentences(decision, rulebook.terms[name])]
        if not body and any(decision.conclusions[name] is None for name in section.terms):
            body = [StyledLine(OPEN, 1, "muted")]
        if body:
            yield StyledLine(section.title, style="title")
            yield from body
        if not number:
            yield from _to_answer(rulebook, decision)
    yield from notice_for_patient(rulebook, rules_behind(rulebook, decision))


def broken_laws_for_patient(rulebook: Rulebook, decision: Decision) -> Iterator[StyledLine]:
    """A decision that breaks a law, for the patient: the alarms, and that nothing else is advised."""
    lines = [line for term in rulebook.conclusions for line in sentences(decision, term)]
    yield from (StyledLine(line.text, line.indent, "alarm") for line in lines)
    yield StyledLine(WITHHELD, style="title")
    yield from (StyledLine(law.says, 1, "alarm", "- ") for law in decision.broken)
    yield from notice_for_patient(rulebook, rules_behind(rulebook, decision))


def rejection_for_patient(alarms: Alarms, case: Case) -> Iterator[StyledLine]:
    """A case that cannot be decided, for the patient: what cannot be right, and how soon to be seen all the same."""
    yield StyledLine("Something in these answers cannot be right, so nothing is advised from them yet", style="alarm")
    yield from (
        StyledLine(f"{problem.words[:1].upper()}{problem.words[1:]}.", 1, "plain", "- ") for problem in case.problems
    )
    figures, is_urgent = alarms.figures(case), False
    for term in alarms.scales:
        least, most = figures.at_least[term.name], figures.at_most[term.name]
        if least is not None and least != term.otherwise:
            yield StyledLine(for_patient(term, least), style="alarm")
            is_urgent = True
        if least != most:
            yield StyledLine(PROBLEM_MAY_RISE, style="alarm")
            is_urgent = True
    if not is_urgent:
        yield StyledLine(OPEN, style="answer")
    yield from notice_for_patient(alarms.rulebook, RulesBehind())


def _sections(rulebook: Rulebook) -> tuple[Section, ...]:
    """The sections for patients; where there are none, all that is shown to a clinician."""
    found = rulebook.recommendation.sections_for_patients if rulebook.recommendation else ()
    return found or (Section("Your answers", shown(rulebook)),)


def _to_answer(rulebook: Rulebook, decision: Decision) -> Iterator[StyledLine]:
    screening = [rulebook.terms[name] for name in decision.ask if rulebook.terms[name].screening]
    if screening:
        yield StyledLine("Answer this first", style="title")
        yield StyledLine("Until then nothing is advised that needs it.", 1)
        yield from (StyledLine(term.ask, 1, "plain", "? ") for term in screening)


def sentences(decision: Decision, term: Term) -> Iterator[StyledLine]:
    """What an answer says to the patient; nothing where it is open, or where there is nothing to say."""
    answer = decision.conclusions[term.name]
    if term.name in decision.disputed:
        if term.takes_highest and answer != term.otherwise:
            yield StyledLine(for_patient(term, str(answer)), 1, "alarm")
        yield StyledLine(DISPUTED, 1, "alarm")
        return
    if isinstance(answer, Members):
        if answer.inside:
            yield StyledLine(f"{_named(term)}:", 1, "answer")
        yield from (StyledLine(for_patient(term, member), 2, "plain", "- ") for member in answer.inside)
        return
    least = answer.low if isinstance(answer, Range) else answer
    if isinstance(answer, Range) and least == term.otherwise:
        yield StyledLine(OPEN, 1, "muted")
        return
    if least is not None and (text := for_patient(term, least)):
        yield StyledLine(text, 1, _style(term, answer))
        if isinstance(answer, Range):
            yield StyledLine(MAY_RISE, 1, _style(term, answer))


def _style(term: Term, answer: Answer) -> Style:
    return "alarm" if (answer.low if isinstance(answer, Range) else answer) in term.alarms else "plain"


def for_patient(term: Term, value: Value) -> str:
    """A value of a conclusion in the words that the knowledge base has for patients, or in its own."""
    if str(value) in term.for_patients:
        return term.for_patients[str(value)]
    return str(value) if term.domain.kind == "several" else f"{_named(term)}: {value}."


def _named(term: Term) -> str:
    """A term as a line begins with it."""
    return f"{term.name[:1].upper()}{term.name[1:]}"


def notice_for_patient(rulebook: Rulebook, behind: RulesBehind) -> Iterator[StyledLine]:
    """What the knowledge base says of itself to a patient, and whether clinicians have reviewed the rules."""
    texts = rulebook.recommendation
    says = [texts.notice_for_patients or texts.notice] if texts else []
    yield StyledLine("Please note", style="title")
    if withdrawn_of(rulebook):
        yield StyledLine(WITHDRAWN, 1, "alarm")
    yield StyledLine(" ".join([*says, reviewed_for_patients(rulebook, behind)]), 1, "muted")


def why_for_patient(rulebook: Rulebook, decision: Decision, reason: Why) -> Iterator[StyledLine]:
    """The reasons for an answer as the patient gave them: what was asked, and what the answer was."""
    yield from _head(decision, reason.term)
    conclusions, findings = _read(rulebook, reason)
    findings = {name: None for name in findings if name in decision.case.facts}
    known = [line for term in conclusions for line in _settled(decision, term)]
    if known or findings:
        yield StyledLine("Why", style="title")
        yield from (StyledLine(line.text, 1, line.style, "- ") for line in known)
    if findings:
        yield StyledLine("This is what you told us:", 1)
        for name in findings:
            yield from _answered(rulebook.terms[name], decision.case.facts[name])
    elif reason.how == "otherwise":
        yield StyledLine(NOTHING, 1)
    if reason.missing:
        yield StyledLine("Not answered yet", style="title")
        yield from (StyledLine(rulebook.terms[name].ask, 1, "plain", "? ") for name in reason.missing[:MOST])
        if len(reason.missing) > MOST:
            yield StyledLine(f"and {counted(len(reason.missing) - MOST, 'other question')}", 1, "muted")
    yield from notice_for_patient(rulebook, rules_behind(rulebook, decision))


def _head(decision: Decision, term: Term) -> Iterator[StyledLine]:
    """The answer itself; a finding has been shown already, and what is open is said to be so."""
    lines = [] if term.finding or term.built_in else list(sentences(decision, term))
    yield from (StyledLine(line.text, 0, "alarm" if line.style == "alarm" else "answer", line.bullet) for line in lines)
    if not lines:
        is_open = not term.finding and decision.conclusions[term.name] is None
        yield StyledLine(OPEN if is_open else term.ask or term.says, style="answer")


def _settled(decision: Decision, term: Term) -> Iterator[StyledLine]:
    """A conclusion on the way, where the knowledge base has words for it and it is no mere default."""
    answer = decision.conclusions[term.name]
    if isinstance(answer, Members) and answer.inside and term.for_patients and term.name not in decision.disputed:
        yield StyledLine(f"{_named(term)}: {' '.join(for_patient(term, member) for member in answer.inside)}", 1)
    elif term.for_patients and answer != term.otherwise:
        yield from sentences(decision, term)


def _read(rulebook: Rulebook, reason: Why) -> tuple[list[Term], dict[str, None]]:
    """The conclusions below an answer, and the findings that its rules read, each once, from the top down."""
    conclusions: dict[str, None] = {}
    findings: dict[str, None] = {} if not reason.term.finding else {reason.term.name: None}
    for rule in reason.rules():
        for line in rule.lines():
            for name in line.found:
                if not rulebook.terms[name].finding:
                    conclusions[name] = None
                elif _speaks(line):
                    findings.update(dict.fromkeys(_answers_behind(line, name)))
    terms = [rulebook.terms[name] for name in conclusions if name != reason.term.name]
    return [term for term in terms if not term.built_in], findings


def _answers_behind(line: LineReason, name: str) -> Iterator[str]:
    """The finding itself, or where it does not apply those that tell so."""
    if line.applies(name):
        yield name
    for gate in line.gates:
        if gate.state == "not met":
            yield from gate.found


def _speaks(line: LineReason) -> bool:
    return line.state in ("disputed", "not met" if line.excluded else "met")


def _answered(term: Term, value: Value) -> Iterator[StyledLine]:
    """A question with its answer, or the sentence that the knowledge base has for the answer."""
    text = str(value)
    sentence = term.for_patients.get(text, f"{term.ask} {text[:1].upper()}{text[1:]}.")
    if sentence:
        yield StyledLine(sentence, 1, "plain", "- ")
    if text not in term.for_patients:
        yield from (StyledLine(meant, 2, "muted") for meant in _meaning(term, text))


def _meaning(term: Term, value: str) -> Iterator[str]:
    """What the help of a finding says of one of its values."""
    found = re.search(rf"(?:^|[.;] ){re.escape(value[:1].upper() + value[1:])}: ([^.;]+)", term.help)
    if found:
        yield f"{found[1][:1].upper()}{found[1][1:]}."
