"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from .arguments import weighing
from .asking import questions, why_asked
from .broken import broken, named
from .lacking import why_not
from .otherwise import alternatives, difference, enough
from .pages import names, page
from .patient import broken_for_patient, fault_for_patient, plainly, recommendation_for_patient, why_for_patient
from .reasons import LENGTHS, Length, sources_behind, why
from .recommendation import brief, drafts, fault, fault_in_brief, recommendation
from .said import Said, became, citing, laws_citing, tell
from .sentences import condition_in_words, sentences

__all__ = [
    "LENGTHS",
    "Length",
    "Said",
    "alternatives",
    "became",
    "brief",
    "broken",
    "broken_for_patient",
    "citing",
    "condition_in_words",
    "difference",
    "drafts",
    "enough",
    "fault",
    "fault_for_patient",
    "fault_in_brief",
    "laws_citing",
    "named",
    "names",
    "page",
    "plainly",
    "questions",
    "recommendation",
    "recommendation_for_patient",
    "sentences",
    "sources_behind",
    "tell",
    "weighing",
    "why",
    "why_asked",
    "why_for_patient",
    "why_not",
]
