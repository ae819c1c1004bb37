"""The language: every phrase of the grammar, to conditions and back; every mistake, with the words that mend it."""

import time

import pytest

from engine.document import Fields, quoted, read
from engine.errors import Place
from engine.language import (
    MAX_PARTS,
    Against,
    Condition,
    Domain,
    Group,
    Is,
    Line,
    Misread,
    Unsettled,
    Within,
    parse,
    parse_line,
    show,
    show_line,
)
from tests.conftest import every

HERE = Place("card.yaml", 3, 5)
DOMAINS = {
    "leaning back": Domain("choice", ("worse", "better", "no effect", "worse only briefly")),
    "leg pain": Domain("yes/no", ("yes", "no")),
    "age": Domain("number", low=0, high=120),
    "onset": Domain("number", low=0, high=120),
    "pain, now (0 to 10)": Domain("number", low=0, high=10),
    "avoid": Domain("several", ("leaning back", "sitting, long")),
    "speaks for disc-type": Domain("tally"),
    "speaks for facet-type": Domain("tally"),
}
BACK, AGE, TALLY = "leaning back", "age", "speaks for disc-type"


def parsed(text: str, law: bool = False) -> Condition:
    node, repeated = read(text, "card.yaml")
    assert isinstance(node, Fields)
    assert repeated == []
    return parse(node, DOMAINS, law)


def told(text: str, law: bool = False) -> list[str]:
    with pytest.raises(Misread) as caught:
        parsed(text, law)
    return [str(problem) for problem in caught.value.problems]


PHRASES: list[tuple[str, str, Line]] = [
    (BACK, "worse", Is(BACK, ("worse",))),
    (BACK, "worse or no effect", Is(BACK, ("worse", "no effect"))),
    (BACK, "worse only briefly or worse", Is(BACK, ("worse only briefly", "worse"))),
    (BACK, "other than worse", Is(BACK, ("better", "no effect", "worse only briefly"), besides=("worse",))),
    (BACK, "other than no effect or worse", Is(BACK, ("better", "worse only briefly"), besides=("no effect", "worse"))),
    ("leg pain", "no", Is("leg pain", ("no",))),
    ("avoid", "leaning back or sitting, long", Is("avoid", ("leaning back", "sitting, long"))),
    (AGE, "12", Within(AGE, 12, 12, "12")),
    (AGE, "4 or more", Within(AGE, 4, None, "4 or more")),
    (AGE, "at most 3", Within(AGE, None, 3, "at most 3")),
    (AGE, "over 5", Within(AGE, 6, None, "over 5")),
    (AGE, "under 5", Within(AGE, None, 4, "under 5")),
    (AGE, "2 to 4", Within(AGE, 2, 4, "2 to 4")),
    (AGE, "007", Within(AGE, 7, 7, "007")),
    (AGE, "over onset", Against(AGE, "over", "onset")),
    (AGE, "under onset", Against(AGE, "under", "onset")),
    (AGE, "at least onset", Against(AGE, "at least", "onset")),
    (AGE, "at most onset", Against(AGE, "at most", "onset")),
    (AGE, "same as onset", Against(AGE, "same as", "onset")),
    (AGE, "at least 2 above onset", Against(AGE, "above", "onset", 2)),
    (AGE, "at least 2 below onset", Against(AGE, "below", "onset", 2)),
    (AGE, "at least 30% below onset", Against(AGE, "% below", "onset", 30)),
    (AGE, "over pain, now (0 to 10)", Against(AGE, "over", "pain, now (0 to 10)")),
    (TALLY, "2 or more", Within(TALLY, 2, None, "2 or more")),
    (TALLY, "0", Within(TALLY, 0, 0, "0")),
    (TALLY, "at least 2 above speaks for facet-type", Against(TALLY, "above", "speaks for facet-type", 2)),
]


@pytest.mark.parametrize(("term", "phrase", "line"), PHRASES)
def test_a_phrase_means_one_line_and_is_shown_as_it_was_written(term: str, phrase: str, line: Line) -> None:
    found = parse_line(term, phrase, DOMAINS, HERE)
    assert found == line
    assert found.place == HERE
    assert show_line(found) == f"{term}: {phrase}"


@pytest.mark.parametrize("word", ["unknown", "disputed"])
def test_what_is_not_settled_is_written_in_laws_only(word: str) -> None:
    assert parse_line(AGE, word, DOMAINS, HERE, law=True) == Unsettled(AGE, word)
    with pytest.raises(Misread) as caught:
        parse_line(AGE, word, DOMAINS, HERE)
    assert str(caught.value) == (
        f"card.yaml:3:5: {word!r} in a rule; expected a value; only laws may speak of what is not known"
    )


