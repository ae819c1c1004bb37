"""No layer lowers an alarm unseen: the proof over every case, the reason asked for, and what a decision says."""

from collections.abc import Mapping

import pytest

from engine import semantics
from engine.case import Case, Lowered, Value
from engine.chain import Chain
from engine.checks import Subject, errors, proved, tried
from engine.checks.finding import Finding
from engine.rulebook import Rulebook
from tests.layered import BASE, card, law, layered

HOT_OLD = card("hot_old", "[{heat: hot}, {hours: over 10}]", "{danger: some}", "replaces: hot\n")
NO_SOCKET = "findings:\n  socket: {kind: yes/no, usual: yes, ask: 'Is it plugged in?', help: Look.}\n"


def found(book: Rulebook, check: str = "alarm_lowered") -> list[Finding]:
    """What one check finds in a rulebook, among all cases."""
    return [one for one in proved(Subject(book)) if one.check == check]


def told(book: Rulebook) -> list[tuple[bool, str, Mapping[str, Value] | None]]:
    """The same in short: whether it blocks, what is there, and the facts of the patient."""
    return [(one.blocks, one.problem.there, one.patient.facts if one.patient else None) for one in found(book)]


def decision(book: Rulebook, facts: dict[str, Value]) -> tuple[Lowered, ...]:
    case = Case("one", facts)
    decided = Chain(book).decide(case)
    assert decided == semantics.decide(book, case)
    return decided.lowered


def test_an_alarm_that_a_replacement_lowers_is_shown_with_a_patient() -> None:
    book = layered({"rules/own/hot_old.yaml": HOT_OLD})
    (one,) = found(book)
    assert one.blocks
    assert one.problem.there == "danger: some, an alarm beneath, is lowered by 'hot_old'"
    assert str(one.problem.place) == "rules/own/hot_old.yaml:1"
    assert one.patient is not None
    assert one.patient.facts == {"heat": "hot"}


def test_with_a_reason_it_does_not_block_and_is_still_shown() -> None:
    book = layered({"rules/own/hot_old.yaml": HOT_OLD + "lowers: A new lamp is hot at first.\n"})
    assert told(book) == [
        (
            False,
            "danger: some, an alarm beneath, is lowered by 'hot_old', accepted: A new lamp is hot at first.",
            {"heat": "hot"},
        )
    ]


def test_a_retired_rule_that_gave_an_alarm_lowers_it() -> None:
    gone = "retired: hot\nsays: It.\nbecause: No.\nday: 2026-11-29\ngives up: [danger: some]\n"
    ((blocks, there, _),) = told(layered({"retired/hot.yaml": gone}))
    assert (blocks, there) == (True, "danger: some, an alarm beneath, is lowered by 'hot'")
    assert not errors(found(layered({"retired/hot.yaml": gone + "lowers: All our lamps are hot.\n"})))


CALL = "conclusions:\n  call: {kind: choice, values: [later, now], otherwise: later, screening for: now, says: When.}\n"
CALLING = {**BASE, "terms/call.yaml": CALL, "rules/see/call.yaml": card("call", "[smoke: yes]", "{call: now}")}


def test_a_rule_that_outranks_an_alarm_breaks_no_law_and_lowers_it() -> None:
    later = card("later", "[{smoke: yes}, {light: yes}]", "{call: later}", "outranks: [call]\n")
    book = layered({"rules/own/later.yaml": later}, base=CALLING)
    assert not errors([one for one in proved(Subject(book)) if one.check == "law_broken"])
    assert told(book) == [(True, "call: now, an alarm beneath, is lowered by 'later'", {"smoke": "yes"})]


def test_an_alarm_that_no_named_rule_lowers_is_never_accepted() -> None:
    known = "conclusions:\n  known fault: {kind: yes/no, otherwise: no, says: Whether it is known.}\n"
    unless = card("hot", "[heat: hot]", "{danger: some}", "unless: [{known fault: yes}]\n")
    base = {**BASE, "terms/known.yaml": known, "rules/see/hot.yaml": unless}
    silent = card("we_know_it", "[light: no]", "{known fault: yes}")
    book = layered({"rules/own/we_know_it.yaml": silent}, base=base)
    (one,) = found(book)
    assert one.blocks
    assert one.problem.there == (
        "danger: some, an alarm beneath, is lowered by a rule that neither replaces, retires nor outranks another"
    )
    assert str(one.problem.place) == "rules/own/we_know_it.yaml:1"


