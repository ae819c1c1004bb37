"""Loading a knowledge base: every mistake an author can make, in the words that mend it, and all of them at once."""

import pytest

from engine.errors import KnowledgeError
from engine.load import load_files

TERMS = """\
findings:
  leaning back: {kind: choice, values: [worse, no effect, better], ask: How is it?, help: Lean back.}
  leg pain: {kind: yes/no, ask: Any?, help: In the leg., screening: yes}
  leg side: {kind: choice, values: [left, right], ask: Which?, help: One., asked if: [{leg pain: yes}]}
  age: {kind: number, range: 0 to 120, unit: years, ask: How old?, help: In years.}
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
status: draft
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
status: reviewed
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
T, R, O, TABLES = "terms/all.yaml", "rules/back/worse_back.yaml", "rules/back/other.yaml", "tables/steps.csv"
L, I, C, S, A, N = (
    "laws/no_wait.yaml",
    "impossible/no_side.yaml",
    "cases/first.yaml",
    "sources.yaml",
    "article.yaml",
    "recommendation.yaml",
)


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


CARD_FIELDS = "rule, says, if, unless, then, outranks, because, source, status, examples"
VALUES = "worse, no effect, better"
CARDS = [
    ("because: It", "becuase: It", ["1: no `because`; expected a text under `because`", f"12:1: 'becuase' is no field here; expected {CARD_FIELDS}; did you mean 'because'?"]),
    ("says: Worse on leaning back.", "says:", ["2:6: no `says`; expected a text under `says`"]),
    ("says: Worse on leaning back.", "says: ~", ["2:7: no `says`; expected a text under `says`"]),
    ("says: Worse on leaning back.", "says: [a]", ["2:7: `says` is no text; expected one text"]),
    ("says: Worse on leaning back.", 'says: ""', ["2:7: no `says`; expected a text under `says`"]),
    ("  - leaning back: worse\n", "  - leaning bakc: worse\n", ["4:5: 'leaning bakc' is no term; expected a term of the knowledge base; did you mean 'leaning back'?"]),
    ("  - leaning back: worse\n", "  - leaning back: wrose\n", [f"4:5: 'wrose' is no value of 'leaning back'; expected {VALUES}; did you mean 'worse'?"]),
    ("  - leaning back: worse\n", "  - leaning back: unknown\n", ["4:5: 'unknown' in a rule; expected a value; only laws may speak of what is not known"]),
    ("status: draft", "status: draft\nstatus: draft", ["17:1: 'status' stands here again, first in line 16; expected it once"]),
    ("rule: worse_back", "rule: worse_bakc", ["1:7: 'worse_bakc' in the file 'worse_back'; expected the name of the file"]),
    ("rule: worse_back\n", "", ["1: no `rule`; expected a text under `rule`"]),
    ("if:\n  - leaning back: worse\n  - age: under 60\n", "", ["1:1: no `if`; expected lines, or `always` in a rule"]),
    ("then:\n  - pattern: facet-type\n  - for disc\noutranks: [other]\n", "", ["1:1: no `then`; expected at least one conclusion"]),
    ("  - pattern: facet-type\n", "  - pattern: facet\n", ["9:5: 'facet' is no value of 'pattern'; expected facet-type, disc-type; did you mean 'facet-type'?"]),
    ("  - pattern: facet-type\n", "  - pattern\n", ["9:5: 'pattern' without a value; expected facet-type, disc-type"]),
    ("  - pattern: facet-type\n", "  - pattern: facet-type\n  - pattern: disc-type\n", ["1:1: a conclusion named twice; expected each once"]),
    ("  - for disc\n", "  - for disc: 1\n", ["10:5: a value for the tally 'for disc'; expected `- for disc` alone"]),
    ("  - for disc\n", "  - leg pain: yes\n", ["10:5: 'leg pain' is a finding, which only a case gives; expected a conclusion"]),
    ("  - for disc\n", "  - complete: yes\n", ["10:5: 'complete' is no conclusion; expected a conclusion"]),
    ("  - for disc\n", "  - for dics\n", ["10:5: 'for dics' is no conclusion; expected a conclusion; did you mean 'for disc'?"]),
    ("outranks: [other]", "outranks: [othr]", ["1:1: 'worse_back' outranks 'othr', which is no rule; expected a rule; did you mean 'other'?"]),
    ("outranks: [other]", "outranks: [worse_back]", ["1:1: 'worse_back' outranks itself; expected another rule"]),
    ("outranks: [other]", "outranks: [steps.old]", ["1:1: 'worse_back' outranks 'steps.old', and they share none; expected a rule that gives the same single-valued conclusion"]),
    ("outranks: [other]", "outranks: other", ["11:11: `outranks` is no list of texts; expected a list under `outranks`"]),
    ("  - BOOK: page 1\n", "  - BOKO: page 1\n", ["14:5: 'BOKO' is no source; expected a key of sources.yaml; did you mean 'BOOK'?"]),
    ("  - BOOK: page 1\n", "  - BOOK\n", ["14:5: 'BOOK' without a place in it; expected `KEY: the place in it`"]),
    ("  - BOOK: page 1\n", "  - BOOK: page 1 [recaled]\n", ["14:5: [recaled] is no label; expected verified-2, recalled, uncertain, derived, convention; did you mean 'recalled'?"]),
    ("  - article: 1\n", "  - article: 7\n", ["15:5: the article has no claim '7'; expected 1"]),
    ("source:\n  - BOOK: page 1\n  - article: 1\n", "", ["1:1: no `source`; expected `- KEY: the place in it` or `- article: N`"]),
    ("status: draft", "status: done", ["16:9: 'done' under `status`; expected draft, reviewed"]),
    ("{leaning back: worse, age: 30", "{leaning bakc: worse, age: 30", ["18:25: 'leaning bakc' is no term; expected a term; did you mean 'leaning back'?"]),
    ("{leaning back: worse, age: 30", "{leaning back: wrose, age: 30", [f"18:39: 'wrose' is no value of 'leaning back'; expected {VALUES}; did you mean 'worse'?"]),
    ("age: 30", "age: 130", ["18:51: 130 is outside the range of 'age'; expected 0 to 120"]),
    ("avoid: [sitting]", "avoid: [siting]", ["18:76: 'siting' is no value of 'avoid'; expected sitting, lifting; did you mean 'sitting'?"]),
    ("rule: holds", "rule: hold", ["18:93: 'hold' under `rule`; expected holds, fails, waits; did you mean 'holds'?"]),
    ("    given: {}\n", "", ["19:5: no `given`; expected `given: {term: value, …}`, or `given: {}`"]),
    ("examples:", "examples: one\nunless:", ["17:11: `examples` is no list; expected a list of examples"]),
]  # fmt: skip
TERM = "'{}' cannot name a term; expected a phrase of words that means nothing else here"
VALUE = "{!r} cannot be a value; expected a phrase without ` or `, and not unknown or disputed"
OTHERS = [
    (T, "better]", "better or same]", ["2:59: " + VALUE.format("better or same")]),
    (T, "better]", "unknown]", ["2:59: " + VALUE.format("unknown")]),
    (T, "better]", '"a\\nb"]', ["2:59: " + VALUE.format("a\nb")]),
    (T, "better]", '"a\\eb"]', ["2:59: " + VALUE.format("a\x1bb")]),
    (T, "better]", "]", []),
    (T, "better]", "worse]", ["2:59: 'worse' twice; expected each value once"]),
    (T, "0 to 120", "120 to 0", ["5:29: no range; expected two whole numbers, such as `0 to 120`"]),
    (T, "0 to 120", "-5 to 5", ["5:29: no range; expected two whole numbers, such as `0 to 120`"]),
    (T, "range: 0 to 120, ", "", ["5:8: no `range`; expected a text under `range`"]),
    (T, "ask: How old?, ", "", ["5:8: no `ask`; expected a text under `ask`"]),
    (T, "kind: number", "kind: tally", ["5:15: 'tally' under `kind`; expected yes/no, choice, number"]),
    (T, "kind: tally, ", "", ["11:13: no `kind`; expected a text under `kind`"]),
    (T, "otherwise: routine, takes", "otherwise: soon, takes", ["9:3: 'urgency' takes the highest; expected `otherwise:` its lowest value"]),
    (T, "otherwise: routine, takes", "takes", ["9:3: 'urgency' takes the highest; expected `otherwise:` its lowest value"]),
    (T, "values: [routine, soon, now], otherwise: routine, takes", "takes", ["9:12: no `values`; expected a list of at least one value"]),
    (T, "kind: yes/no, otherwise: no", "kind: yes/no, takes: highest, otherwise: no", ["8:3: `takes: highest` of 'red flag'; expected a choice, whose values are a scale"]),
    (T, "screening: yes}", "screening: yes, lasts: yes}", ["3:3: 'leg pain' is a screening finding and lasts; expected one of the two: screening is asked anew"]),
    (T, "[{leg pain: yes}]", "[{pattern: disc-type}]", ["4:92: 'pattern' is a conclusion; expected findings only"]),
    (T, "[{leg pain: yes}]", "[{leg side: left}]", ["4:91: 'leg side' is asked if itself is answered; expected another finding"]),
    (T, "[{leg pain: yes}]", "[{leg pain: unknown}]", ["4:92: 'unknown' in a rule; expected a value; only laws may speak of what is not known"]),
    (T, "[{leg pain: yes}]", "leg pain", ["4:91: no list of lines; expected lines such as `- leaning back: worse`"]),
    (T, "  red flag:", "  complete:", ["8:3: " + TERM.format("complete")]),
    (T, "  red flag:", "  a or b:", ["8:3: " + TERM.format("a or b")]),
    (T, "  red flag:", "  at least 2 of:", ["8:3: " + TERM.format("at least 2 of")]),
    (T, "  red flag:", "  expected flag:", ["8:3: " + TERM.format("expected flag")]),
    (T, "  red flag:", "  age:", ["8:3: 'age' stands in terms/all.yaml:5:3 too; expected each term once"]),
    (T, "  red flag:", "  red flag: yes\n  other:", ["8:13: no fields; expected kind, values, says, codes, otherwise, takes, screening for"]),
    (T, "findings:", "finding:", ["1:1: 'finding' is no field here; expected findings, conclusions; did you mean 'findings'?"]),
    (O, "rule: other", "rule: other\n? [a]\n: b", ["1:1: a list or mapping as a key; expected a name"]),
    (O, "{urgency: soon}", "{avoid: lifting}, {avoid: lifting}", ["1:1: a conclusion named twice; expected each once"]),
    (O, "if: always", "if: [{pattern: facet-type}]", ["1:1: a circle: other needs pattern needs other; expected conclusions that do not need each other"]),
    (O, "because:", "outranks: [worse_back]\nbecause:", ["1:1: a circle: other outranks worse_back outranks other; expected one that outranks the others"]),
    (TABLES, "row,leg pain", "step,leg pain", ["1: a header of another form; expected `row, terms…, =>, conclusions…, because, source`"]),
    (TABLES, "urgency,avoid,because", "urgency,urgency,because", ["1: 'urgency' heads two columns; expected each term once"]),
    (TABLES, "leg pain,age", "leg pian,age", ["1: 'leg pian' is no term; expected a term of the knowledge base; did you mean 'leg pain'?"]),
    (TABLES, "old,yes,", "old,yes,yes,", ["2: 9 cells; expected 8, as in the header"]),
    (TABLES, "young,", "old,", ["3: the row 'steps.old' stands here again; expected each row's name once"]),
    (TABLES, "young,", "Young one,", ["3: 'Young one' is no name of a row; expected small letters, digits and _"]),
    (TABLES, "60 or more", "60 and more", ["2: '60 and more' says nothing of the number 'age'; expected such as `4 or more`, `at most 3`, `over 5`, `under 5`, `2 to 4` or `over <another number>`"]),
    (TABLES, "routine,-,Caution.", "-,-,Caution.", ["3: no conclusion; expected at least one in every row"]),
    (TABLES, "lifting,Caution.", "lifting,", ["2: no `because`; expected a reason in every row"]),
    (TABLES, "BOOK: page 3;", "BOKO: page 3;", ["2: 'BOKO' is no source; expected a key of sources.yaml; did you mean 'BOOK'?"]),
    (TABLES, "old,yes", '"old,yes', ["3: not readable as CSV: unexpected end of data"]),
    (L, "urgency: routine", "urgency: rutine", ["4:5: 'rutine' is no value of 'urgency'; expected routine, soon, now; did you mean 'routine'?"]),
    (L, "never:", "if:", ["1:1: no `never`; expected lines, or `always` in a rule", "3:1: 'if' is no field here; expected law, says, never, unless, source"]),
    (L, "law: no_wait", "law: wait", ["1:6: 'wait' in the file 'no_wait'; expected the name of the file"]),
    (I, "{leg pain: no}", "{pattern: disc-type}", ["3:10: 'pattern' is a conclusion; expected findings only"]),
    (I, "{leg pain: no}", "{complete: yes}", ["3:10: 'complete' is a conclusion; expected findings only"]),
    (I, "{leg pain: no}", "{leg pain: unknown}", ["3:10: `leg pain: unknown`; expected an answer"]),
    (C, "leg pain: no", "leg pian: no", ["3:11: 'leg pian' is no finding; expected a finding of the knowledge base; did you mean 'leg pain'?"]),
    (C, "leg pain: no", "leg pain: on", ["3:11: 'on' is no value of 'leg pain'; expected yes, no; did you mean 'no'?"]),
    (C, "leg pain: no", "red flag: no", ["3:11: 'red flag' is a conclusion; expected findings only: conclusions are reached by rules"]),
    (C, "leg pain: no", "leg pain: [no]", ["3:11: 'leg pain' has no single value; expected one value"]),
    (C, "leg pain: no", "leg pain: no\nleg side: left", ["1: No pain has a side. (leg pain: no; leg side: left); expected not all of leg pain: no, leg side: left or right"]),
    (C, "case: first", "case: second", ["0: the case 'second' in the file 'first'; expected `case: first`"]),
    (C, "expected pattern:", "expected patern:", ["5:18: 'patern' is no conclusion; expected a conclusion; did you mean 'pattern'?"]),
    (C, "facet-type", "facet", ["5:19: 'facet' is no value of 'pattern'; expected facet-type, disc-type; did you mean 'facet-type'?"]),
    (C, "facet-type", "[facet-type]", ["5:19: `expected pattern` has no single value; expected one value"]),
    (C, "facet-type", "{at least: facet-type, at most: disc-type}", ["5:19: `expected pattern` is no single value; expected one value; of a scale or tally `at least`, `at most`"]),
    (C, "at most: soon", "most: soon", ["6:19: `expected urgency` is no single value; expected one value; of a scale or tally `at least`, `at most`"]),
    (C, "open: [lifting]", "opne: [lifting]", ["7:17: `expected avoid` is no list; expected a list, or `in:` and `open:` with a list each"]),
    (C, "{in: [sitting], open: [lifting]}", "sitting", ["7:17: `expected avoid` is no list; expected a list, or `in:` and `open:` with a list each"]),
    (C, "case: first", "case: first\nsource: [[deep]]", ["2:9: `source` is no list of sources; expected `- KEY: the place in it` in each line"]),
    (S, "BOOK:", "article: {citation: a, seen: b}\nBOOK:", ["1:1: 'article' cannot be a key; expected letters and digits"]),
    (S, ", seen: all of it", "", ["1:7: no `seen`; expected a text under `seen`"]),
    (A, "1: It", "one: More.\n1: It", ["1:1: 'one' is no numbered claim; expected `number: text`"]),
    (N, "explain: pattern", "explain: patern", ["1:1: 'patern' is no conclusion; expected a conclusion; did you mean 'pattern'?"]),
    (N, "[pattern, avoid]", "[pattern, age]", ["4:36: 'age' is no conclusion; expected a conclusion"]),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "messages"), [*((R, *card) for card in CARDS), *OTHERS])
def test_a_mistake_is_told_with_its_place_and_its_cure(file: str, old: str, new: str, messages: list[str]) -> None:
    files = changed(file, old, new)
    expected = [f"{file}:{message}".replace(":0: ", ": ") for message in messages]
    if expected:
        assert [problem for problem in told(files) if problem.startswith(file)] == expected
    else:
        load_files(files)