NUMBER = "such as `4 or more`, `at most 3`, `over 5`, `under 5`, `2 to 4` or `over <another number>`"
VALUES = "worse, better, no effect, worse only briefly"
NO_VALUE = f"is not a value of 'leaning back'; expected {VALUES}"
CHOICE = "expected it for a choice only"
BAD_PHRASES = [
    (
        "leaning bakc",
        "worse",
        "'leaning bakc' is not a term; expected a term of the knowledge base; did you mean 'leaning back'?",
    ),
    ("zzz", "worse", "'zzz' is not a term; expected a term of the knowledge base"),
    (BACK, "wrose", f"'wrose' is not a value of 'leaning back'; expected {VALUES}; did you mean 'worse'?"),
    (BACK, "worse or ", f"'leaning back' without a value; expected {VALUES}"),
    (BACK, "", f"'leaning back' without a value; expected {VALUES}"),
    (BACK, "worse or worse", "'leaning back' names a value twice; expected each value once"),
    (BACK, "Worse", f"'Worse' is not a value of 'leaning back'; expected {VALUES}; did you mean 'worse'?"),
    ("leg pain", "maybe", "'maybe' is not a value of 'leg pain'; expected yes, no"),
    (
        BACK,
        "not worse",
        f"'not worse' is not a value of 'leaning back'; expected {VALUES}; did you mean 'other than worse'?",
    ),
    (
        BACK,
        "anything but worse or better",
        f"'anything but worse' {NO_VALUE}; did you mean 'other than worse or better'?",
    ),
    (
        BACK,
        "other than wrose",
        f"'wrose' {NO_VALUE}; did you mean 'other than worse'?",
    ),
    (BACK, "other than", f"'other than' is not a value of 'leaning back'; expected {VALUES}"),
    ("leg pain", "not yes", "'not yes' is not a value of 'leg pain'; expected yes, no; did you mean 'no'?"),
    (
        "leg pain",
        "other than yes",
        "`other than` of the yes/no 'leg pain'; expected it for a choice only; did you mean 'no'?",
    ),
    ("avoid", "other than leaning back", f"`other than` of the several 'avoid'; {CHOICE}"),
    (
        BACK,
        "other than worse or better or no effect or worse only briefly",
        "'leaning back' has no value other than these; expected fewer values",
    ),
    (AGE, "old", f"'old' says nothing of the number 'age'; expected {NUMBER}"),
    (AGE, "-1", f"'-1' says nothing of the number 'age'; expected {NUMBER}"),
    (AGE, "1.5", f"'1.5' says nothing of the number 'age'; expected {NUMBER}"),
    (AGE, "4 or 5", f"'4 or 5' says nothing of the number 'age'; expected {NUMBER}"),
    (AGE, "12345678901", f"'12345678901' says nothing of the number 'age'; expected {NUMBER}"),
    (AGE, "over 120", "'over 120' is outside the range of 'age'; expected 0 to 120"),
    (AGE, "under 0", "'under 0' is outside the range of 'age'; expected 0 to 120"),
    (AGE, "121", "'121' is outside the range of 'age'; expected 0 to 120"),
    (AGE, "4 to 2", "'4 to 2' holds no number; expected the smaller number first"),
    (AGE, "over onest", "'onest' is not a number; expected a number; did you mean 'onset'?"),
    (AGE, "over leg pain", "'leg pain' is not a number; expected a number"),
    (AGE, "over speaks for disc-type", "'speaks for disc-type' is not a number; expected a number"),
    (AGE, "at least 101% below onset", "101% below; expected at most 100%"),
    (TALLY, "under 0", "'under 0' holds no number; expected 0 or more"),
    (TALLY, "over age", "'age' is not a tally; expected a tally"),
]


@pytest.mark.parametrize(("term", "phrase", "message"), BAD_PHRASES)
def test_a_bad_phrase_is_told_with_what_was_expected(term: str, phrase: str, message: str) -> None:
    with pytest.raises(Misread) as caught:
        parse_line(term, phrase, DOMAINS, HERE)
    assert str(caught.value) == f"card.yaml:3:5: {message}"


def test_no_digit_of_a_number_is_left_out_unseen() -> None:
    for phrase in ("0000000012 or more", "at most 0000000012", "0000000001 to 0000000002", "over 0000000012"):
        with pytest.raises(Misread):
            parse_line(AGE, phrase, DOMAINS, HERE)


