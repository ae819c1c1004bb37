"""A mapping is learned: what a file has is proposed, asked, written down, and compared with later exports."""

from .check import compare, in_words, not_looked_at
from .dialogue import (
    LEAVE,
    NOT_ONE,
    column_dialogue,
    decide_column,
    form_dialogue,
    open_answers,
    open_columns,
    seen_in_words,
)
from .draft import Answer, MappingDraft, draft_of
from .learn import Learning
from .propose import UNKNOWN, Known, add_values

__all__ = [
    "LEAVE",
    "NOT_ONE",
    "UNKNOWN",
    "Answer",
    "Known",
    "Learning",
    "MappingDraft",
    "add_values",
    "column_dialogue",
    "compare",
    "decide_column",
    "draft_of",
    "form_dialogue",
    "in_words",
    "not_looked_at",
    "open_answers",
    "open_columns",
    "seen_in_words",
]
