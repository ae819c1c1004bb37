"""Every question about an answer: data first (frozen records), which `words` tells.

`why` gives the reasons, down to the answers given; `why_not` what keeps another answer away, and the shortest way to
it; `weigh` what speaks for values and against them; `compare` what made the difference between two decisions; `what_if`
what other answers would change, and `what_would_change` the fewest that do; `enough` a part of the answers that
suffices; `what_next` what is still to be asked, and why. The advice is what the recommendation of the knowledge base
shows. Those that try many cases want a `Plan`, made once for a rulebook. Each answer is checked again against `truth`
(checked.py) before it is given.
"""

from .alternatives import MOST_TOLD, Alternative, Alternatives, OtherAnswers, what_if, what_would_change
from .arguments import Argument, Weighed, Weighing, weigh
from .differences import Difference, KnowledgeChange, compare, compare_rulebooks
from .findings import FindingChange
from .outcomes import Outcome, advice, outcome, shown
from .plan import Plan, Told
from .questions import Effect, Question, Questions, what_next
from .reasons import GateReason, GroupReason, LineReason, RuleReason, Side, Why, as_json, rests_on, why
from .sufficient import Enough, enough
from .turns import Change, Judged, LineTurn, RuleTurn
from .ways import Way
from .whynot import Candidate, Goal, WhyNot, why_not

__all__ = [
    "MOST_TOLD",
    "Alternative",
    "Alternatives",
    "Argument",
    "Candidate",
    "Change",
    "Difference",
    "Effect",
    "Enough",
    "FindingChange",
    "GateReason",
    "Goal",
    "GroupReason",
    "Judged",
    "KnowledgeChange",
    "LineReason",
    "LineTurn",
    "OtherAnswers",
    "Outcome",
    "Plan",
    "Question",
    "Questions",
    "RuleReason",
    "RuleTurn",
    "Side",
    "Told",
    "Way",
    "Weighed",
    "Weighing",
    "Why",
    "WhyNot",
    "advice",
    "as_json",
    "compare",
    "compare_rulebooks",
    "enough",
    "outcome",
    "rests_on",
    "shown",
    "weigh",
    "what_if",
    "what_next",
    "what_would_change",
    "why",
    "why_not",
]