CONDITIONS = [
    "if: always\n",
    "if: always\nunless:\n  - leg pain: yes\n",
    "if:\n  - leaning back: worse or no effect\n  - age: 4 or more\n",
    "if:\n  - any of:\n      - leg pain: yes\n      - age: over onset\n  - leaning back: worse\n",
    "if:\n  - at least 2 of:\n      - leg pain: yes\n      - age: 12\n      - leaning back: better\n",
    "if:\n  - leg pain: no\nunless:\n  - any of:\n      - leaning back: worse\n      - leaning back: better\n",
    "if:\n  - pain, now (0 to 10): under 5\n  - age: at least 30% below onset\n",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_a_condition_is_shown_as_it_was_written(text: str) -> None:
    condition = parsed(text)
    assert show(condition) == text
    assert parsed(show(condition)) == condition


def test_a_law_is_shown_as_it_was_written() -> None:
    text = "never:\n  - leg pain: unknown\n  - avoid: disputed\nunless:\n  - age: 12\n"
    assert show(parsed(text, law=True), law=True) == text


def test_always_has_no_lines_and_groups_keep_theirs() -> None:
    assert parsed("if: always") == Condition()
    whole = parsed("if: [{any of: [{leg pain: yes}, {age: 12}]}]\nunless: [{leaning back: worse}]")
    lines = (Is("leg pain", ("yes",)), Within("age", 12, 12, "12"))
    assert whole == Condition((Group(1, lines),), (Is(BACK, ("worse",)),))
    assert list(whole.leaves()) == [*lines, Is(BACK, ("worse",))]
    assert whole.terms() == {"leg pain", "age", BACK}
    assert parsed("if: [{age: over onset}]").terms() == {"age", "onset"}


ONE_LINE = "card.yaml:1:6: not one line; expected one `term: value` in each line"
BAD_CONDITIONS = [
    ("unless: [{leg pain: yes}]", "card.yaml:1:1: no `if`; expected lines, or `always` in a rule"),
    ("if: never", "card.yaml:1:5: no list of lines; expected lines such as `- term: value`"),
    ("if:", "card.yaml:1:4: no list of lines; expected lines such as `- term: value`"),
    ("if: []", "card.yaml:1:5: an empty list; expected at least one line"),
    ("if: always\nunless: always", "card.yaml:2:9: no list of lines; expected lines such as `- term: value`"),
    ("if: [worse]", ONE_LINE.replace("not one line", "'worse' is not a line")),
    ("if: [{leg pain: yes, age: 12}]", ONE_LINE),
    (
        "if: [{leg pain: [yes, no]}]",
        "card.yaml:1:17: 'leg pain' has no single value; expected one phrase, such as `worse or no effect`",
    ),
    ("if: [{any of: []}]", "card.yaml:1:15: an empty list; expected at least one line"),
    (
        "if: [{at least 3 of: [{leg pain: yes}, {age: 12}]}]",
        "card.yaml:1:7: 'at least 3 of' with 2 lines; expected a number from 1 to that of the lines",
    ),
    (
        "if: [{at least 0 of: [{leg pain: yes}]}]",
        "card.yaml:1:7: 'at least 0 of' with 1 lines; expected a number from 1 to that of the lines",
    ),
    (
        "if: [{any of: [{any of: [{leg pain: yes}]}]}]",
        "card.yaml:1:7: a group inside a group; expected a conclusion of its own for the inner one",
    ),
]


@pytest.mark.parametrize(("text", "message"), BAD_CONDITIONS)
def test_a_bad_condition_is_told_with_its_place(text: str, message: str) -> None:
    assert told(text) == [message]


def test_always_is_no_law() -> None:
    expected = "card.yaml:1:8: no list of lines; expected lines such as `- term: value`"
    assert told("never: always", law=True) == [expected]
    assert told("if: always", law=True) == ["card.yaml:1:1: no `never`; expected lines, or `always` in a rule"]


def test_every_bad_line_of_a_condition_is_told_at_once() -> None:
    found = told("if:\n  - leg pian: yes\n  - any of:\n      - age: old\n      - leg pain: on\nunless:\n  - zzz: 1\n")
    assert [problem.split(":")[1] for problem in found] == ["2", "4", "5", "7"]


def test_a_condition_longer_than_a_person_reads_is_refused() -> None:
    text = "if:\n" + "  - leg pain: yes\n" * (MAX_PARTS + 1)
    assert told(text) == ["card.yaml:2:3: 1,001 lines; expected at most 1,000"]


@pytest.mark.parametrize("text", ["a b", "12", "50%", "it's", "sitting, long", "a,b", "a\\b", "8:30", "a/b", "größer"])
def test_a_plain_text_needs_no_quotes(text: str) -> None:
    assert quoted(text) == text


@pytest.mark.parametrize("text", ["null", "", "- a", "a: b", "a:", "a #b", "[a]", '"', "*a", "a ", "~"])
def test_any_other_text_is_quoted_and_read_back(text: str) -> None:
    assert quoted(text).startswith('"')
    node, _ = read(f"key: {quoted(text)}", "card.yaml")
    assert isinstance(node, Fields)
    assert node.get("key") == type(node.entries[0][0])(text.strip(), Place("card.yaml", 1, 6))


@pytest.mark.parametrize(
    "phrase",
    every(
        3,
        [
            " or " * 250_000,
            "worse or " * 100_000,
            "at least " * 100_000,
            "9" * 900_000,
            "at least " + "9" * 900_000 + "% below",
            "1 to " * 180_000,
            "over " + " " * 900_000,
        ],
    ),
)
def test_a_phrase_of_a_million_letters_is_refused_at_once_and_in_few_words(phrase: str) -> None:
    start = time.process_time()
    for term in (BACK, AGE):
        with pytest.raises(Misread) as caught:
            parse_line(term, phrase, DOMAINS, HERE)
        assert len(str(caught.value)) < 500
    quoted(phrase)
    assert time.process_time() - start < 5
