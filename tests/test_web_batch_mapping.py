"""The mapping as a form: a proposal applies only once it is accepted, and a form sent unchanged decides nothing."""

from collections.abc import Mapping

import pytest

from engine.columns.look import SeenColumn
from engine.interfaces.mapping import Answer, Known, MappingDraft
from engine.interfaces.web.many.mapping_form import Mapped
from engine.interfaces.web.many.recognise import Seen
from engine.loader.mapping import parse_mapping
from engine.mapping import UNTICKED
from engine.rulebook import Rulebook

COLUMNS = [
    SeenColumn("PatNr", 3, {"1": 1, "2": 1, "3": 1}, 3),
    SeenColumn("Alter", 3, {"44": 2, "x": 1}, 2),
    SeenColumn("Taub", 3, {"Ja": 2, "Nein": 1}, 2),
    SeenColumn("rot", 3, {"0": 2, "1": 1}, 2),
]


@pytest.fixture
def mapped(clinic: Rulebook) -> Mapped:
    """Proposals for some columns."""
    draft = MappingDraft(
        id=Answer("PatNr"),
        columns={"Alter": Answer("age"), "Taub": Answer("saddle numbness")},
        values={"saddle numbness": {"Ja": Answer("yes"), "Nein": Answer("no")}, "age": {"x": Answer("")}},
        checkboxes={"rot": {"fever": Answer("yes")}},
        missing={"k. A.": Answer("k. A.")},
    )
    return Mapped(Seen(COLUMNS, 3, draft), Known(clinic))


def sent(mapped: Mapped, accepted: bool, **changed: str) -> dict[str, str]:
    """The form as it is shown, with all boxes ticked or none."""
    entries = [*mapped.all()]
    boxes = {entry.accept: "yes" for entry in entries if accepted}
    texts = {entry.name: entry.text for entry in entries}
    return texts | boxes | changed


def decided(mapped: Mapped) -> Mapping[str, bool]:
    return {entry.name: entry.decided for entry in mapped.all() if entry.key[-1] != UNTICKED}


def test_a_form_that_is_sent_as_it_is_shown_decides_nothing(mapped: Mapped) -> None:
    before = mapped.draft.text("a.csv")
    assert mapped.take(sent(mapped, False)) is False
    assert mapped.draft.text("a.csv") == before
    assert not any(decided(mapped).values())


def test_what_is_accepted_is_decided_and_can_be_opened_again(mapped: Mapped, clinic: Rulebook) -> None:
    mapped.take(sent(mapped, True) | {'["value", "age", "x"]': "reject the row"})
    assert all(decided(mapped).values())
    assert mapped.draft.undecided == 0
    parsed = parse_mapping(mapped.draft.text("a.csv").encode(), "mapping.yaml", clinic)
    assert (parsed.problems, parsed.undecided) == ((), ())
    assert parsed.mapping.columns == {"Alter": "age", "Taub": "saddle numbness"}
    assert parsed.mapping.values == {"saddle numbness": {"ja": "yes", "nein": "no"}}
    mapped.take(sent(mapped, False))
    assert not any(decided(mapped).values())


def test_what_is_typed_over_a_proposal_is_decided(mapped: Mapped) -> None:
    mapped.take({'["value", "saddle numbness", "Ja"]': "no", '["value", "saddle numbness", "Nein"]': "no"})
    texts = mapped.draft.values["saddle numbness"]
    assert texts == {"Ja": Answer("no", True), "Nein": Answer("no")}


def test_a_box_without_a_tick_says_nothing_unless_somebody_says_so(mapped: Mapped, clinic: Rulebook) -> None:
    name = '["box", "rot", "unticked"]'
    assert (sent(mapped, False)[name], sent(mapped, True)["accept" + name]) == ("unknown", "yes")
    mapped.take(sent(mapped, True))
    assert mapped.draft.checkboxes == {"rot": {"fever": Answer("yes", True)}}
    mapped.take(sent(mapped, True) | {name: "no"})
    parsed = parse_mapping(mapped.draft.text("a.csv").encode(), "mapping.yaml", clinic)
    assert parsed.mapping.checkboxes["rot"].unticked == {"fever": "no"}
    mapped.take(sent(mapped, True) | {name: "perhaps"})
    assert "'perhaps' is not one of these" in mapped.wrong[name]
    mapped.take(sent(mapped, True) | {name: "unknown"})
    assert mapped.draft.checkboxes == {"rot": {"fever": Answer("yes", True)}}
    mapped.take(sent(mapped, True) | {'["box", "rot", "fever"]': "", name: "no"})
    assert mapped.draft.checkboxes == {}


def test_all_proposals_are_accepted_with_one_button_and_what_has_none_stays_open(mapped: Mapped) -> None:
    mapped.take(sent(mapped, False) | {".all": "yes"})
    assert [name for name, one in decided(mapped).items() if not one] == ['["value", "age", "x"]']


def test_a_column_can_be_left_out_or_be_another_finding(mapped: Mapped) -> None:
    mapped.take({'["column", "Alter"]': "", '["column", "Taub"]': "fever", '["box", "rot", "fever"]': ""})
    assert mapped.draft.columns == {"Taub": Answer("fever", True)}
    assert {*mapped.draft.left_out} == {"Alter", "rot"}
    assert mapped.draft.values["fever"] == {"Ja": Answer("yes"), "Nein": Answer("no")}


@pytest.mark.parametrize(
    ("name", "typed", "says"),
    [
        ('["column", "Alter"]', "agee", "'agee' is not a finding; did you mean 'age'?"),
        ('["id"]', "PatNo", "'PatNo' is not one of these; did you mean 'PatNr'?"),
        ('["value", "age", "x"]', "ten", "'ten' is not a value of 'age'"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(mapped: Mapped, name: str, typed: str, says: str) -> None:
    mapped.take({name: typed})
    assert mapped.wrong[name].startswith(says)
    assert not decided(mapped)[name]


def test_another_way_of_reading_the_file_needs_another_look(mapped: Mapped) -> None:
    assert mapped.take({'["id"]': "row"}) is True
    assert mapped.draft.id == Answer("row", True)


def test_what_was_seen_is_kept_as_json(mapped: Mapped) -> None:
    assert Seen.of(mapped.seen.as_json()) == mapped.seen
