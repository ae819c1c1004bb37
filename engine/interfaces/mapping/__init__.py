"""A mapping is learned: what a file has is proposed, asked, written down, and compared with later exports."""

from .check import compare, in_words, not_looked_at
from .dialogue import column_dialogue, form_dialogue, open_answers, open_columns
from .draft import Draft, draft_of
from .learn import Learning

__all__ = [
    "Draft",
    "Learning",
    "column_dialogue",
    "compare",
    "draft_of",
    "form_dialogue",
    "in_words",
    "not_looked_at",
    "open_answers",
    "open_columns",
]
