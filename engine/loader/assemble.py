"""The files of a knowledge base put together into a Rulebook, or every problem of all of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import TypeVar

from ..case import Case
from ..document import Fields, Node, Unreadable, decode
from ..errors import KnowledgeError, Place, Problem, counted
from ..population import Population
from ..review import Review
from ..rulebook import DependencyCycle, Law, Recommendation, Retired, RowExample, Rule, Rulebook, Source, Term
from .cards import gives_up, load_card
from .cases import entries_of, make_case
from .files import EXAMPLES
from .formats import RETIRED
from .groups import load_groups
from .known_names import KnownNames
from .laws import load_claims, load_law, load_sources
from .layers import CASES_BENEATH, cases_beneath, in_cases_beneath, load_layer, new_values, with_titles, with_wording
from .parsed import parsed
from .population import load_population
from .problem_collector import ProblemCollector
from .recommendation import load_recommendation, more_sections
from .replacing import check_added, check_base, check_over, laws_over, rules_over, with_new_values
from .reviews import FOLDER, load_reviews
from .row_examples import load_row_examples
from .stack import KNOWLEDGE
from .tables import load_table
from .terms import load_terms
from .unknown_names import gathered

# The fields that tell of what kind a file is, and where it belongs.
IDENTITY = {
    "rule": "rules/<stage>/",
    "law": "laws/",
    "impossible": "impossible/",
    "retired": "retired/",
    "findings": "terms/",
    "conclusions": "terms/",
}
GROUPS = "groups.yaml"
_MARKS = re.compile(r"^([ \t]*)(<{7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
Item = TypeVar("Item", Rule, Law, Case, Source)


NOTHING = Rulebook({}, {})


def assemble(files: Mapping[str, bytes], directory: str = "", beneath: Rulebook | None = None) -> Rulebook:
    """The rulebook of files, name (with / between folders) to content, over the one beneath; raises KnowledgeError."""
    collector = ProblemCollector(layer=beneath is not None)
    texts = _texts(collector, files)
    documents = _documents(collector, texts, directory)
    if collector.problems and any(
        name.startswith(("terms/", "sources.yaml")) and name not in documents for name in files
    ):
        raise KnowledgeError(collector.problems)  # every card would be at fault for the words that are missing
    if beneath is None:
        rulebook = _read(collector, texts, documents)
        check_base(collector, documents, rulebook)
    else:
        rulebook = _read_layer(collector, texts, documents, beneath)
    _check_rules(collector, rulebook)
    population = _population(collector, files, documents, rulebook)
    cases = _cases(collector, documents, rulebook)
    rulebook = replace(rulebook, cases=cases, population=population, directory=directory)
    if collector.problems:
        raise KnowledgeError(gathered(collector.problems, rulebook))
    return rulebook


def with_files(rulebook: Rulebook, texts: Mapping[str, str]) -> Rulebook:
    """The rulebook with these cards, saved cases and reviews added or in place of those of the same name; not saved.

    Raises KnowledgeError; much faster than reading the whole folder again, and means the same.
    """
    collector = ProblemCollector(layer=rulebook.beneath is not None)
    documents = _documents(collector, texts)
    known = KnownNames.by(rulebook)
    rules, cases = {one.id: one for one in rulebook.own_rules}, dict(rulebook.cases)
    for name, node in documents.items():
        if name.startswith("rules/") and (rule := load_card(collector, name, node, known)):
            rules[rule.id] = replace(rule, layer=rulebook.layer) if rulebook.layer else rule
    made = replace(rulebook, rules=_over(collector, rulebook, rules))
    _check_rules(collector, made)
    for name, node in documents.items():
        if name.startswith("cases/") and (case := _case(collector, name, node, made)):
            cases[case.id] = case
    beneath = rulebook.beneath.reviews if rulebook.beneath else {}
    own = {what: (*beneath.get(what, ()), *found) for what, found in _reviews(collector, documents).items()}
    reviews = {**rulebook.reviews, **own}
    if collector.problems:
        raise KnowledgeError(gathered(collector.problems, made))
    return replace(made, cases=cases, reviews=reviews)


def _over(collector: ProblemCollector, rulebook: Rulebook, own: dict[str, Rule]) -> dict[str, Rule]:
    """The rules of a rulebook with these in place of those of its highest layer."""
    if rulebook.beneath is None:
        return own
    retired = {name: one for name, one in rulebook.retired.items() if one.layer == rulebook.layer}
    check_over(collector, rulebook.beneath, own, retired)
    return rules_over(rulebook.beneath, _new_rules(own, rulebook.beneath), retired, rulebook.terms)


def with_changed(rulebook: Rulebook, files: Mapping[str, bytes]) -> Rulebook:
    """As `with_files`, of files as they were read; raises KnowledgeError too if one of them is not a text."""
    collector = ProblemCollector()
    texts = _texts(collector, files)
    if collector.problems:
        raise KnowledgeError(collector.problems)
    return with_files(rulebook, texts)


def _cases(collector: ProblemCollector, documents: Mapping[str, Node | None], rulebook: Rulebook) -> dict[str, Case]:
    """The saved cases, those beneath first."""
    own = [
        _case(collector, name, node, rulebook)
        for name, node in documents.items()
        if name.startswith("cases/") and not (rulebook.beneath and name.startswith(CASES_BENEATH))
    ]
    if rulebook.beneath is None:
        return _by_id(collector, own)
    answers = rulebook.layers[-1].in_cases_beneath
    return cases_beneath(collector, documents, rulebook, answers) | _new(
        collector, _by_id(collector, own), rulebook.beneath.cases, "a case"
    )


def _new(collector: ProblemCollector, own: dict[str, Item], beneath: Mapping[str, Item], what: str) -> dict[str, Item]:
    """What a layer adds; what lies beneath it stays as it is."""
    for name, item in own.items():
        if name in beneath:
            there = f"{name!r} is {what} beneath ({beneath[name].place})"
            collector.note(item.place or Place(""), there, "a name of its own: what lies beneath stays as it is")
    return {name: item for name, item in own.items() if name not in beneath}


def _texts(collector: ProblemCollector, files: Mapping[str, bytes]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in sorted(files):
        try:
            text = decode(files[name], Place(name))
        except Unreadable as error:
            collector.problems.append(error.problem)
            continue
        if marks := marks_of_a_merge(text, name):
            collector.problems.append(marks)
        else:
            texts[name] = text
    return texts


def marks_of_a_merge(text: str, name: str) -> Problem | None:
    """The marks with which a tool for versions shows two that it could not merge, reported once for a file."""
    if not (lines := [(text.count("\n", 0, found.start()) + 1, found) for found in _MARKS.finditer(text)]):
        return None
    (line, first), *_ = lines
    place = Place(name, line, len(first[1]) + 1 if name.endswith(".yaml") else 0)
    there = f"marks of a merge ({first[2]}, and in all {counted(len(lines), 'mark')})"
    return Problem(place, there, "one of the two versions, without the marks")


def _documents(collector: ProblemCollector, texts: Mapping[str, str], directory: str = "") -> dict[str, Node | None]:
    trees = parsed(collector, texts, directory)
    return {name: node for name, node in trees.items() if not _misplaced(collector, name, node)}


def _misplaced(collector: ProblemCollector, name: str, node: Node | None) -> bool:
    """Whether the file lies in the folder of another kind, by the field that names what it holds."""
    keys = {key.value for key, _ in node.entries} if isinstance(node, Fields) and "/" in name else set()
    own = {key for key, folder in IDENTITY.items() if folder.partition("/")[0] == name.partition("/")[0]}
    other = next((key for key in IDENTITY if key in keys), None)
    if keys & own or other is None or name.startswith("population/"):
        return False
    collector.note(Place(name, 1), f"a file with `{other}:`", f"it in {IDENTITY[other]}")
    return True


def _read_layer(
    collector: ProblemCollector, texts: Mapping[str, str], documents: Mapping[str, Node | None], beneath: Rulebook
) -> Rulebook:
    """The sum of a layer and what lies beneath."""
    layer = load_layer(collector, documents.get(KNOWLEDGE), beneath, texts.get(KNOWLEDGE, "").encode())
    grown, like = new_values(collector, documents, beneath.terms)
    ground = replace(beneath, terms=with_wording(collector, documents, grown, beneath), beneath=beneath)
    own = _own(_read(collector, texts, documents, ground), ground, layer.name)
    check_over(collector, beneath, own.rules, own.retired)
    check_added(collector, own, beneath)
    made = replace(
        own,
        rules=rules_over(beneath, _new_rules(own.rules, beneath), own.retired, own.terms),
        laws=laws_over(beneath.laws, like, own.terms) | _new(collector, dict(own.laws), beneath.laws, "a law"),
        impossible={**beneath.impossible, **_new(collector, dict(own.impossible), beneath.impossible, "an assumption")},
        sources={**beneath.sources, **_new(collector, dict(own.sources), beneath.sources, "a source")},
        groups=with_titles(collector, documents, own.groups, beneath),
        retired={**beneath.retired, **own.retired},
        reviews={
            what: (*beneath.reviews.get(what, ()), *own.reviews.get(what, ()))
            for what in (*beneath.reviews, *own.reviews)
        },
        layers=(*beneath.layers, replace(layer, like=like)),
        beneath=beneath,
    )
    answers = in_cases_beneath(collector, documents.get(KNOWLEDGE), made)
    return replace(made, layers=(*beneath.layers, replace(layer, like=like, in_cases_beneath=answers)))


def _new_rules(own: Mapping[str, Rule], beneath: Rulebook) -> dict[str, Rule]:
    return {name: rule for name, rule in own.items() if name not in beneath.rules}


def _own(rulebook: Rulebook, ground: Rulebook, name: str) -> Rulebook:
    """What a layer says by itself, each record with its name."""
    terms = {
        one.name: one if one.name in ground.terms or one.built_in else replace(one, layer=name)
        for one in rulebook.terms.values()
    }
    return replace(
        rulebook,
        terms=terms,
        rules={key: replace(one, layer=name) for key, one in rulebook.rules.items()},
        laws={key: replace(one, layer=name) for key, one in rulebook.laws.items()},
        impossible={key: replace(one, layer=name) for key, one in rulebook.impossible.items()},
        retired={key: replace(one, layer=name) for key, one in rulebook.retired.items()},
    )


def _read(
    collector: ProblemCollector,
    texts: Mapping[str, str],
    documents: Mapping[str, Node | None],
    ground: Rulebook = NOTHING,
) -> Rulebook:
    """What the files say, in the words of themselves and of the ground that they stand on."""
    sources = load_sources(collector, "sources.yaml", documents["sources.yaml"]) if "sources.yaml" in documents else {}
    claims = load_claims(collector, "article.yaml", documents["article.yaml"]) if "article.yaml" in documents else {}
    words = {name: node for name, node in documents.items() if name.startswith("terms/")}
    terms = load_terms(collector, words, ground.terms)
    known = KnownNames(terms, {**ground.sources, **sources}, {**ground.claims, **claims})
    assumptions, laws = (
        [load_law(collector, name, node, known) for name, node in documents.items() if name.startswith(folder)]
        for folder in ("impossible/", "laws/")
    )
    cards = [load_card(collector, name, node, known) for name, node in documents.items() if name.startswith("rules/")]
    rows, examples = _tables(collector, texts, known)
    return Rulebook(
        terms=terms,
        rules=_by_id(collector, [*cards, *rows]),
        row_examples=examples,
        laws=_by_id(collector, laws),
        impossible=_by_id(collector, assumptions),
        sources=sources,
        claims={**ground.claims, **claims},
        recommendation=_recommendation(collector, documents, terms, ground),
        retired={one.id: one for name, node in documents.items() if (one := _retired(collector, name, node))},
        groups=load_groups(collector, GROUPS, documents.get(GROUPS), terms, ground.groups),
        reviews=_reviews(collector, documents),
    )


def _tables(
    collector: ProblemCollector, texts: Mapping[str, str], known: KnownNames
) -> tuple[list[Rule], dict[str, tuple[RowExample, ...]]]:
    """The rows of all tables, and the examples of each table."""
    tables = {name: text for name, text in texts.items() if name.startswith("tables/")}
    tried = {name: tables.pop(name) for name in texts if name in tables and name.endswith(EXAMPLES)}
    rows = [row for name, text in tables.items() for row in load_table(collector, name, text, known)]
    by_id = {row.id: row for row in rows}
    examples = {
        collector.stem(name.removesuffix(EXAMPLES)): load_row_examples(collector, name, text, known.terms, by_id)
        for name, text in tried.items()
    }
    return rows, examples


def _recommendation(
    collector: ProblemCollector, documents: Mapping[str, Node | None], terms: Mapping[str, Term], ground: Rulebook
) -> Recommendation | None:
    """How an answer is shown; a layer adds sections."""
    file = "recommendation.yaml"
    if file not in documents:
        return ground.recommendation
    if ground.recommendation is None:
        return load_recommendation(collector, file, documents[file], terms)
    return more_sections(collector, file, documents[file], terms, ground.recommendation)


def _retired(collector: ProblemCollector, name: str, node: Node | None) -> Retired | None:
    """The record of a rule that was taken out."""
    if not name.startswith("retired/") or (fields := collector.fields(node, name, RETIRED)) is None:
        return None
    rule = collector.identity(fields, "retired", name)
    says, because, day = (collector.text(fields, key) for key in ("says", "because", "day"))
    return Retired(
        rule,
        says,
        because,
        day,
        Place(name, fields.place.line),
        gives_up(collector, fields),
        collector.text(fields, "lowers"),
    )


def _reviews(collector: ProblemCollector, documents: Mapping[str, Node | None]) -> dict[str, tuple[Review, ...]]:
    """The reviews of each file, by what they are about."""
    files = [(name, load_reviews(collector, name, node)) for name, node in documents.items() if name.startswith(FOLDER)]
    return {name.removeprefix(FOLDER).removesuffix(".yaml"): found for name, found in files if found}


def _population(
    collector: ProblemCollector, files: Iterable[str], documents: Mapping[str, Node | None], rulebook: Rulebook
) -> Population | None:
    """The population, unless one of its files is missing, for which others would be at fault."""
    names = [name for name in files if name.startswith("population/")]
    beneath = rulebook.beneath.population if rulebook.beneath else None
    if beneath and beneath.follow_up and rulebook.layers[-1].like:
        returns = with_new_values(beneath.follow_up.returns, rulebook.terms)
        beneath = replace(beneath, follow_up=replace(beneath.follow_up, returns=returns))
    if not all(name in documents for name in names) or (beneath and not names):
        return beneath
    return load_population(collector, {name: documents[name] for name in names}, rulebook, beneath)


def _by_id(collector: ProblemCollector, items: list[Item | None]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        if item is None:
            continue
        if item.id in found:
            collector.note(
                item.place or Place(""), f"{item.id!r} stands in {found[item.id].place} too", "a name of its own"
            )
        found.setdefault(item.id, item)
    return found


def _case(collector: ProblemCollector, name: str, node: Node | None, rulebook: Rulebook) -> Case | None:
    if not isinstance(node, Fields):
        collector.note(node.place if node else Place(name), "no case", "`term: value` in each line")
        return None
    case = make_case(entries_of(node), rulebook, Place(name, 1), "")
    collector.problems += case.problems
    stem = collector.stem(name)
    if case.id != stem:
        collector.note(Place(name), f"the case {case.id[:80]!r} in the file {stem!r}", f"`case: {stem}`")
    return case


def _check_rules(collector: ProblemCollector, rulebook: Rulebook) -> None:
    """What can be seen only with all rules at hand: what is outranked, and circles."""
    whole = True
    for rule in rulebook.rules.values():
        if rule.id in rulebook.used_names:
            there = f"the name {rule.id!r} was used before ({rulebook.used_names[rule.id]})"
            collector.note(rule.place, there, "a name that was never used: old answers would be taken for new ones")
        for lower in rule.outranks:
            whole = _check_outranks(collector, rulebook, rule, lower) and whole
    try:
        if whole:
            TopologicalSorter({rule.id: rule.outranks for rule in rulebook.rules.values()}).prepare()
            rulebook.stages  # noqa: B018 (raises where there is a circle)
    except CycleError as error:
        path = error.args[1][::-1]
        collector.note(
            rulebook.rules[path[0]].place, f"a circle: {' outranks '.join(path)}", "one that outranks the others"
        )
    except DependencyCycle as error:
        path = error.path[::-1]  # as it is found, each is needed by the next
        place = next((rulebook.rules[name].place for name in path if name in rulebook.rules), Place(""))
        collector.note(place, f"a circle: {' needs '.join(path)}", "conclusions that do not need each other")


def _check_outranks(collector: ProblemCollector, rulebook: Rulebook, rule: Rule, lower: str) -> bool:
    other = rulebook.rules.get(lower)
    at_fault = {problem.place.file for problem in collector.problems}
    if other is None and any(PurePosixPath(file).stem == lower for file in at_fault):
        return False  # it is there, and could not be read
    if other is None:
        there = f"{rule.id!r} outranks {lower[:80]!r}, which is not a rule"
        collector.note(rule.place, there, "a rule", collector.nearest(lower, rulebook.rules))
        return False
    if lower != rule.id and at_fault & {rule.place.file, other.place.file}:
        return False  # what they share can be said when their conclusions can be read
    shared = {name for name, _ in rule.then} & {name for name, _ in other.then}
    if lower == rule.id or not any(rulebook.terms[name].single for name in shared):
        what = "itself" if lower == rule.id else f"{lower!r}, and they share none"
        expected = "a rule that gives the same single-valued conclusion"
        collector.note(rule.place, f"{rule.id!r} outranks {what}", "another rule" if lower == rule.id else expected)
        return False
    return True