def test_two_rules_that_take_an_alarm_together_are_named_together() -> None:
    base = {**BASE, "rules/see/hotter.yaml": card("hotter", "[heat: hot]", "{danger: some}, worn")}
    layer = {
        "rules/own/one.yaml": card("one", "[{heat: hot}, {hours: over 10}]", "{danger: some}", "replaces: hot\n"),
        "rules/own/two.yaml": card(
            "two", "[{heat: hot}, {hours: over 20}]", "{danger: some}, worn", "replaces: hotter\n"
        ),
    }
    ((blocks, there, facts),) = told(layered(layer, base=base))
    assert (blocks, there) == (True, "danger: some, an alarm beneath, is lowered by one, two together")
    assert facts == {"heat": "hot"}
    both = {name: text + "lowers: New lamps are hot.\n" for name, text in layer.items()}
    assert errors(found(layered({**layer, "rules/own/one.yaml": both["rules/own/one.yaml"]}, base=base)))
    assert not errors(found(layered(both, base=base)))


def test_an_assumption_of_the_layer_does_not_hide_who_loses_an_alarm() -> None:
    one = card("hot_plugged", "[{heat: hot}, {socket: yes}]", "{danger: some}", "replaces: hot\n")
    layer = {
        "terms/own.yaml": NO_SOCKET,
        "rules/own/hot_plugged.yaml": one,
        "impossible/plugged.yaml": law("plugged", "{socket: no}", key="impossible"),
    }
    assert errors(found(layered(layer)))


def test_a_replacement_that_raises_an_alarm_or_keeps_it_is_left_alone() -> None:
    higher = card("hot_here", "[heat: warm or hot]", "{danger: fire}", "replaces: hot\ngives up: [danger: some]\n")
    assert not found(layered({"rules/own/hot_here.yaml": higher}))


@pytest.mark.parametrize("reason", ["", "lowers: A new lamp is hot at first.\n"])
def test_a_decision_says_which_alarm_the_layer_lowers(reason: str) -> None:
    book = layered({"rules/own/hot_old.yaml": HOT_OLD + reason})
    by = {"hot_old": reason.removeprefix("lowers: ").strip()}
    assert decision(book, {"heat": "hot"}) == (Lowered("danger", "some", "workshop", by),)
    assert decision(book, {"heat": "hot", "hours": 11}) == ()
    assert decision(book, {"heat": "hot", "smoke": "yes"}) == ()  # it is higher for another reason
    assert decision(book, {"heat": "warm"}) == ()


def test_a_decision_says_what_a_layer_beneath_lowers() -> None:
    book = layered({"rules/own/hot_old.yaml": HOT_OLD}, {})
    assert [(one.alarm, one.layer) for one in decision(book, {"heat": "hot"})] == [("some", "workshop")]
    again = card("hot_again", "[heat: hot]", "{danger: some}")
    assert (
        decision(layered({"rules/own/hot_old.yaml": HOT_OLD}, {"rules/top/hot_again.yaml": again}), {"heat": "hot"})
        == ()
    )


def test_every_member_that_is_an_alarm_is_told() -> None:
    flags = "conclusions:\n  flags: {kind: several, values: [a, b, c], screening for: a or b, says: Which.}\n"
    both = card("both", "[heat: hot]", "{flags: a}, {flags: b}")
    here = card(
        "here", "[{heat: hot}, {hours: over 10}]", "{flags: a}, {flags: b}", "replaces: both\nlowers: It is so.\n"
    )
    base = {**BASE, "terms/flags.yaml": flags, "rules/see/both.yaml": both}
    book = layered({"rules/own/here.yaml": here}, base=base)
    accepted = "an alarm beneath, is lowered by 'here', accepted: It is so."
    assert {there for _, there, _ in told(book)} == {f"flags: a, {accepted}", f"flags: b, {accepted}"}
    assert [one.alarm for one in decision(book, {"heat": "hot"})] == ["a", "b"]


def test_a_layer_on_top_does_not_hide_what_one_beneath_lowers() -> None:
    low = {"rules/own/hot_old.yaml": HOT_OLD}
    (one,) = found(layered(low, {}))
    assert one.blocks
    assert one.problem.there == "danger: some, an alarm beneath, is lowered by 'hot_old'"
    assert str(one.problem.place) == "workshop:rules/own/hot_old.yaml:1"
    assert not found(layered({"rules/own/hot_old.yaml": HOT_OLD + "lowers: New lamps are hot.\n"}, {}))
    again = card("hot_again", "[heat: hot]", "{danger: some}")
    assert not found(layered(low, {"rules/top/hot_again.yaml": again}))


