"""What each file of a knowledge base may hold: one description for readers, schemas, prompts and docs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ..language import KINDS
from ..review import VERDICTS

Holds = Literal[
    "name",
    "text",
    "texts",
    "choice",
    "yes or no",
    "range",
    "lines or always",
    "lines",
    "known values",
    "conclusions",
    "rules",
    "rule",
    "sources",
    "sources or texts",
    "conclusion",
    "conclusion names",
    "new values",
    "sentences",
    "shares",
    "columns",
    "values of findings",
    "checkboxes",
    "day",
    "list",
    "fields",
]
Lines = Literal["", "finding_", "law_"]
LABELS = ("verified-2", "recalled", "uncertain", "derived", "convention")
FOR_PATIENTS = "for patients"


@dataclass(frozen=True)
class Field:
    """A field of a file: its name, what it holds, and in one sentence what that means.

    `values` are those of a choice, `fields` those of what is below, `lines` of what terms its lines may speak,
    `kinds` the kinds of term that it belongs to, where it is not for all, and `layer` whether it is for layers alone.
    """

    name: str
    holds: Holds
    help: str
    required: bool = False
    values: tuple[str, ...] = ()
    fields: "tuple[Field, ...]" = ()
    lines: Lines = ""
    kinds: tuple[str, ...] = ()
    layer: bool = False

    @property
    def needed_in(self) -> tuple[str, ...]:
        """The kinds of term that cannot be without it, where others can; a unit may be left out of a number too."""
        return () if self.holds == "text" else self.kinds


def names(fields: tuple[Field, ...]) -> tuple[str, ...]:
    """The names of fields, in the order in which they are written."""
    return tuple(field.name for field in fields)


_GIVES_UP = Field(
    "gives up", "conclusions", "In a layer: what the rule beneath gave, and is given no more.", layer=True
)
_LOWERS = Field("lowers", "text", "In a layer: why an alarm may be lower by this; the patients are shown.", layer=True)
_SOURCE = Field("source", "sources", "`KEY: the place in it`, or `article: N`, the number of a claim.", True)
_SAYS = Field("says", "text", "The rule in one sentence.", True)

EXAMPLE = (
    Field("name", "text", "What is special about this patient.", True),
    Field("given", "known values", "What is known: `term: value`; `{}` if nothing is.", True),
    Field("rule", "choice", "What the rule's own condition gives.", True, ("holds", "fails", "waits")),
)
CARD = (
    Field("rule", "name", "The name of the file: the situation, not the cure.", True),
    _SAYS,
    Field("if", "lines or always", "Every line must hold; `always` for everybody.", True),
    Field("unless", "lines", "No line may hold."),
    Field("then", "conclusions", "What follows, `conclusion: value`; a tally is named alone.", True),
    Field("outranks", "rules", "Rules that give way to this one if both hold."),
    Field("because", "text", "Why, and how strong the evidence is.", True),
    _SOURCE,
    Field("formerly", "texts", "Names that it had before; none is used again."),
    Field("examples", "list", "At least one that holds, one that fails, one that waits.", fields=EXAMPLE),
    Field(
        "replaces", "rule", "In a layer: the rule beneath, or the row (`table.row`), whose place it takes.", layer=True
    ),
    _GIVES_UP,
    _LOWERS,
)


def _law(key: str, lines: Lines, name: str, never: str, unless: str) -> tuple[Field, ...]:
    return (
        Field(key, "name", "The name of the file.", True),
        Field("says", "text", name, True),
        Field("never", "lines", never, True, lines=lines),
        Field("unless", "lines", unless, lines=lines),
        _SOURCE,
    )


LAW = _law("law", "law_", "The law in one sentence.", "Lines that may never all be true.", "Except where these hold.")
IMPOSSIBLE = _law(
    "impossible",
    "finding_",
    "What no patient can be, in one sentence.",
    "Lines on findings that are never all true for one patient.",
    "Except where these hold.",
)

_KIND_HELP = "What it may be."
_VALUES = Field("values", "texts", "Its values; for a scale from low to high.", kinds=("choice", "several"))
_CODES = Field("codes", "texts", "Codes of other systems.")
_FORMERLY = (
    Field("formerly", "texts", "Names that it had before: case files with them are still read, and this is reported."),
    Field("values formerly", "sentences", "`old value: new value`: case files with the old one are still read."),
)
_PATIENTS = Field(FOR_PATIENTS, "sentences", "`value: sentence` in plain words; an empty one says nothing.")
FINDING = (
    Field("kind", "choice", _KIND_HELP, True, tuple(kind for kind in KINDS if kind not in ("several", "tally"))),
    _VALUES,
    Field("range", "range", "Two whole numbers, such as `0 to 120`.", kinds=("number",)),
    Field("unit", "text", "What a number counts.", kinds=("number",)),
    Field("ask", "text", "The question.", True),
    Field("help", "text", "What it means, for a patient.", True),
    _CODES,
    Field("screening", "yes or no", "It is answered before advice that depends on it, and asked again at every visit."),
    Field("lasts", "yes or no", "A later visit may carry it over."),
    Field("fixed", "yes or no", "A fixed fact (age, the past): `whatif` never changes it."),
    Field("asked if", "lines", "It applies only if these hold; if not, its answer has no effect.",
          lines="finding_"),
    Field("loses", "text", "Why its `asked if` may lose an alarm: of whom, and why that is right."),
    Field("group", "text", "The group of questions among which it is asked, of groups.yaml."),
    Field("none", "text", "What \"none of these\", said of its group, makes of it; without it, it is asked by itself."),
    Field("unread", "text", "No rule reads it, and why it is kept."),
    Field("usual", "text", "What is usual (for a number a range, `25 to 70`), for made-up cases."),
    _PATIENTS,
    *_FORMERLY,
    Field("split from", "texts", "Findings of before that asked this and something else in one: a case with one is "
          "refused, with what asks it now."),
)  # fmt: skip
CONCLUSION = (
    Field("kind", "choice", _KIND_HELP, True, tuple(kind for kind in KINDS if kind != "number")),
    _VALUES,
    Field("says", "text", "What it means.", True),
    _CODES,
    Field("otherwise", "text", "Its value when every rule for the conclusion is ruled out."),
    Field("takes", "choice", "A scale: the highest value that a rule gives.", values=("highest",)),
    Field("screening for", "text", "A value, or `one or another`: an alarm (on a scale with every value above it), "
          "which may depend on screening findings only."),
    _PATIENTS,
    Field("gap", "yes or no", "Its `otherwise` is not a real answer: a complete case that ends in it is a gap."),
    Field("accepts", "text", "A complete case may end without an answer here, and why."),
    *_FORMERLY,
)  # fmt: skip
GROUP = (
    Field("title", "text", "The heading of its questions.", True),
    Field("says", "text", "One sentence about them, for whoever answers.", True),
)
NEW_VALUE = (
    Field(
        "like",
        "text",
        "The value that laws beneath take it for: what they forbid of the one, they forbid of both.",
        True,
    ),
    Field(FOR_PATIENTS, "text", "It in plain words; empty to say nothing."),
)
TERMS = (
    Field("findings", "fields", "What is asked or measured, by name.", fields=FINDING),
    Field("conclusions", "fields", "What rules conclude, by name.", fields=CONCLUSION),
    Field("values", "new values", "In a layer: for a conclusion beneath, its new values by name.", fields=NEW_VALUE,
          layer=True),
)  # fmt: skip
_ANEW = ("ask", "help", FOR_PATIENTS)
WORDING = (
    Field("terms", "fields", "For a term beneath, its question, its help and its sentences for patients.",
          fields=tuple(replace(field, required=False) for field in FINDING if field.name in _ANEW)),
    Field("groups", "fields", "For a group of questions beneath, its title and its sentence.",
          fields=tuple(replace(field, required=False) for field in GROUP)),
)  # fmt: skip
KNOWLEDGE = (
    Field("name", "text", "What it is called, in explanations too.", True),
    Field(
        "builds on", "text", "`lumbar`, or the path of another folder from here; without it, it is a base of its own."
    ),
    Field("in cases beneath", "known values", "What saved cases beneath answer to findings of this layer.", layer=True),
)
ADAPTED = (
    Field("case", "name", "The saved case beneath; the file is named after it.", True),
    Field("because", "text", "Why its answer is another here.", True),
)
SOURCE = (
    Field("citation", "text", "How the source is cited.", True),
    Field("seen", "text", "What was read of it.", True),
    Field("id", "text", "Its DOI, PMID or the like."),
    Field("address", "text", "Where to find it."),
    Field("read on", "day", "The day on which it was read."),
    Field("look again by", "day", "When to look again whether it is still so."),
)
SIDE = (
    Field("name", "text", "What the tallies weigh.", True),
    Field("for", "conclusion", "The tally of what speaks for it.", True),
    Field("against", "conclusion", "The tally of what speaks against it.", True),
)
SECTION = (
    Field("title", "text", "Its heading.", True),
    Field("terms", "conclusion names", "The conclusions that it shows, in this order."),
    Field("for and against", "list", "Tallies shown side by side.", fields=SIDE),
    Field("in short", "sentences", "For each term, the words of its answers on one screen; empty to say nothing."),
    Field("on alarm", "sentences", "For a conclusion, what one screen says here when its alarm leaves nothing else."),
    Field("first", "texts", "Members that one screen shows before the others."),
    Field("at most", "text", "How many members one screen shows."),
)
_NOTICE = Field("notice", "text", "Shown with every recommendation.", True)
_SECTIONS = Field("sections", "list", "What is shown, in this order.", True, fields=SECTION)
PATIENTS = (_NOTICE, _SECTIONS)
MORE_PATIENTS = (_SECTIONS,)
MORE_SECTIONS = (
    _SECTIONS,
    Field(FOR_PATIENTS, "fields", "What `--for patient` shows besides.", fields=MORE_PATIENTS),
)
RECOMMENDATION = (
    _NOTICE,
    Field("explain", "conclusion", "What `why` explains first.", True),
    _SECTIONS,
    Field(FOR_PATIENTS, "fields", "What `--for patient` shows instead.", fields=PATIENTS),
)
SIGNED = (
    Field("row", "text", "The row of the table.", True),
    Field("digest", "text", "What was read of it, in short: another one if anything of it changes.", True),
    Field("read", "texts", "What was read of it, word by word."),
)
REVIEW = (
    Field("who", "text", "Who reviewed it.", True),
    Field("role", "text", "As what: their profession or office.", True),
    Field("day", "day", "When, `2026-11-29`.", True),
    Field("verdict", "choice", "What they said.", True, VERDICTS),
    Field("note", "text", "Why; needed unless it is approved."),
    Field("review again by", "day", "When to review it again at the latest."),
    Field(
        "digest", "text", "What was read, in short: another one if anything of it changes. Of a table, a row has it."
    ),
    Field("read", "texts", "What was read, word by word."),
    Field("rows", "list", "Of a table, the rows that were read.", fields=SIGNED),
)
RETIRED = (
    Field("retired", "name", "The name of the file, and of the rule that was.", True),
    Field("says", "text", "What the rule said.", True),
    Field("because", "text", "Why it was taken out.", True),
    Field("day", "text", "When, `2026-11-30`.", True),
    _GIVES_UP,
    _LOWERS,
)
CASE = (
    Field("case", "name", "The name of the file.", True),
    Field("says", "text", "Who this is, in one sentence."),
    Field("source", "sources or texts", "Where the case comes from."),
    Field(
        "none of these",
        "texts",
        "The groups whose questions, where they are not answered, have their `none`.",
    ),
)

DRAW = (
    Field("if", "lines", "Whom it is about; without it, everybody whom no entry before it is about."),
    Field("from", "text", "The number from which this one is counted; its own name: what it was at the last visit."),
    Field("change", "shares", "How far from there, `-6 to -3: 60%`."),
    Field("source", "sources", "What the shares rest on."),
    Field("label", "choice", "What they rest on, where there is no source.", values=LABELS),
)
FOLLOW_UP = (
    Field("share", "text", "How many of those who could come back do, `40%`.", True),
    Field("if", "lines", "What was advised to those who could come back."),
    Field("carry", "sentences", "`finding: what it takes over`, a finding or a conclusion of the last visit."),
    Field("hidden", "shares", "What nobody sees of the time between."),
    Field("findings", "shares", "What is new; every other finding is as it was, unless what its entries read is new."),
)
POPULATION = (
    Field("hidden", "shares", "What nobody sees, such as the illness: a choice, with its entries."),
    Field("findings", "shares", "For each finding its entries; the first that is about a patient counts."),
    Field("serious", "lines", "The hidden facts for which the alarms are there."),
    Field("signs", "list", "The findings by one of which they can be known: `term: value`, or a list of them."),
    Field("uncertain", "sentences", "`finding: answers` whose share is halved and doubled where it is a convention."),
    Field("wrong answers", "shares", "What is answered instead of what is so."),
    Field("follow-up", "fields", "The next visit.", fields=FOLLOW_UP),
)

DATES = ("year-month-day", "day.month.year", "day/month/year", "month/day/year", "day-month-year", "year/month/day")
LONG = (
    Field("item", "text", "The column that says what was asked.", True),
    Field("value", "text", "The column with the answer.", True),
)
VISIT = (
    Field("column", "text", "The column that names the visit."),
    Field("order", "texts", "The texts of that column, the first visit first."),
    Field("date", "text", "The column with the day of the visit."),
    Field("written", "choice", "How the day is written.", values=DATES),
    Field("takes over", "yes or no", "Whether a later visit has what `lasts` from the one before it."),
)
MAPPING = (
    Field("encoding", "text", "How letters are stored, such as `windows-1252`, where it is not UTF-8."),
    Field("separator", "text", "What separates the columns, where it is none of `,` `;` tab and `|`."),
    Field("decimal", "choice", "The decimal sign of numbers; a point, where nothing is said.", values=(",", ".")),
    Field("id", "text", "The column of the ids, or `row` where no column has them.", True),
    Field("visit", "fields", "What distinguishes the visits of a patient who has several rows.", fields=VISIT),
    Field("long", "fields", "Where each row is one answer: the columns of question and answer.", fields=LONG),
    Field("columns", "columns", "`column: finding`; also `column: expected CONCLUSION`."),
    Field("values", "values of findings", "For a finding, `text in the file: value`, or `unknown`."),
    Field("checkboxes", "checkboxes", "For a column of ticks, `finding: value`; `unticked: value` where no tick is an "
          "answer too, which else says nothing."),
    Field("missing", "texts", "Texts that stand for no answer, in every column."),
    Field("keep", "texts", "Columns that are passed through unread."),
    Field("left out", "sentences", "`column: why it is not read`."),
)  # fmt: skip

FORMATS = {
    "card": CARD,
    "example": EXAMPLE,
    "law": LAW,
    "finding": FINDING,
    "conclusion": CONCLUSION,
    "source": SOURCE,
    "group": GROUP,
    "review": REVIEW,
    "row that was read": SIGNED,
    "recommendation": RECOMMENDATION,
    "section": SECTION,
    "side": SIDE,
    "new value": NEW_VALUE,
    "wording": WORDING,
    "knowledge": KNOWLEDGE,
    "adapted case": ADAPTED,
    "population": POPULATION,
    "draw": DRAW,
    "follow-up": FOLLOW_UP,
}


def table(fields: tuple[Field, ...]) -> Iterator[str]:
    """The fields as the lines of a table of Markdown, as docs/language.md has it."""
    yield from ("| field | needed | holds | means |", "|---|---|---|---|")
    for field in fields:
        needed = "yes" if field.required else f"in {' and '.join(field.needed_in)}" if field.needed_in else "no"
        holds = " or ".join(f"`{value}`" for value in field.values) or field.holds
        yield f"| `{field.name}` | {needed} | {holds} | {field.help} |"
