"""Every question about an answer: data first (frozen records), which `words` tells.

why: the reasons, down to the answers given; why_not: what keeps another answer away, and the shortest way to it;
weigh: what speaks for values and against them; compare: what made the difference between two decisions; what_if: other
answers, and the fewest that would change the advice; enough: what is known that suffices; questions: what is still to
be asked, and why. The advice is what the recommendation of the knowledge base shows. Each is checked again against
`truth` (checked.py) before it is given.
"""

from .differences import Difference, FindingChange, KnowledgeChange, compare, compare_rulebooks
from .outcomes import Outcome, advice, outcome, shown
from .reasons import GroupReason, LineReason, RuleReason, Side, Why, as_json, rests_on, why
from .turns import Change, Judged
from .variants import Plan

__all__ = [
    "Change",
    "Difference",
    "FindingChange",
    "GroupReason",
    "Judged",
    "KnowledgeChange",
    "LineReason",
    "Outcome",
    "Plan",
    "RuleReason",
    "Side",
    "Why",
    "advice",
    "as_json",
    "compare",
    "compare_rulebooks",
    "outcome",
    "rests_on",
    "shown",
    "why",
]
