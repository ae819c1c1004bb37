"""Decisions, reasons and pages in words: lines with a style, which the caller colours, wraps and prints."""

from .broken_law import broken_laws, broken_laws_named
from .contrast import alternatives, difference, enough
from .for_against import weighing
from .next_question import questions, why_asked
from .pages import claims, names, names_by_kind, page
from .patient import (
    broken_laws_for_patient,
    for_patient,
    recommendation_for_patient,
    rejection_for_patient,
    why_for_patient,
)
from .recommendation import brief, notice, recommendation, rejection, rejection_in_brief
from .reviews import rests_on, rules_reviewed
from .screen import Part, alarm_lines, alarms_on, parts, screen
from .sentences import condition_in_words, sentences
from .styled_line import StyledLine, cite, citing, format_answer, format_change, laws_citing
from .why import LENGTHS, Length, sources_behind, why
from .why_not import which_value, why_not

__all__ = [
    "LENGTHS",
    "Length",
    "Part",
    "StyledLine",
    "alarm_lines",
    "alarms_on",
    "alternatives",
    "brief",
    "broken_laws",
    "broken_laws_for_patient",
    "broken_laws_named",
    "cite",
    "citing",
    "claims",
    "condition_in_words",
    "difference",
    "enough",
    "for_patient",
    "format_answer",
    "format_change",
    "laws_citing",
    "names",
    "names_by_kind",
    "notice",
    "page",
    "parts",
    "questions",
    "recommendation",
    "recommendation_for_patient",
    "rejection",
    "rejection_for_patient",
    "rejection_in_brief",
    "rests_on",
    "rules_reviewed",
    "screen",
    "sentences",
    "sources_behind",
    "weighing",
    "which_value",
    "why",
    "why_asked",
    "why_for_patient",
    "why_not",
]
