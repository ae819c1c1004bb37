"""groups.yaml: the groups in which questions are asked, in order."""

from collections.abc import Mapping

from ..document import Fields, Node
from ..errors import listed
from ..none_of_these import SEPARATOR
from ..rulebook import QuestionGroup, Term
from .formats import GROUP
from .problem_collector import ProblemCollector

NO_GROUPS: Mapping[str, QuestionGroup] = {}


def load_groups(
    collector: ProblemCollector,
    file: str,
    node: Node | None,
    terms: Mapping[str, Term],
    beneath: Mapping[str, QuestionGroup] = NO_GROUPS,
) -> dict[str, QuestionGroup]:
    """The groups of questions in order, those beneath a layer first.

    Each has a question, and each question that names one finds it.
    """
    entries, found = node.entries if isinstance(node, Fields) else (), dict(beneath)
    if node is not None and not entries:
        collector.note(node.place, "no groups", "`name:` with a title and a sentence, for each group")
    for name, body in entries:
        fields = collector.fields(body, file, GROUP)
        if name.value in beneath:
            there = f"{name.value!r} is a group beneath ({beneath[name.value].place})"
            collector.note(name.place, there, "a name of its own; `wording/` gives it another title")
            continue
        if SEPARATOR in name.value or not name.value.isprintable() or " ".join(name.value.split()) != name.value:
            collector.note(name.place, f"{name.value[:80]!r} cannot name a group", "a phrase without `;`")
        if fields is not None:
            title, says = collector.text(fields, "title"), collector.text(fields, "says")
            found[name.value] = QuestionGroup(name.value, title, says, name.place)
    _check_used(collector, file, found, terms)
    return found


def _check_used(
    collector: ProblemCollector, file: str, found: Mapping[str, QuestionGroup], terms: Mapping[str, Term]
) -> None:
    """Note a question whose group is not there, and a group without a question."""
    for term in terms.values():
        if term.group and term.group not in found:
            there = f"{term.name!r} is in the group {term.group[:80]!r}, which is not in {file}"
            collector.note(term.place, there, listed(list(found)) or "a group", collector.nearest(term.group, found))
    used = {term.group for term in terms.values()}
    for group in found.values():
        if group.name not in used:
            there, expected = f"no question is in the group {group.name!r}", f"`group: {group.name}` at a finding"
            collector.note(group.place, there, expected)
