"""Loading a knowledge base: every mistake an author can make, in the words that mend it, and all of them at once."""

from pathlib import Path

import pytest

from engine.errors import KnowledgeError
from engine.loader import load_files

CARD_FIELDS = "rule, says, if, unless, then, outranks, because, source, formerly, examples"
TERMS = """\
findings:
  leaning back: {kind: choice, values: [worse, no effect, better], ask: How is it, help: Lean back.}
  leg pain: {kind: yes/no, ask: Any, help: In the leg., screening: yes}
  leg side: {kind: choice, values: [left, right], ask: Which, help: One., asked if: [{leg pain: yes}]}
  age: {kind: number, range: 0 to 120, unit: years, ask: How old, help: In years.}
conclusions:
  pattern: {kind: choice, values: [facet-type, disc-type], says: the pattern}
  red flag: {kind: yes/no, otherwise: no, says: a red flag}
  urgency: {kind: choice, values: [routine, soon, now], otherwise: routine, takes: highest, says: how soon}
  avoid: {kind: several, values: [sitting, lifting], says: what to avoid}
  for disc: {kind: tally, says: how much speaks for it}
"""
CARD = """\
rule: worse_back
says: Worse on leaning back.
if:
  - leaning back: worse
  - age: under 60
unless:
  - leg pain: yes
then:
  - pattern: facet-type
  - for disc
outranks: [other]
because: It is so.
source:
  - BOOK: page 1
  - article: 1
examples:
  - {name: all, given: {leaning back: worse, age: 30, leg pain: no, avoid: [sitting]}, rule: holds}
  - name: none
    given: {}
    rule: waits
"""
OTHER = """\
rule: other
says: Another.
if: always
then: [{pattern: disc-type}, {urgency: soon}]
because: It is so.
source: [{BOOK: page 2}]
"""
TABLE = """\
row,leg pain,age,=>,urgency,avoid,because,source
old,yes,60 or more,=>,now,lifting,Caution.,BOOK: page 3; article: 1
young,no,-,=>,routine,-,Caution.,BOOK: page 4 [recalled]
"""
LAW = """\
law: no_wait
says: Never wait.
never:
  - urgency: routine
  - leg pain: unknown
source: [{BOOK: page 5}]
"""
IMPOSSIBLE = """\
impossible: no_side
says: No pain has a side.
never: [{leg pain: no}, {leg side: left or right}]
source: [{BOOK: page 6}]
"""
CASE = """\
case: first
leaning back: worse
leg pain: no
age: 61
expected pattern: facet-type
expected urgency: {at least: routine, at most: soon}
expected avoid: {in: [sitting], open: [lifting]}
"""
SHOWN = """\
notice: Take care.
explain: pattern
sections:
  - {title: What, terms: [pattern, avoid], for and against: [{name: disc, for: for disc, against: for disc}]}
"""
FILES = {
    "terms/all.yaml": TERMS,
    "rules/back/worse_back.yaml": CARD,
    "rules/back/other.yaml": OTHER,
    "tables/steps.csv": TABLE,
    "laws/no_wait.yaml": LAW,
    "impossible/no_side.yaml": IMPOSSIBLE,
    "cases/first.yaml": CASE,
    "sources.yaml": "BOOK: {citation: A book., seen: all of it}\n",
    "article.yaml": "1: It says so.\n",
    "recommendation.yaml": SHOWN,
}
MISTAKES = Path(__file__).with_name("mistakes.txt")


def encoded(files: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in files.items()}


def changed(file: str, old: str, new: str) -> dict[str, bytes]:
    """The files, with one text in one of them replaced by another."""
    assert old in FILES[file]
    return encoded(FILES | {file: FILES[file].replace(old, new, 1)})


