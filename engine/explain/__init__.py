"""Every question about an answer: data first (frozen records), which `render` prints.

`why` gives the reasons, down to the answers given; `why_not` what keeps another answer away, and the shortest way to
it; `weigh` what speaks for values and against them; `compare` what made the difference between two decisions; `what_if`
what other answers would change, and `what_would_change` the fewest that do; `enough` a part of the answers that
suffices; `what_next` what is still to be asked, and why. The advice is what the recommendation of the knowledge base
shows. Those that try many cases want a `CompiledRulebook`, made once for a rulebook. Each answer is checked again
against `semantics` (verify.py) before it is given.
"""

from ..circuit import CompiledRulebook
from .answers import Outcome, SameEffect, advice, outcome, shown
from .behind import RulesBehind, behind_reason, rules_behind
from .contrast import Difference, KnowledgeChange, compare, compare_rulebooks
from .counterfactual import Counterfactual
from .counterfactuals import MOST_SHOWN, Alternative, Alternatives, OtherAnswers, what_if, what_would_change
from .evidence import Argument, Weighed, Weighing, weigh
from .findings import FindingChange
from .next_question import Effect, OpenQuestion, Questions, what_next
from .reasons import GateReason, GroupReason, LineReason, RuleReason, Side, Why
from .rule_changes import ConclusionChange, Judged, LineTurn, RuleChange
from .sufficient_reason import Enough, enough
from .why import rests_on, why
from .why_not import Candidate, Goal, WhyNot, why_not

__all__ = [
    "MOST_SHOWN",
    "Alternative",
    "Alternatives",
    "Argument",
    "Candidate",
    "CompiledRulebook",
    "ConclusionChange",
    "Counterfactual",
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
    "OpenQuestion",
    "OtherAnswers",
    "Outcome",
    "Questions",
    "RuleChange",
    "RuleReason",
    "RulesBehind",
    "SameEffect",
    "Side",
    "Weighed",
    "Weighing",
    "Why",
    "WhyNot",
    "advice",
    "as_json",
    "behind_reason",
    "compare",
    "compare_rulebooks",
    "enough",
    "outcome",
    "rests_on",
    "rules_behind",
    "shown",
    "weigh",
    "what_if",
    "what_next",
    "what_would_change",
    "why",
    "why_not",
]
