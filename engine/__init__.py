"""An expert system that traces its advice to the rules that fired: the names listed here are promised, no others.

    from engine import case_from, decide, load, why

    rulebook = load()
    decision = decide(rulebook, case_from(rulebook, {"leaning back": "worse", "leg pain": "none"}))
    reason = why(rulebook, decision)

Each name is imported when it is first used. docs/python.md shows every one of them at work.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import (
        Rejected,
        answers,
        case_from,
        cases_from_frame,
        check,
        compare,
        decide,
        diff,
        enough,
        for_and_against,
        load,
        next_questions,
        read_cases,
        what_if,
        what_would_change,
        why,
        why_not,
    )
    from .case import Case, Decision, Mark, Members, Range
    from .checks import Finding, Report
    from .differences import RulebookDiff
    from .errors import CaseError, InternalError, KnowledgeError, LumbarError, Place, Problem, QuestionError
    from .explain import Alternatives, Difference, Enough, Questions, Weighing, Why, WhyNot
    from .rulebook import Law, Rule, Rulebook, Term

__all__ = [
    "Alternatives",
    "Case",
    "CaseError",
    "Decision",
    "Difference",
    "Enough",
    "Finding",
    "InternalError",
    "KnowledgeError",
    "Law",
    "LumbarError",
    "Mark",
    "Members",
    "Place",
    "Problem",
    "QuestionError",
    "Questions",
    "Range",
    "Rejected",
    "Report",
    "Rule",
    "Rulebook",
    "RulebookDiff",
    "Term",
    "Weighing",
    "Why",
    "WhyNot",
    "answers",
    "case_from",
    "cases_from_frame",
    "check",
    "compare",
    "decide",
    "diff",
    "enough",
    "for_and_against",
    "load",
    "next_questions",
    "read_cases",
    "what_if",
    "what_would_change",
    "why",
    "why_not",
]

_ELSEWHERE = {
    "case": ("Case", "Decision", "Mark", "Members", "Range"),
    "checks": ("Finding", "Report"),
    "differences": ("RulebookDiff",),
    "errors": ("CaseError", "InternalError", "KnowledgeError", "LumbarError", "Place", "Problem", "QuestionError"),
    "explain": ("Alternatives", "Difference", "Enough", "Questions", "Weighing", "Why", "WhyNot"),
    "rulebook": ("Law", "Rule", "Rulebook", "Term"),
}
_MODULES = {name: module for module, names in _ELSEWHERE.items() for name in names}

if not TYPE_CHECKING:  # a type checker would take every other name for one that is here

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f".{_MODULES.get(name, 'api')}", __name__), name)
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