def told(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load_files(files)
    return [str(problem) for problem in caught.value.problems]


def test_a_small_knowledge_base_is_loaded_whole() -> None:
    rulebook = load_files(encoded(FILES))
    assert list(rulebook.rules) == ["other", "worse_back", "steps.old", "steps.young"]
    assert [str(source) for source in rulebook.rules["steps.young"].sources] == ["BOOK: page 4 [recalled]"]
    assert (list(rulebook.laws), list(rulebook.impossible), list(rulebook.cases)) == (
        ["no_wait"],
        ["no_side"],
        ["first"],
    )
    assert rulebook.terms["leg side"].asked_if is not None
    assert rulebook.rules["worse_back"].examples[0].given["avoid"] == ("sitting",)


def mistakes() -> list[str]:
    """The blocks of the page of mistakes: a file, what is taken out of it, what is put there, and what is then told."""
    return MISTAKES.read_text(encoding="utf-8").rstrip("\n").split("\n\n")


def marked(block: str, mark: str) -> str:
    return "\n".join(line[2:] for line in block.split("\n")[1:] if line[0] == mark)


@pytest.mark.parametrize("block", mistakes())
def test_a_mistake_is_told_with_its_place_and_its_cure(block: str) -> None:
    files = changed(block.partition("\n")[0], marked(block, "-"), marked(block, "+"))
    assert "\n".join(told(files)) == marked(block, "!")


def test_five_faults_in_five_files_are_told_in_one_run() -> None:
    faults = {
        "rules/back/other.yaml": OTHER.replace("because", "becos"),
        "tables/steps.csv": TABLE.replace("now", "never"),
        "laws/no_wait.yaml": LAW.replace("unknown", "unknwon"),
        "cases/first.yaml": CASE.replace("age: 61", "age: old"),
        "sources.yaml": FILES["sources.yaml"] + "BOOK: again\n",
    }
    found = {name: told(encoded(FILES | {name: text})) for name, text in faults.items()}
    together = told(encoded(FILES | faults))
    assert {name.partition(":")[0] for name in together} == set(faults)
    assert set(together) == {problem for problems in found.values() for problem in problems}


def test_a_term_misspelt_where_it_is_defined_is_told_once_and_there() -> None:
    cards = {
        f"rules/back/other_{number}.yaml": OTHER.replace("always", "[{leaning back: better}]") for number in range(9)
    }
    cards = {name: text.replace("other", name[11:18]) for name, text in cards.items()}
    terms = {"terms/all.yaml": TERMS.replace("leaning back", "leening back")}
    with pytest.raises(KnowledgeError) as caught:
        load_files(encoded(FILES | cards | terms))
    [problem] = caught.value.problems
    assert str(problem) == (
        "terms/all.yaml:2:3: nothing names 'leening back', and 'leaning back', which is named, is not a term; "
        "expected one name for both; did you mean 'leaning back'? "
        "(also in 11 other files, such as rules/back/other_0.yaml:3:7, rules/back/other_1.yaml:3:7)"
    )
    assert {place["file"] for place in problem.as_json()["also"]} == {
        *cards,
        "rules/back/worse_back.yaml",
        "cases/first.yaml",
    }


def test_a_term_that_many_name_and_none_defines_is_told_before_all_else() -> None:
    terms = TERMS.replace(
        "  leaning back: {kind: choice, values: [worse, no effect, better], ask: How is it, help: Lean back.}\n", ""
    )
    found = told(encoded(FILES | {"terms/all.yaml": terms, "article.yaml": "1: It says so.\n- x\n"}))
    assert [problem.partition(";")[0] for problem in found] == [
        "rules/back/worse_back.yaml:4:5: 'leaning back' is not a term",
        "article.yaml:2:1: a line that does not stand right under those it belongs to",
    ]


UNREADABLE = [
    (b"a: !!int 1", "1:4: a tag (tag:yaml.org,2002:int); expected plain text"),
    (b"a: ! 1", "1:4: a tag (!); expected plain text"),
    (b"a: &x 1", "1:4: an anchor or alias; expected the text itself (a text that starts with & or * in quotes)"),
    (b"a: *x", "1:4: an anchor or alias; expected the text itself (a text that starts with & or * in quotes)"),
    (b"a: 1\n---\nb: 2", "2:1: a second document; expected one document in a file"),
    (b"[" * 13, "1:13: nesting deeper than 12 levels; expected flatter text"),
    (b"a: \x00", " binary data; expected text in UTF-8"),
    (b"a: 1\nb: gr\xf6\xdfer", "2: byte 0xf6 is not UTF-8; expected text in UTF-8"),
    ("a: größer".encode("utf-16"), " byte 0xff is not UTF-8; expected text in UTF-8"),
    (b"a:\n\t- b", "2:1: a tab; expected spaces"),
    (b"a: b\nc: \x1b[31m", "2:4: a control character ('\\x1b'); expected text"),
    (
        b"a: b: c",
        "1:5: one `: ` too many in a line; expected a text with `: ` in it in quotes, or a line for each pair\n"
        "    a: b: c\n        ^",
    ),
    (
        b'a: "b',
        '1:4: a quote that is never closed; expected another one where the text ends\n    a: "b\n       ^',
    ),
    (b"#" * 1_000_001, " larger than 1,000,000 bytes; expected a smaller file"),
    (
        b"",
        " an empty file; expected " + CARD_FIELDS,
    ),
    (
        b"# nothing\n",
        " an empty file; expected " + CARD_FIELDS,
    ),
    (
        b"- a",
        "1:1: no fields; expected " + CARD_FIELDS,
    ),
]


@pytest.mark.parametrize(("content", "message"), UNREADABLE)
def test_what_is_no_plain_text_is_refused_in_clear_words(content: bytes, message: str) -> None:
    name = "rules/back/worse_back.yaml"
    expected = (
        f"{name}:{message}" if not content.startswith(b"\xff") else f"{name}: binary data; expected text in UTF-8"
    )
    assert told(encoded(FILES) | {name: content}) == [expected]


@pytest.mark.parametrize("text", ["no", "yes", "12", "1e3", "2024-01-01", "0x10", "true", "1_000", ".inf"])
def test_a_text_stays_as_it_was_written(text: str) -> None:
    rulebook = load_files(changed("rules/back/other.yaml", "It is so.", text))
    assert rulebook.rules["other"].because == text
    rulebook = load_files(changed("terms/all.yaml", "facet-type, disc-type]", f"facet-type, disc-type, {text}]"))
    assert rulebook.terms["pattern"].domain.values[-1] == text


def test_a_byte_order_mark_and_other_line_ends_change_nothing() -> None:
    plain = load_files(encoded(FILES))
    for end in ("\r\n", "\r"):
        other = {name: b"\xef\xbb\xbf" + text.replace("\n", end).encode() for name, text in FILES.items()}
        assert load_files(other).digest == plain.digest


def test_a_rule_of_the_same_name_in_another_folder_is_refused() -> None:
    assert told(encoded(FILES | {"rules/front/other.yaml": OTHER})) == [
        "rules/front/other.yaml:1: 'other' stands in rules/back/other.yaml:1 too; expected a name of its own"
    ]


def test_a_file_name_that_is_no_id_is_refused() -> None:
    card = OTHER.replace("rule: other", "rule: An Other")
    table = {"tables/More Steps.csv": TABLE}
    found = told(encoded(FILES | {"rules/back/An Other.yaml": card} | table))
    assert [problem.partition("; ")[0] for problem in found] == [
        "rules/back/An Other.yaml: 'An Other' is not a name",
        "tables/More Steps.csv: 'More Steps' is not a name",
    ]


def test_a_circle_is_told_in_the_order_of_what_needs_what() -> None:
    terms = "conclusions:\n" + "".join(f"  {name}: {{kind: yes/no, says: it}}\n" for name in "abc")
    files = {"terms/all.yaml": terms, "sources.yaml": FILES["sources.yaml"]}
    for name, other in ("ab", "bc", "ca"):
        card = OTHER.replace("other", f"r{name}").replace("always", f"[{{{other}: yes}}]")
        files[f"rules/x/r{name}.yaml"] = card.replace("{pattern: disc-type}, {urgency: soon}", f"{{{name}: yes}}")
    assert told(encoded(files)) == [
        "rules/x/ra.yaml:1: a circle: ra needs b needs rb needs c needs rc needs a needs ra; "
        "expected conclusions that do not need each other"
    ]


def test_a_table_needs_a_row_and_has_no_more_than_a_person_reads() -> None:
    header, row, _ = TABLE.split("\n", 2)
    empty = "tables/steps.csv: an empty table; expected a header and at least one row"
    assert told(encoded(FILES | {"tables/steps.csv": header})) == [empty]
    assert told(encoded(FILES | {"tables/steps.csv": ""})) == [empty]
    many = "\n".join([header, *[row] * 2000])
    assert told(encoded(FILES | {"tables/steps.csv": many})) == ["tables/steps.csv: 2,001 rows; expected at most 2,000"]
