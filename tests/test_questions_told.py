"""What a person reads of every question about an answer; and that no explanation is shown that is not confirmed."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from engine import explain, render
from engine.case import Decision
from engine.errors import InternalError
from engine.explain import CompiledRulebook, FindingChange, Judged
from engine.explain import verify as checked
from engine.explain.mixtures import Decisive
from engine.render import StyledLine
from engine.rulebook import Recommendation, Rulebook, Section
from tests.test_truth import decide, gated, rulebook

SECTIONS = (Section("All", ("single", "other", "scale", "members"), (("p", "for it", "against it"),)),)


def book(*cards: str) -> Rulebook:
    return replace(rulebook(*cards), recommendation=Recommendation("", "single", SECTIONS))


def text(lines: Iterable[StyledLine]) -> list[str]:
    return ["  " * line.indent + line.bullet + line.text for line in lines]


CARDS = (
    "hidden | if: [a: yes, x: over 3] | other: yes",
    "near | if: [other: yes, b: yes] | single: p",
    "far | if: [c: one, y: 4, x: 0, b: no] | single: p",
    "other_one | if: [b: no] | single: q",
)


def why_not(
    rules: Rulebook, decision: Decision, term: str, *wanted: str, length: render.Length = "reasons"
) -> list[str]:
    return text(render.why_not(explain.why_not(CompiledRulebook(rules), decision, term, wanted), length))


def test_what_keeps_an_answer_away_is_told_down_to_the_answers_and_the_nearest_first() -> None:
    rules = book(*CARDS)
    assert why_not(rules, decide(rules, a="no", b="no", x=5), "single", "p") == [
        "single is q, not p",
        "  instead: s [other_one]",
        "  > s (2 answers away)",
        "    rule near, rules/near.yaml:1",
        "    * other: yes (not met: other is no)",
        "      other is no, not yes",
        "        > s (1 answer away)",
        "          rule hidden, rules/hidden.yaml:1",
        "          * a: yes (not met: a is no)",
        "          the other condition is met",
        "    * b: yes (not met: b is no)",
        "  > s (3 answers away)",
        "    rule far, rules/far.yaml:1",
        "    * c: one (unknown: c is not answered)",
        "    * y: 4 (unknown: y is not answered)",
        "    * x: 0 (not met: x is 5)",
        "    the other condition is met",
        "The shortest way to single: p",
        "  Changing 2 answers is enough, and no smaller change works (proved)",
        "  - a: yes (now no)",
        "  - b: yes (now no)",
    ]


def test_an_otherwise_waits_for_every_rule_to_be_ruled_out() -> None:
    rules = book(*CARDS)
    assert why_not(rules, decide(rules, a="yes"), "other", "no") == [
        "other is not known yet, not no",
        "  it is the default, once every rule for another answer is ruled out; 1 is not",
        "    - waits for x: s [hidden]",
        "The shortest way to other: no",
        "  Changing 1 answer is enough, and no smaller change works (proved)",
        "  - x: 3 (not answered yet)",
    ]


def test_a_rule_that_is_outranked_says_by_which() -> None:
    rules = book("low | if: [a: yes] | single: p", "high | if: [b: yes] | single: q | low")
    told = why_not(rules, decide(rules, a="yes", b="yes"), "single", "p")
    assert "    * outranked by high, which holds" in told
    assert told[-1] == "  - b: no (now yes)"


def test_where_no_way_leads_that_is_said_to_be_proved() -> None:
    rules = book("never | if: [a: yes, a: no] | single: p")
    told = why_not(rules, decide(rules, a="yes"), "single", "p", length="line")
    assert told == [
        "single is none given, not p",
        "No way leads to single: p",
        "  Proved: whatever the other answers, with the fixed facts as they are, no possible patient has it.",
    ]


def test_what_is_there_already_needs_no_way() -> None:
    rules = book(*CARDS)
    assert why_not(rules, decide(rules, b="no"), "single", "q", length="line")[-1] == "single: q is there already"


def test_a_tally_is_asked_for_a_number() -> None:
    rules = book("one | if: [a: yes] | for it", "two | if: [b: yes] | for it")
    found = explain.why_not(CompiledRulebook(rules), decide(rules, a="yes", b="no"), "for it", ("2",))
    assert [candidate.reason.rule.id for candidate in found.rules] == ["two"]
    assert found.way
    assert [(one.term, one.after) for one in found.way.answers] == [("b", "yes")]


def test_for_and_against_goes_down_through_the_tallies() -> None:
    rules = book(
        "gives | if: [a: yes] | single: p",
        "leans | if: [b: yes] | for it",
        "leans_away | if: [x: over 3] | against it",
        "gives_another | if: [y: 1] | single: q",
    )
    told = explain.weigh(rules, decide(rules, a="yes", b="yes"), "single")
    assert [value.value for value in told.values] == ["p"]
    assert text(render.weighing(rules, told)) == [
        "single: p",
        "p: it holds",
        "  for it: 2 (1 decides, 1 counted)",
        "    - s This decides.",
        "      b",
        "      S: s",
        "    - s",
        "      b",
        "      S: s",
        "  against it: nothing",
        "  not known yet, and could speak against it: 1",
        "    ? s [leans_away] It waits for x.",
    ]
    both = explain.weigh(rules, decide(rules, a="yes", b="yes"), "single", ("p", "q"))
    assert text(render.weighing(rules, both, "line")) == [
        "single: p",
        "  p: it holds; 2 for, 0 against, 1 not known yet",
        "  q: it does not hold; 0 for, 1 against, 1 not known yet",
    ]


def test_of_a_scale_it_is_weighed_whether_it_is_at_least_so_much() -> None:
    rules = book("alarm | if: [a: yes] | scale: high")
    found = explain.weigh(rules, decide(rules, a="yes"), "scale", ("low", "high"))
    assert text(render.weighing(rules, found, "line")) == [
        "scale: high",
        "  at least low: it holds; 0 for, 1 for more, 0 against, 0 not known yet",
        "  at least high: it holds; 1 for, 0 against, 0 not known yet",
    ]
    assert [line.strip() for line in text(render.weighing(rules, found))][1:6] == [
        "at least low: it holds",
        "for it: nothing",
        "for more than that, and so for it: 1",
        "alarm",
        "against it: nothing",
    ]
    quiet = explain.weigh(rules, decide(rules, a="no"), "scale", ("low",))
    assert "for it: no rule; it is the answer where nothing else holds" in "".join(text(render.weighing(rules, quiet)))


def test_a_tally_that_a_rule_reads_speaks_for_its_value() -> None:
    rules = rulebook("leans | if: [b: yes] | for it", "enough | if: [for it: 1 or more] | single: p")
    [value] = explain.weigh(rules, decide(rules, b="yes"), "single", ("p",)).values
    assert [(one.tally, one.reason.rule.id) for one in value.speaking_for] == [("", "enough"), ("for it", "leans")]


def test_the_difference_is_told_from_the_answers_to_the_advice() -> None:
    rules = book(*CARDS)
    found = explain.compare(
        CompiledRulebook(rules), decide(rules, a="no", b="yes", x=5), decide(rules, a="yes", b="yes", x=6)
    )
    assert text(render.difference(found)) == [
        "What makes the difference in c",
        "  - a: yes (before: no)",
        "  This alone makes all of the difference.",
        "What changed",
        "  single: p (before: none given)",
        "    because other: yes",
        "  other: yes (before: no)",
        "    because a: yes",
        "Also different, but irrelevant to this change",
        "  x",
    ]
    assert "    now: s [hidden] (a: yes is now met)" in text(render.difference(found, "everything"))
    assert text(render.difference(found, "reasons", ("single", "scale")))[-4:-2] == ["What stays", "  scale: low"]
    assert text(render.difference(found, "line")) == ["single: p; other: yes, by a: yes"]


def test_the_part_of_the_knowledge_that_made_the_difference_is_named() -> None:
    before = book("one | if: [a: yes] | single: p", "two | if: [b: yes] | members: m")
    after = book(
        "one | if: [a: no] | single: p", "two | if: [b: yes, x: 4] | members: m", "new | if: [a: no] | other: yes"
    )
    first, second = (Judged(rules, decide(rules, a="no", b="no", x=4)) for rules in (before, after))
    found = explain.compare_rulebooks(first, second)
    made = {(one.kind, one.name, one.how) for one in found.knowledge}
    assert made == {("rule", "one", "changed"), ("rule", "new", "new")}
    assert found.beside == ("two",)
    assert {one.term for one in found.advice} == {"single", "other"}
    back = explain.compare_rulebooks(second, first)
    assert {(one.name, one.how) for one in back.knowledge} == {("one", "changed"), ("new", "gone")}


def test_what_would_change_the_advice_stands_under_what_it_would_bring() -> None:
    rules = book(*CARDS)
    found = explain.what_would_change(CompiledRulebook(rules), decide(rules, a="no", b="yes", x=2), ("single",))
    assert text(render.alternatives(rules, found)) == [
        "Changing this one answer would change the advice of c: b",
        "One other answer would change it",
        "  > single: q",
        "    - b: no (now yes)",
        "2 other answers together would change it",
        "  > single: p",
        "    - a: yes (now no) and x: 4 or more (now 2)",
    ]


def test_sets_of_three_and_more_answers_are_told_and_that_there_are_no_others() -> None:
    rules = book(
        "three | if: [a: yes, b: yes, c: one] | single: p", "four | if: [a: no, b: no, x: 0, y: 1] | single: q"
    )
    now = decide(rules, x=3)
    found = explain.what_would_change(CompiledRulebook(rules), now, ("single",))
    assert text(render.alternatives(rules, found)) == [
        "No other answer alone would change the advice of c.",
        "No other answer alone would change it",
        "No 2 answers together would change it",
        "3 other answers together would change it",
        "  > single: p",
        "    - a: yes (not answered yet) and b: yes (not answered yet) and c: one (not answered yet)",
        "4 other answers together would change it",
        "  > single: q",
        "    - a: no (not answered yet) and b: no (not answered yet) and x: 0 (now 3) and y: 1 (not answered yet)",
    ]
    only = book("four | if: [a: no, b: no, x: 0, y: 1] | single: q")
    told = text(
        render.alternatives(only, explain.what_would_change(CompiledRulebook(only), decide(only, x=3), ("single",)))
    )
    assert told[1:4] == [
        "No other answer alone would change it",
        "No 2 to 3 answers together would change it",
        "4 other answers together would change it",
    ]
    assert told[-1] == "Beyond these, no other set of answers would change it: that is proved."
    never = book("never | if: [a: yes, a: no] | single: p")
    told = text(
        render.alternatives(never, explain.what_would_change(CompiledRulebook(never), decide(never), ("single",)))
    )
    assert told[-1] == "No other set of answers would change it: that is proved."


def test_of_sets_that_are_too_many_some_are_told_and_that_they_are_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.explain.counterfactuals.MOST_TRIED", 1)
    rules = book("three | if: [a: yes, b: yes, x: over 3] | single: p")
    found = explain.what_would_change(CompiledRulebook(rules), decide(rules), ("single",))
    assert text(render.alternatives(rules, found))[-3:] == [
        "  > single: p",
        "    - a: yes (not answered yet) and b: yes (not answered yet) and x: 4 or more (not answered yet)",
        "Whether more of 3 would, or larger sets, is not decided: there are too many answers to 3 questions to try "
        "them all.",
    ]
    assert (found.undecided_from, found.all_shown) == (3, False)


def test_what_was_enough_is_told_with_what_was_not_needed() -> None:
    rules = book(*CARDS)
    found = explain.enough(CompiledRulebook(rules), decide(rules, a="yes", b="no", x=5), ("single",))
    assert text(render.enough(found)) == [
        "1 of 3 answers is enough for this advice, and fewer are not",
        "Settled, whatever the other answers are",
        "  single: q",
        "Needed, each of them",
        "  b: no",
        "Not needed",
        "  a, x",
    ]
    assert text(render.enough(found, "everything"))[-1] == "  a: yes; x: 5"


QUARRELS = (
    "red | if: [a: yes] | single: p",
    "green | if: [b: yes] | single: q",
    "wet | if: [x: over 3] | other: yes",
    "dry | if: [y: over 3] | other: no",
    "m_by_red | if: [single: p] | members: m",
    "n_by_wet | if: [other: yes] | members: n",
    "counted | if: [single: p] | for it",
    "raised | if: [single: p] | scale: high",
)


def test_a_part_is_enough_for_members_in_dispute_where_it_disputes_one_of_them() -> None:
    rules = book(*QUARRELS)
    found = explain.enough(CompiledRulebook(rules), decide(rules, a="yes", b="yes", x=5, y=5), ("members",))
    assert found.advice["members"].disputed == ("m", "n")
    assert len(found.part) == 3


def test_a_dispute_is_in_every_explanation_of_what_rests_on_it() -> None:
    rules = book(*QUARRELS, "sure | if: [a: yes] | members: m")
    torn = decide(rules, a="yes", b="yes")
    disputed = "s (disputed: it is ruled out as well)"
    for term, head in (("for it", "for it: 1, disputed"), ("scale", "scale: high, disputed")):
        reason = text(render.why(explain.why(rules, torn, term)))
        assert reason[0] == head
        assert f"    > {disputed}" in reason
        assert "      * single: p (disputed: single is disputed (p against q))" in reason
        assert "        single: disputed" in reason
    assert f"    > {disputed}" in text(render.why(explain.why(rules, torn, "members")))
    assert f"  > {disputed}" in why_not(rules, torn, "for it", "0")
    weighed = explain.weigh(rules, torn, "scale", ("high",))
    assert [one.reason.rule.id for one in weighed.values[0].speaking_for] == ["raised"]
    assert "    - s This decides. (disputed: it is ruled out as well)" in text(render.weighing(rules, weighed))


def test_what_excludes_every_value_of_a_scale_is_explained() -> None:
    rules = book(
        "p | if: [a: yes] | scale: high", "q | if: [a: yes]\nunless: [scale: low or middle or high] | other: yes"
    )
    told = why_not(rules, decide(rules, a="yes"), "other", "yes")
    assert "    * unless scale: low or middle or high (met: scale is high)" in told
    assert "      scale is high, and would have to be none of low, middle or high" in told
    assert "        it always has one of these values" in told


def test_a_member_that_is_in_the_way_is_explained_by_the_rules_that_give_it() -> None:
    rules = book("p | if: [a: yes] | members: m", "q | if: [b: yes]\nunless: [members: m] | other: yes")
    told = why_not(rules, decide(rules, a="yes", b="yes"), "other", "yes")
    assert told[told.index("      members is m, and would have to be without m") + 1 :][:2] == [
        "        every rule for it would have to be ruled out; 1 is not",
        "          - fires: s [p]",
    ]


def test_a_rule_that_waits_only_to_be_outranked_says_so() -> None:
    rules = book("low | if: [a: yes] | single: p", "high | if: [b: yes] | single: q | low")
    open_one = decide(rules, a="yes")
    assert "    * outranked by high if that holds, which is not known" in why_not(rules, open_one, "single", "p")
    told = text(render.why(explain.why(rules, open_one, "single"), "everything"))
    assert "  - waiting: low: whether high outranks it is not known" in told


GATED = {"a": "screening: yes", "b": "asked if: [{a: yes}]", "c": "asked if: [{b: yes}]"}


def test_a_line_on_a_question_that_does_not_apply_says_so() -> None:
    rules = gated(GATED, "r | if: [c: one] | other: yes", "s | if: [y: 1]\nunless: [c: one] | single: p")
    no, unknown = decide(rules, a="no", b="yes", c="one", y=1), decide(rules, c="one", y=1)
    asked = "it applies only if b: yes, which is not met: b is yes; b applies only if a: yes, which is not met: a is no"
    assert f"    * c: one (not met: c is one; {asked})" in why_not(rules, no, "other", "yes")
    assert f"    * unless c: one (not met: c is one; {asked})" in text(render.why(explain.why(rules, no, "single")))
    ruled_out = "  - ruled out: r: c: one is not met, as c, b do not apply"
    assert ruled_out in text(render.why(explain.why(rules, no, "other"), "everything"))
    way = explain.why_not(CompiledRulebook(rules), no, "other", ("yes",)).way
    assert way
    assert [(one.term, one.after) for one in way.answers] == [("a", "yes")]
    told = why_not(rules, unknown, "other", "yes")
    assert told[2:4] == [
        "    rule r, rules/r.yaml:1",
        "    * c: one (unknown: c is one; it applies only if b: yes, which is unknown: b is not answered; "
        "b applies only if a: yes, which is unknown: a is not answered)",
    ]
    patient = text(render.why_for_patient(rules, no, explain.why(rules, no, "single")))
    assert any(line.endswith("A No.") for line in patient)
    assert not any("One." in line for line in patient)


def test_an_explanation_that_is_not_borne_out_is_not_shown() -> None:
    rules = book(*CARDS)
    decision = decide(rules, a="yes", b="yes", x=5)
    reason = explain.why(rules, decision, "single")
    firing = {rule.rule.id for side in reason.sides for rule in side.rules}
    with pytest.raises(InternalError, match="does not follow from the reasons given"):
        checked.check_why(rules, decision, reason.term, reason.answer, firing, ["a", "b"])
    with pytest.raises(InternalError, match="near"):
        checked.check_why(rules, decision, reason.term, reason.answer, (), ["a", "b", "x"])
    with pytest.raises(InternalError, match="x can be left out"):
        checked.check_enough(rules, decide(rules, b="no", x=1), ["b", "x"], ["single"])
    with pytest.raises(InternalError, match="the part is not enough"):
        checked.check_enough(rules, decision, ["a", "b"], ["single"])
    with pytest.raises(InternalError, match="the changes do not lead to single"):
        checked.check_counterfactual(rules, decision, [("x", 4)], "single", ["q"])
    after = decide(rules, a="yes", b="no", x=6)
    b, x = FindingChange("b", "yes", "no"), FindingChange("x", 5, 6)
    for part in (Decisive((b, x)), Decisive((b,), (x,), True, {x: (b,)})):
        with pytest.raises(InternalError, match="x can be left out"):
            checked.check_difference(rules, decision, after, part, ["single"])
    with pytest.raises(InternalError, match="not a mixture without x"):
        checked.check_difference(rules, decision, after, Decisive((b,), (x,), True, {x: (b, x)}), ["single"])
    with pytest.raises(InternalError, match="do not make the difference"):
        checked.check_difference(rules, decision, after, Decisive((x,)), ["single"])
    with pytest.raises(InternalError, match="settles something else"):
        checked.check_effect(rules, decide(rules), {"b": "no"}, {"single": explain.Outcome("p")})
    with pytest.raises(InternalError, match="leads to something else"):
        checked.check_changed(rules, {"b": "yes"}, {"b": "no"}, {"single": explain.Outcome("p")})
    with pytest.raises(InternalError, match="near is said to be waits"):
        checked.check_argument(rules, decision, "near", "waits", "single")
