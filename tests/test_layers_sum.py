"""What a base and a layer say together."""

from engine.case import Value
from engine.language import Is, show
from tests.layered import BASE, NEW_TERM, OFF, REPLACING, answers, card, law, layered

CHOICE = "values: {fault: {fuse: {like: bulb}}}\n"


def test_a_replaced_rule_is_out_and_what_outranked_it_outranks_the_new_one() -> None:
    book = layered({"rules/own/old_bulb_here.yaml": REPLACING})
    assert "old_bulb" not in book.rules
    assert book.rules["cable"].outranks == ("old_bulb_here",)
    dark: dict[str, Value] = {"smoke": "no", "heat": "none", "light": "no", "hours": 800}
    assert answers(layered({}), dark)["fault"] == "none"
    assert answers(book, dark)["fault"] == "bulb"
    assert answers(book, dark | {"heat": "warm"})["fault"] == "cable"


def test_what_outranked_a_replaced_rule_lets_go_of_one_that_gives_something_else() -> None:
    new = card(
        "worn_only", "[{light: no}, {hours: 900 or more}]", "worn", "replaces: old_bulb\ngives up: [fault: bulb]\n"
    )
    book = layered({"rules/own/worn_only.yaml": new})
    assert book.rules["cable"].outranks == ()
    assert answers(book, {"heat": "none", "light": "no", "hours": 1000})["fault"] == "none"


def test_nothing_else_is_inherited_of_a_replaced_rule() -> None:
    new = card("cable_here", "[{light: no}, {heat: hot}]", "{fault: cable}", "replaces: cable\n")
    assert layered({"rules/own/cable_here.yaml": new}).rules["cable_here"].outranks == ()


def test_a_row_is_replaced_and_a_rule_retired() -> None:
    row = card("long_here", "[{heat: warm}, {hours: over 4000}]", OFF, "replaces: heat.long\n")
    gone = "retired: change\nsays: It.\nbecause: We do not.\nday: 2026-11-29\ngives up: [advice: change the bulb]\n"
    book = layered({"rules/own/long_here.yaml": row, "retired/change.yaml": gone})
    assert not {"heat.long", "change"} & book.rules.keys()
    assert book.retired["change"].layer == "workshop"
    assert str(book.used_names["change"]) == "retired/change.yaml:1"


def test_a_new_value_is_bound_by_the_laws_of_the_one_that_it_is_like() -> None:
    book = layered({"terms/own.yaml": CHOICE})
    assert book.terms["fault"].domain.values == ("bulb", "cable", "none", "fuse")
    lines = [line for line in book.laws["no_bulb_in_fire"].condition.lines if isinstance(line, Is)]
    assert lines[1].values == ("bulb", "fuse")
    assert show(book.rules["change"].condition) == show(layered({}).rules["change"].condition)
    assert book.rules["change"].condition.lines[0] == Is("fault", ("bulb", "cable", "fuse"), besides=("none",))


def test_a_law_that_says_other_than_means_what_is_like_it_too() -> None:
    base = {**BASE, "laws/only_bulbs.yaml": law("only_bulbs", "{fault: other than bulb}, {danger: fire}")}
    (line, _) = layered({"terms/own.yaml": CHOICE}, base=base).laws["only_bulbs"].condition.lines
    assert isinstance(line, Is)
    assert (line.values, line.besides) == (("cable", "none"), ("bulb", "fuse"))


def test_a_new_value_like_an_alarm_is_one() -> None:
    base = {
        **BASE,
        "terms/more.yaml": "conclusions:\n  call: {kind: choice, values: [a, b], screening for: b, says: Who.}\n",
    }
    assert layered({"terms/own.yaml": "values: {call: {c: {like: b}}}\n"}, base=base).terms["call"].alarms == ("b", "c")


def test_wording_is_given_anew_and_nothing_else_changes() -> None:
    wording = (
        "terms:\n  light: {ask: 'Leuchtet sie?', help: Einschalten.}\n  fault: {for patients: {bulb: Die Birne.}}\n"
    )
    book = layered({"wording/de.yaml": wording + "groups:\n  about it: {title: Die Lampe}\n"})
    light = book.terms["light"]
    assert (light.ask, light.help, light.domain) == ("Leuchtet sie?", "Einschalten.", layered().terms["light"].domain)
    assert book.terms["fault"].for_patients == {"bulb": "Die Birne."}
    assert (book.groups["about it"].title, book.groups["about it"].says) == ("Die Lampe", "Look at it.")


def test_a_layer_adds_sections_groups_and_questions() -> None:
    book = layered(
        {
            "terms/own.yaml": NEW_TERM.replace("help: Feel it.", "help: Feel it., group: water, none: no")
            + "conclusions:\n  dry it: {kind: yes/no, otherwise: no, says: Whether to.}\n",
            "groups.yaml": "water: {title: Water, says: Look for it.}",
            "recommendation.yaml": "sections: [{title: Water, terms: [dry it]}]",
        }
    )
    assert book.recommendation is not None
    assert [one.title for one in book.recommendation.sections] == ["Danger", "Fault", "Water"]
    assert book.recommendation.notice == "No lamp is a toy."
    assert [*book.groups] == ["about it", "water"]


def test_cases_beneath_get_the_answers_that_the_layer_gives_them() -> None:
    named = "name: workshop\nbuilds on: lamps\nin cases beneath: {wet: no}\n"
    other = "case: dark\nbecause: We look at the cable.\nexpected fault: cable\n"
    book = layered({"knowledge.yaml": named, "terms/own.yaml": NEW_TERM, "cases/beneath/dark.yaml": other})
    case = book.cases["dark"]
    assert case.facts == {"smoke": "no", "heat": "none", "light": "no", "hours": 1000, "wet": "no"}
    assert case.expected is not None
    assert (case.expected["fault"], case.expected["danger"]) == ("cable", "none")
    assert str(case.place) == "cases/beneath/dark.yaml:1"


def test_a_layer_that_adds_nothing_has_the_answers_of_the_base() -> None:
    old: dict[str, Value] = {"light": "no", "hours": 1000, "heat": "none"}
    cases: list[dict[str, Value]] = [{"heat": "hot"}, old, {}, {"smoke": "yes", "light": "no"}]
    for facts in cases:
        assert answers(layered({}), facts) == answers(layered(), facts)


def test_a_row_beneath_is_retired_by_its_whole_name() -> None:
    gone = "retired: heat.long\nsays: It.\nbecause: No.\nday: 2026-11-29\ngives up: [advice: switch it off]\n"
    assert "heat.long" not in layered({"retired/heat.long.yaml": gone}).rules
