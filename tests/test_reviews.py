"""Reviews: what a reviewer reads, what voids it, how several reviewers make a state, and how it is told."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.checks import Subject
from engine.checks.catalogue import review_of_nothing
from engine.checks.sample import SAMPLE
from engine.errors import KnowledgeError
from engine.explain import RulesBehind
from engine.loader import load_files
from engine.render import rests_on, rules_reviewed
from engine.reviewed import key_of, reviewed, signed
from engine.rulebook import Rulebook
from tests.layered import LOWERING, layered

SMOKE, OLD = "rules/recognise/smoke.yaml", "rules/recognise/old_bulb.yaml"
GLOW = """
rule: glow
says: A glow outranks a new bulb.
if: [{light: yes}]
then: [{fault: bulb}]
outranks: [new_bulb]
because: Made up.
source: [{LAMPS: all}]
"""


def base(changes: Mapping[str, str] | None = None) -> Rulebook:
    files = {**SAMPLE, **(changes or {})}
    return load_files({name: text.encode() for name, text in files.items() if text})


def entry(who: str, verdict: str, digest: str, day: str = "2026-11-01", more: str = "") -> str:
    note = "" if verdict == "approved" else "\n  note: Not so."
    return (
        f"- who: {who}\n  role: physiotherapist\n  day: {day}\n  verdict: {verdict}{note}\n  digest: {digest}{more}\n"
    )


def state(entries: str, changes: Mapping[str, str] | None = None, rule: str = "old_bulb") -> str:
    rulebook = base({**(changes or {}), f"reviews/rules/{rule}.yaml": entries})
    return reviewed(rulebook, rulebook.rules[rule]).state


def digest(changes: Mapping[str, str] | None = None, rule: str = "old_bulb") -> str:
    rulebook = base(changes)
    return signed(rulebook, rulebook.rules[rule]).digest


NOW = digest()
EARLIER = "0123456789abcdef"


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (entry("Ann", "approved", NOW), "approved"),
        (entry("Ann", "approved", NOW) + entry("Ben", "approved", NOW), "approved"),
        (entry("Ann", "approved", NOW) + entry("Ben", "changes wanted", NOW), "changes wanted"),
        (entry("Ann", "rejected", NOW) + entry("Ben", "changes wanted", NOW), "rejected"),
        (entry("Ann", "rejected", NOW) + entry("Ann", "approved", NOW), "approved"),
        (entry("Ann", "approved", NOW) + entry("ann ", "rejected", NOW), "rejected"),
        (entry("Ann", "approved", EARLIER), "changed since its review"),
        (entry("Ann", "rejected", EARLIER), "changed since its review"),
        (entry("Ann", "rejected", EARLIER) + entry("Ben", "approved", NOW), "approved"),
        (entry("Ann", "approved", NOW) + entry("Ann", "rejected", EARLIER), "changed since its review"),
        (entry("Ann", "rejected", NOW, "2026-11-02") + entry("Ann", "approved", NOW), "rejected"),
        (entry("Jo\u0308rg", "rejected", NOW) + entry("J\u00f6rg", "approved", NOW), "approved"),
    ],
)
def test_the_state_is_the_worst_of_the_latest_of_each_reviewer(entries: str, told: str) -> None:
    assert state(entries) == told


def test_an_edit_takes_no_rejection_back() -> None:
    for entries, so in (
        (entry("Ann", "rejected", EARLIER), True),
        (entry("Ann", "rejected", EARLIER) + entry("Ben", "approved", NOW), False),
        (entry("Ann", "approved", EARLIER), False),
    ):
        rulebook = base({"reviews/rules/old_bulb.yaml": entries})
        assert reviewed(rulebook, rulebook.rules["old_bulb"]).is_rejected is so


CARD = SAMPLE[OLD]
TERMS = SAMPLE["terms/lamp.yaml"]


@pytest.mark.parametrize(
    "changes",
    [
        {OLD: f"# a comment\n{CARD}"},
        {OLD: CARD.replace("says: ", "says:    ")},
        {OLD: CARD.replace("{light: no}, {hours: 900 or more}", "{hours: 900 or more}, {light: no}", 1)},
        {OLD: CARD.partition("examples:")[0]},
        {OLD: CARD.replace("name: dark", "name: pitch dark")},
        {"terms/lamp.yaml": TERMS.replace("Does it smoke", "Is there smoke")},
        {"terms/lamp.yaml": TERMS.replace("Does it give light", "Is it bright")},
        {"terms/lamp.yaml": TERMS.replace("values: [bulb, none]", "values: [none, bulb]")},
        {SMOKE: SAMPLE[SMOKE].replace("It says what follows", "Something else")},
        {"cases/dark.yaml": ""},
        {"rules/recognise/glow.yaml": GLOW},
    ],
)
def test_what_a_review_is_not_about_never_voids_it(changes: dict[str, str]) -> None:
    assert all(text != SAMPLE.get(file) for file, text in changes.items())
    assert digest(changes) == NOW


@pytest.mark.parametrize(
    "changes",
    [
        {OLD: CARD.replace("900 or more}]", "901 or more}]")},
        {OLD: CARD.replace("if: [{light: no}, {hours: 900 or more}]", "if: [{hours: 900 or more}]")},
        {OLD: CARD.replace("then: [", "unless: [{smoke: yes}]\nthen: [")},
        {OLD: CARD.replace("{fault: bulb}", "{fault: none}")},
        {OLD: CARD.replace("It says what follows", "It says something else")},
        {OLD: CARD.replace("Made up", "Invented")},
        {OLD: CARD.replace("{LAMPS: all}", "{LAMPS: page 2}")},
        {OLD: CARD.replace("because:", "outranks: [new_bulb]\nbecause:")},
        {"rules/recognise/glow.yaml": GLOW.replace("new_bulb", "old_bulb").replace("fault: bulb", "fault: none")},
        {"terms/lamp.yaml": TERMS.replace("0 to 9999", "0 to 8888")},
        {"terms/lamp.yaml": TERMS.replace("0 to 9999,", "0 to 9999, unit: hours,")},
        {"terms/lamp.yaml": TERMS.replace("0 to 9999,", "0 to 9999, asked if: [{light: no}],")},
        {"terms/lamp.yaml": TERMS.replace("none], says", "none], screening for: bulb, says")},
        {"terms/lamp.yaml": TERMS.replace("none], says", "none], takes: highest, otherwise: bulb, says")},
    ],
)
def test_an_edit_of_what_was_read_voids_the_review(changes: dict[str, str]) -> None:
    assert all(text != SAMPLE.get(file) for file, text in changes.items())
    assert state(entry("Ann", "approved", NOW), changes) == "changed since its review"


def test_what_a_conclusion_that_is_read_is_otherwise_is_read_too() -> None:
    gives_up = {SMOKE: SAMPLE[SMOKE].replace("{smoke: yes}]", "{smoke: yes}, {fault: none}]")}
    other = TERMS.replace("values: [bulb, none],", "values: [bulb, none], otherwise: none,")
    scale = other.replace("otherwise: none", "otherwise: bulb, takes: highest")
    made = [digest({**gives_up, "terms/lamp.yaml": terms}, "smoke") for terms in (TERMS, other, scale)]
    assert len(set(made)) == 3


def test_the_order_of_a_scale_that_a_rule_gives_is_read() -> None:
    made = []
    for values, lowest in (("bulb, none", "bulb"), ("none, bulb", "none")):
        terms = TERMS.replace("[bulb, none],", f"[{values}], takes: highest, otherwise: {lowest},")
        made.append(digest({"terms/lamp.yaml": terms}))
    assert made[0] != made[1]


def test_what_a_rule_of_a_layer_does_to_one_beneath_is_read() -> None:
    (name, card), *_ = LOWERING.items()
    made = set()
    for text in (card, card.replace("New lamps", "All lamps"), card.partition("replaces:")[0]):
        rulebook = layered({name: text})
        made.add(signed(rulebook, rulebook.rules["hot_old"]).digest)
    assert len(made) == 3


def test_a_gate_of_a_gate_is_read_too() -> None:
    gated = TERMS.replace("0 to 9999,", "0 to 9999, asked if: [{light: no}],")
    twice = gated.replace("light: {kind: yes/no,", "light: {kind: yes/no, asked if: [{smoke: no}],")
    smoke = twice.replace("smoke: {kind: yes/no,", "smoke: {kind: choice, values: [no, yes, much],")
    made = [digest({"terms/lamp.yaml": terms}) for terms in (gated, twice, smoke)]
    assert len(set(made)) == 3


LINES = st.lists(
    st.sampled_from(["{light: no}", "{smoke: no}", "{hours: 900 or more}", "{any of: [{light: no}, {smoke: yes}]}"]),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(LINES, LINES, st.randoms(), st.text("# -", max_size=3))
def test_two_conditions_have_one_digest_only_where_they_have_the_same_lines(
    one: list[str], other: list[str], random: Any, comment: str
) -> None:
    def made(lines: list[str]) -> str:
        card = CARD.replace("if: [{light: no}, {hours: 900 or more}]", f"if: [{', '.join(lines)}]")
        return digest({OLD: f"#{comment}\n{card}"})

    shuffled = random.sample(one, len(one))
    assert made(one) == made(shuffled)
    assert (made(one) == made(other)) is (set(one) == set(other))


def test_a_table_has_a_digest_a_row() -> None:
    table = "row,light,=>,fault,because,source\ndark,no,=>,bulb,So.,LAMPS: a\nbright,yes,=>,none,So.,LAMPS: b\n"
    files = {"tables/steps.csv": table, "rules/recognise/new_bulb.yaml": "", OLD: ""}
    rows = {name: signed(base(files), base(files).rules[f"steps.{name}"]).digest for name in ("dark", "bright")}
    head = "- who: Ann\n  role: physiotherapist\n  day: 2026-11-01\n  verdict: approved\n  rows:\n"
    review = head + "".join(f"  - {{row: {name}, digest: {one}}}\n" for name, one in rows.items())
    edited = base(
        files | {"reviews/tables/steps.yaml": review, "tables/steps.csv": table.replace("LAMPS: a", "LAMPS: c")}
    )
    states = {rule.id: reviewed(edited, rule).state for rule in edited.rules.values() if rule.row}
    assert states == {"steps.dark": "changed since its review", "steps.bright": "approved"}
    assert key_of(edited.rules["steps.dark"]) == ("tables/steps", "dark")


def test_a_row_that_was_renamed_leaves_its_reviews_behind_and_check_says_so() -> None:
    table = "row,light,=>,fault,because,source\ndark,no,=>,bulb,So.,LAMPS: a\n"
    files = {"tables/steps.csv": table, "rules/recognise/new_bulb.yaml": "", OLD: ""}
    digest = signed(base(files), base(files).rules["steps.dark"]).digest
    head = "- who: Ann\n  role: physiotherapist\n  day: 2026-11-01\n  verdict: rejected\n  note: Not so.\n  rows:\n"
    files["reviews/tables/steps.yaml"] = f"{head}  - {{row: dark, digest: {digest}}}\n"

    def told(table: str) -> list[tuple[str, bool]]:
        found = review_of_nothing.find(Subject(base({**files, "tables/steps.csv": table})))
        return [(one.problem.words, one.blocks) for one in found]

    there = "reviews of the row 'dark' of 'tables/steps', which is not there; expected the name of one of its rows"
    assert told(table) == []
    assert told(table.replace("dark,", "gloom,")) == [(f"{there}; did you mean 'gloom'?", True)]
    assert told(table.replace("dark,no,", "gloom,yes,")) == [(there, False)]


VERDICTS = "approved, changes wanted, rejected; did you mean 'approved'?"
PLACES = "reviews/<kind>/<name>.yaml, with rules, tables, laws, impossible as the kind; did you mean 'rules'?"
GOOD, BAD = entry("Ann", "approved", NOW), entry("Ann", "rejected", NOW)
MISTAKES = {
    GOOD.replace("approved", "aproved"): f"'aproved' under `verdict`; expected {VERDICTS}",
    GOOD.replace("2026-11-01", "1.11.2026"): "'1.11.2026' under `day`; expected a day such as 2026-11-29",
    GOOD.replace("2026-11-01", "2026-02-30"): "'2026-02-30' under `day`; expected a day such as 2026-11-29",
    f"{GOOD}  remark: fine": "'remark' is not a field here",
    f"{GOOD}  review again by: soon": "'soon' under `review again by`; expected a day such as 2026-11-29",
    BAD.replace("  note: Not so.\n", ""): "'rejected' without a `note`",
    GOOD.replace(f"  digest: {NOW}\n", ""): "no `digest`",
    GOOD.replace("who: Ann", "who:"): "no `who`",
    f"{GOOD}  rows: [{{row: a, digest: b}}]": "`rows` in the review of a rule or law",
    "who: Ann\n": "no list of reviews",
    "": "no list of reviews",
}


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        *(("rules/old_bulb", text, told) for text, told in MISTAKES.items()),
        ("tables/steps", GOOD, "`digest` in the review of a table"),
        ("rule/old_bulb", GOOD, f"reviews in another place; expected {PLACES}"),
    ],
)
def test_a_mistake_in_a_review_is_told_with_its_place(file: str, text: str, told: str) -> None:
    with pytest.raises(KnowledgeError) as raised:
        base({f"reviews/{file}.yaml": text or "# nothing"})
    assert any(told in str(one) and str(one).startswith(f"reviews/{file}.yaml") for one in raised.value.problems)


def with_states(**states: str) -> Rulebook:
    """The sample with a review of some rules."""
    return base(
        {f"reviews/rules/{rule}.yaml": entry("Ann", verdict, digest(rule=rule)) for rule, verdict in states.items()}
    )


def test_answers_say_on_how_many_reviewed_rules_they_rest() -> None:
    two, one = RulesBehind(frozenset({"smoke", "old_bulb"}), frozenset({"new_bulb"})), RulesBehind(frozenset({"smoke"}))
    assert rests_on(base(), two) == "No clinician has reviewed the 2 rules this rests on, nor the one it rules out."
    assert rests_on(base(), one) == "No clinician has reviewed the rule this rests on."
    some = with_states(smoke="approved", old_bulb="changes wanted")
    assert rests_on(some, two) == (
        "Rests on 1 reviewed and 1 unreviewed rule (1 with changes wanted); rules out 0 reviewed and 1 unreviewed rule."
    )
    assert rests_on(some, RulesBehind()) == "No rule has fired yet."
    assert two.as_json(some) == {
        "reviewed": 1,
        "unreviewed": 1,
        "not approved": {"old_bulb": "changes wanted"},
        "ruled out reviewed": 0,
        "ruled out unreviewed": 1,
        "withdrawn": None,
    }
    assert rules_reviewed(base()) == "No clinician has reviewed the 3 rules here."
    assert rules_reviewed(some) == "Of the 3 rules here, 1 is reviewed (1 with changes wanted)."


def test_reviews_change_no_answer_and_so_no_digest_of_the_rulebook() -> None:
    assert with_states(smoke="rejected").digest == base().digest == replace(base(), reviews={}).digest
