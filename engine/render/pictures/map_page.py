"""The page of the map: the drawing, and below it every conclusion with its rules, which unfold."""

from htpy import Node, a, b, div, h2, li, p, pre, small, ul

from ...drawing.page import DRAWN, drawing, page, unfolded
from ...errors import counted
from ...language import show
from ...rulebook import RuleFor, Term
from .marks import card, notice, written
from .rule_map import Map, drawn, heading, reviewed_of

FEW = 6  # rules that are shown without being unfolded


def page_of_map(whole: Map) -> str:
    """The page of a map."""
    return page(heading(whole)[0], map_content(whole), DRAWN)


def map_content(whole: Map) -> Node:
    """What the page of a map has below its title."""
    rules = _Rules(whole)
    stages: list[Node] = [
        [h2[f"Stage {number}"], [rules.of(term) for term in terms]] for number, terms in enumerate(whole.stages, 1)
    ]
    picture = drawing(drawn(whole).svg(), "A box leads to its rules below.")
    return [p(".muted")[heading(whole)[1]], notice(whole.rulebook, reviewed_of(whole)), picture, stages]


class _Rules:
    """The rules of each conclusion; a rule stands whole where it is first met, and is a link from then on."""

    def __init__(self, whole: Map) -> None:
        self.whole = whole
        self.rulebook = whole.rulebook
        self.shown: set[str] = set()

    def of(self, term: Term) -> Node:
        """A conclusion, which unfolds to its rules."""
        groups: dict[str, list[RuleFor]] = {}
        for entry in self.rulebook.support[term.name]:
            groups.setdefault(self._group(entry), []).append(entry)
        content: list[Node] = [p[term.says]] if term.says else []
        for title, entries in sorted(groups.items(), key=lambda group: group[0] != "fires"):
            rules = ul(".rules")[[li[self._rule(entry)] for entry in entries]]
            few = title == "fires" or len(groups) == 1 or len(entries) <= FEW
            content.append(rules if few else unfolded(f"{counted(len(entries), 'rule')}: {title}", rules))
        answer = f": {self.whole.answer(term)}" if self.whole.decision else ""
        head = div(class_=f"head {self.whole.look(term)}")[f"{term.name}{answer}", small[self.whole.rules(term)]]
        return unfolded(head, content, self.whole.place(term))

    def _group(self, entry: RuleFor) -> str:
        """Rules go together by their state in a case, and without one by where they stand in the knowledge base."""
        if self.whole.decision:
            return self.whole.state(entry)
        rule = self.rulebook.rules[entry.rule]
        folder, _, file = rule.place.file.rpartition("/")
        return f"table {file.rpartition('.')[0]}" if rule.row else folder

    def _rule(self, entry: RuleFor) -> Node:
        rule = self.rulebook.rules[entry.rule]
        says: list[Node] = [written(self.whole.state(entry)), b[f"{entry.value}: "] if entry.value else None, rule.says]
        if rule.id in self.shown:
            return [says, " ", a(href=f"#rule-{rule.id}")[rule.id]]
        self.shown.add(rule.id)
        return unfolded(says, [pre[show(rule.condition)], card(rule, self.rulebook)], f"rule-{rule.id}")