def test_what_no_named_rule_lowers_beneath_is_found_over_questions_of_the_top() -> None:
    known = "conclusions:\n  known fault: {kind: yes/no, otherwise: no, says: Whether it is known.}\n"
    unless = card("hot", "[heat: hot]", "{danger: some}", "unless: [{known fault: yes}]\n")
    base = {**BASE, "terms/known.yaml": known, "rules/see/hot.yaml": unless}
    low = {"rules/own/we_know_it.yaml": card("we_know_it", "[light: no]", "{known fault: yes}")}
    plugged = card("plugged", "[{heat: hot}, {socket: yes}]", "{danger: some}")
    (one,) = found(layered(low, {"terms/own.yaml": NO_SOCKET, "rules/top/plugged.yaml": plugged}, base=base))
    assert str(one.problem.place) == "workshop:rules/own/we_know_it.yaml:1"


# --- rule 7: laws ----------------------------------------------------------------------------------------------------


def test_a_law_beneath_is_proved_on_the_sum() -> None:
    bulb = card("bulb_on_fire", "[{danger: fire}, {smoke: no}]", "{fault: bulb}")
    fire = card("sparks", "[light: yes]", "{danger: fire}")
    layer = {"rules/own/bulb.yaml": bulb.replace("bulb_on_fire", "bulb"), "rules/own/sparks.yaml": fire}
    (one,) = found(layered(layer), "law_broken")
    assert one.problem.place.file == "lamps:laws/no_bulb_in_fire.yaml"
    assert one.blocks


def test_a_new_value_does_not_escape_a_law() -> None:
    fuse = {
        "terms/own.yaml": "values: {fault: {fuse: {like: bulb}}}\n",
        "rules/own/fuse.yaml": card("fuse", "[heat: hot]", "{fault: fuse}"),
        "rules/own/sparks.yaml": card("sparks", "[heat: hot]", "{danger: fire}"),
    }
    (one,) = found(layered(fuse), "law_broken")
    assert "'no_bulb_in_fire'" in one.problem.there
    other = {**fuse, "terms/own.yaml": "values: {fault: {fuse: {like: cable}}}\n"}
    assert not found(layered(other), "law_broken")


def test_a_law_beneath_holds_at_every_decision_of_the_layer() -> None:
    fuse = {
        "terms/own.yaml": "values: {fault: {fuse: {like: bulb}}}\n",
        "rules/own/fuse.yaml": card("fuse", "[light: no]", "{fault: fuse}", "outranks: [old_bulb, cable]\n"),
        "rules/own/sparks.yaml": card("sparks", "[light: no]", "{danger: fire}"),
    }
    decided = Chain(layered(fuse)).decide(Case("one", {"light": "no", "smoke": "no"}))
    assert [broken.id for broken in decided.broken] == ["no_bulb_in_fire"]
    assert decided.conclusions["fault"] is None
    assert decided.conclusions["danger"] == "fire"


def test_a_law_beneath_rests_on_no_assumption_of_the_layer() -> None:
    two = NO_SOCKET + "  wet: {kind: yes/no, usual: no, ask: 'Is it wet?', help: Feel it.}\n"
    layer = {
        "terms/own.yaml": two,
        "rules/own/bulb.yaml": card(
            "bulb", "[{socket: yes}, {wet: yes}, {smoke: no}]", "{fault: bulb}, {danger: fire}"
        ),
        "impossible/wet.yaml": law("wet", "{socket: yes}, {wet: yes}", key="impossible"),
        "laws/own.yaml": law("own", "{danger: fire}, {fault: bulb}, {smoke: no}"),
    }
    assert ["no_bulb_in_fire" in one.problem.there for one in found(layered(layer), "law_broken")] == [True]


# --- rule 5: examples ------------------------------------------------------------------------------------------------

HOLDS = "examples:\n  - {name: never so, given: {heat: none}, rule: holds}\n"
ROWS = "example,heat,hours,=>,advice,holds,waits\nnever so,none,9000,=>,switch it off,long,-\n"


def test_an_example_beneath_is_tried_beneath_only() -> None:
    base = {**BASE, "rules/see/hot.yaml": BASE["rules/see/hot.yaml"] + HOLDS, "tables/heat.examples.csv": ROWS}
    names = {one.check for one in tried(Subject(layered(base=base)))}
    assert {"wrong_example", "wrong_row_example"} <= names
    assert not {"wrong_example", "wrong_row_example"} & {one.check for one in tried(Subject(layered({}, base=base)))}
    own = {"rules/own/warm.yaml": card("warm", "[heat: warm]", "{advice: switch it off}", HOLDS)}
    assert "wrong_example" in {one.check for one in tried(Subject(layered(own, base=base)))}
