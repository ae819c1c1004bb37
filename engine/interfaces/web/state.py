"""What the page shows for a form: the case, its decision, and the state of each question."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ... import render
from ...case import Case, Decision
from ...explain import RulesBehind, rules_behind
from ...none_of_these import answerable
from ...render import StyledLine
from ...rulebook import Rulebook, Term
from .form import Form, case_of, slug
from .served import Base

QuestionState = Literal["answered", "by none", "open", "off", "not used"]


@dataclass(frozen=True)
class AskedTogether:
    """Questions that belong together."""

    key: str
    title: str
    says: str
    terms: tuple[Term, ...]
    none: str = ""  # its name, where "none of these" can be said of it


def groups_of(rulebook: Rulebook) -> tuple[AskedTogether, ...]:
    """The questions in the groups of the knowledge base; those of none, by the files of its terms."""
    found = [
        AskedTogether(
            slug(name), group.title, group.says, rulebook.grouped[name], name if answerable(rulebook, name) else ""
        )
        for name, group in rulebook.groups.items()
        if rulebook.grouped.get(name)
    ]
    files: dict[str, list[Term]] = {}
    for term in rulebook.grouped.get("", ()):
        files.setdefault(term.place.file.rpartition("/")[2].rpartition(".")[0], []).append(term)
    found += [
        AskedTogether(slug(key), key.replace("_", " ").capitalize(), "", tuple(terms)) for key, terms in files.items()
    ]
    return tuple(found)


@dataclass(frozen=True)
class PageState:
    """A form with what follows from it; without a decision where something is wrong in it."""

    base: Base
    form: Form

    @cached_property
    def case(self) -> Case:
        """The case that the form is."""
        return case_of(self.base.rulebook, self.form.answers, self.form.name)

    @cached_property
    def decision(self) -> Decision | None:
        """What follows; None where the case has problems."""
        return None if self.case.problems else self.base.decide(self.case)

    @cached_property
    def before(self) -> Decision | None:
        """The decision that this one is compared with, if any."""
        answers = self.form.before
        if answers is None:
            return None
        case = case_of(self.base.rulebook, answers, self.form.own("before-name") or self.form.name)
        return None if case.problems else self.base.decide(case)

    @cached_property
    def behind(self) -> RulesBehind:
        """The rules behind what is shown."""
        return rules_behind(self.base.rulebook, self.decision) if self.decision else RulesBehind()

    @cached_property
    def alarm_lines(self) -> tuple[StyledLine, ...]:
        """The alarms that have gone off, each with its reasons."""
        return render.alarm_lines(self.base.compiled, self.decision) if self.decision else ()

    @property
    def trying(self) -> bool:
        """Whether other answers are tried, and the form is not the patient."""
        return self.before is not None and not self.form.own("before-name")

    @cached_property
    def states(self) -> dict[str, QuestionState]:
        """The state of each question."""
        return {term.name: self._state(term.name) for term in self.base.rulebook.findings}

    def _state(self, name: str) -> QuestionState:
        if self.decision is None:
            return "answered" if name in self.form.answers else "open"
        if name in self.decision.not_used:
            return "not used"
        if name in self.case.facts:
            return "answered" if name in self.form.answers else "by none"
        return "open" if name in self.decision.ask else "off"

    def wrong(self, name: str) -> str:
        """What is wrong with the answer to a question; empty where nothing is."""
        return "; ".join(
            f"{problem.there}; expected {problem.expected}"
            for problem in self.case.problems
            if f"{name!r}" in str(problem)
        )

    def by_none(self, group: AskedTogether) -> int:
        """How many questions of a group are answered by "none of these"."""
        return sum(self.states[term.name] == "by none" for term in group.terms)

    def screening(self) -> int:
        """How many screening questions are open."""
        terms = self.base.rulebook.terms
        return sum(terms[name].screening for name in self.decision.ask) if self.decision else 0

    def explained(self) -> Iterator[str]:
        """The conclusions that have an answer and may be asked about."""
        if self.decision is not None:
            yield from (
                name
                for name, answer in self.decision.conclusions.items()
                if answer is not None and not self.decision.withholds(name)
            )
