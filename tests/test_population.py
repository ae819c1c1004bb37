"""Populations: entries read or refused, patients drawn as they say, and what the rules make of them counted."""

from collections.abc import Mapping

import numpy as np  # noqa: TID251 (what is drawn is columns)
import polars as pl  # noqa: TID251
import pytest

from engine.circuit import CompiledRulebook
from engine.columns import CASE
from engine.columns.population import Drawn, Figures, Sampler, Wanted, cases, figures
from engine.columns.population.answers import Patients
from engine.columns.population.sampler import Draw
from engine.errors import KnowledgeError
from engine.loader import load_files
from engine.population import Population
from engine.rulebook import Rulebook

TERMS = """
findings:
  visit: {kind: choice, values: [first, follow-up], ask: "?", help: "?"}
  sex: {kind: choice, values: [female, male], screening: yes, ask: "?", help: "?"}
  pregnant: {kind: yes/no, screening: yes, asked if: [sex: female], ask: "?", help: "?"}
  numb: {kind: yes/no, screening: yes, usual: no, ask: "?", help: "?"}
  limp: {kind: choice, values: [none, old, new], screening: yes, usual: none, ask: "?", help: "?"}
  pain: {kind: number, range: 0 to 10, ask: "?", help: "?"}
  pain before: {kind: number, range: 0 to 10, asked if: [visit: follow-up], ask: "?", help: "?"}
  advised before: {kind: choice, values: [walk, rest], asked if: [visit: follow-up], ask: "?", help: "?"}
conclusions:
  stop: {kind: yes/no, otherwise: no, screening for: yes, says: Stop.}
  haste: {kind: choice, values: [none, soon, now], takes: highest, otherwise: none, screening for: soon, says: Soon.}
  advice: {kind: choice, values: [walk, rest, none], says: What to do.}
"""
CARD = """
rule: {name}
says: {name}
if: [{if_}]
then: [{then}]
because: It is so.
source: [{{CONVENTION: by design}}]
"""
CARDS = {
    "numb_stops": ("numb: yes", "stop: yes, haste: now"),
    "limp_stops": ("limp: new", "stop: yes, haste: soon"),
    "old_limp_soon": ("limp: old", "haste: soon"),
    "walk": ("stop: no", "advice: walk"),
    "no_walk": ("stop: yes", "advice: none"),
    "never": ("limp: new, limp: old", "haste: now"),
}
SOURCES = """
CONVENTION: {citation: Our own choice., seen: not applicable}
MEA20: {citation: Somebody measured it., seen: abstract}
"""
PEOPLE = """
hidden:
  condition:
    - {strain: 90%, tumour: 9%, clot: 1%, label: convention}
serious:
  - condition: tumour or clot
signs:
  - numb: yes
  - limp: new
uncertain:
  limp: new
  numb: yes
findings:
  visit:
    - {first: 100%, label: convention}
  sex:
    - {female: 50%, male: 50%, source: [{MEA20: half}]}
  pregnant:
    - {yes: 20%, no: 80%, label: convention}
  numb:
    - {if: [condition: clot], yes: 80%, no: 20%, source: [{MEA20: 80 %}]}
    - {yes: 10%, no: 90%, label: convention}
  limp:
    - {if: [condition: tumour, numb: no], new: 100%, label: convention}
    - {if: [condition: tumour], none: 100%, label: convention}
    - {if: [condition: clot], none: 100%, label: convention}
    - {none: 60%, old: 30%, new: 10%, label: convention}
  pain:
    - {if: [condition: strain], 2 to 5: 50%, 6: 50%, label: convention}
    - {8: 100%, label: convention}
"""
LATER = """
wrong answers:
  numb:
    - {if: [numb: no], no: 50%, unknown: 50%, label: convention}
    - {if: [numb: yes], no: 100%, label: convention}
follow-up:
  share: 50%
  if: [advice: walk]
  carry: {advised before: advice, pain before: pain}
  hidden:
    course:
      - {if: [condition: strain], better: 100%, label: convention}
      - {worse: 100%, label: convention}
  findings:
    visit:
      - {follow-up: 100%, label: convention}
    pain:
      - {if: [course: better], from: pain before, change: {-2 to -1: 100%}, label: convention}
      - {from: pain before, change: {1: 100%}, label: convention}
    numb:
      - {if: [course: worse, numb: no], yes: 100%, label: convention}
"""


def files(people: str = PEOPLE, later: str = LATER, more: Mapping[str, str] | None = None) -> dict[str, bytes]:
    made = {"terms/all.yaml": TERMS, "sources.yaml": SOURCES, "population/people.yaml": people}
    made |= {"population/later.yaml": later} if later else {}
    for name, (if_, then) in CARDS.items():
        made[f"rules/all/{name}.yaml"] = CARD.format(name=name, if_=if_, then=then)
    return {name: text.encode() for name, text in (made | dict(more or {})).items()}


def base(
    people: str = PEOPLE, later: str = LATER, more: Mapping[str, str] | None = None
) -> tuple[Rulebook, Population]:
    rulebook = load_files(files(people, later, more))
    assert rulebook.population is not None
    return rulebook, rulebook.population


def problems(people: str, later: str = LATER) -> list[str]:
    with pytest.raises(KnowledgeError) as caught:
        load_files(files(people, later))
    return [str(problem) for problem in caught.value.problems]


def drawn(count: int = 20_000, draw: Draw | None = None, people: str = PEOPLE) -> tuple[Sampler, Patients]:
    rulebook, population = base(people)
    sampler = Sampler(CompiledRulebook(rulebook), population)
    return sampler, sampler.patients(count, draw or Draw())


def share(patients: Patients, **wanted: str) -> float:
    """The part of the patients who answer this, of all."""
    here = np.ones(patients.count, np.bool_)
    for name, value in wanted.items():
        answer = patients.answers[name]
        here &= answer.known & (answer.values == patients.domains[name].values.index(value))
    return float(here.mean())


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_population_decides_nothing() -> None:
    with_, without = base()[0], load_files({n: t for n, t in files().items() if not n.startswith("population/")})
    assert without.population is None
    assert with_.digest == without.digest


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("strain: 90%", "strain: 80%", "shares that sum to 90 %; expected 100 %"),
        (
            "  numb:\n    - {if",
            "  nunb:\n    - {if",
            "'nunb' is not a finding; expected a finding; did you mean 'numb'?",
        ),
        (
            "limp: new\n",
            "limp: nwe\n",
            "'nwe' is not a value of 'limp'; expected none, old, new; did you mean 'new'?",
        ),
        ("female: 50%", "femal: 50%", "'femal' is not a value here; expected female, male; did you mean 'female'?"),
        ("none: 60%", "none: sixty", "'sixty' is not a share; expected a part of a hundred, `60%`"),
        ("[condition: clot], yes", "[condition: clod], yes", "did you mean 'clot'?"),
        ("2 to 5: 50%", "2 to 50: 50%", "'2 to 50' is not a range here; expected numbers within 0 to 10"),
        ("{8: 100%, label: convention}", "{8: 100%}", "no `source`; expected `- KEY: the place in it`"),
        ("label: convention}\n  sex", "label: convinction}\n  sex", "did you mean 'convention'?"),
        (
            "MEA20: half",
            "MEA21: half",
            "'MEA21' is not a source; expected a key of sources.yaml; did you mean 'MEA20'?",
        ),
        ("    - {8: 100%, label: convention}\n", "", "the last entry of 'pain' has an `if`"),
        ("- {if: [condition: strain], 2", "- {2", "an entry of 'pain' without `if`, before others"),
        ("- {yes: 10%, no: 90%", "- {if: [limp: old], yes: 10%, no: 90%", "the last entry of 'numb' has an `if`"),
        ("condition: tumour or clot\n", "sex: male\n", "'sex' is not a term"),
        ("  pain:\n", "  advised before:\n    - {walk: 100%, label: convention}\n  pane:\n", "did you mean 'pain'?"),
        ("uncertain:", "uncertian:", "'uncertian' is not a field here"),
    ],
)
def test_what_cannot_be_meant_is_refused(old: str, new: str, told: str) -> None:
    assert old in PEOPLE
    assert any(told in problem for problem in problems(PEOPLE.replace(old, new, 1))), told


def test_findings_that_read_each_other_are_refused() -> None:
    people = PEOPLE.replace("{if: [condition: clot], yes", "{if: [condition: clot, limp: old], yes")
    assert [problem for problem in problems(people) if "a circle: " in problem]


def test_every_problem_of_all_files_is_told_at_once() -> None:
    found = problems(PEOPLE.replace("strain: 90%", "strain: 80%"), LATER.replace("share: 50%", "share: half"))
    assert {problem.partition(":")[0] for problem in found} == {"population/people.yaml", "population/later.yaml"}


def test_a_name_has_entries_in_one_file() -> None:
    found = problems(PEOPLE, LATER + "findings:\n  pain:\n    - {8: 100%, label: convention}\n")
    assert any("'pain' stands in population/people.yaml" in problem for problem in found)


# --- who is drawn ----------------------------------------------------------------------------------------------------


def test_the_first_entry_that_is_about_a_patient_counts() -> None:
    _, patients = drawn()
    assert share(patients, condition="tumour") == pytest.approx(0.09, abs=0.01)
    assert share(patients, condition="tumour", numb="no", limp="new") == share(patients, condition="tumour", numb="no")
    assert share(patients, condition="strain", limp="old") == pytest.approx(0.27, abs=0.02)
    pain, strain = patients.answers["pain"].values, patients.answers["condition"].values == 0
    assert set(pain[~strain]) == {8}
    assert np.bincount(pain[strain]) / strain.sum() == pytest.approx([0, 0, 0.125, 0.125, 0.125, 0.125, 0.5], abs=0.02)


def test_a_finding_is_answered_where_it_applies_alone() -> None:
    _, patients = drawn()
    female = patients.answers["sex"].values == 0
    assert (patients.answers["pregnant"].known == female).all()
    assert not patients.answers["pain before"].known.any()


def test_an_entry_is_about_what_is_so_where_nobody_asks() -> None:
    people = PEOPLE.replace("[condition: tumour, numb: no]", "[pregnant: yes]")
    _, patients = drawn(people=people)
    pregnant = patients.answers["pregnant"].values == 0
    assert (patients.answers["limp"].values[pregnant] == 2).all()
    assert not patients.answers["pregnant"].known.all()


def test_the_same_seed_draws_the_same_patients_whatever_another_finding_says() -> None:
    (_, first), (_, again), (_, other) = drawn(500), drawn(500), drawn(500, Draw(1))
    assert all((first.answers[name].values == again.answers[name].values).all() for name in first.answers)
    assert any((first.answers[name].values != other.answers[name].values).any() for name in first.answers)
    _, changed = drawn(500, people=PEOPLE.replace("female: 50%, male: 50%", "female: 90%, male: 10%"))
    assert (changed.answers["pain"].values == first.answers["pain"].values).all()


def test_only_conventions_about_uncertain_answers_are_multiplied() -> None:
    (_, plain), (_, doubled) = drawn(), drawn(draw=Draw(factor=2))
    assert share(doubled, condition="strain", limp="new") == pytest.approx(0.18, abs=0.01)
    assert share(doubled, condition="strain", limp="old") == pytest.approx(0.9 * 30 * 80 / 90 / 100, abs=0.01)
    assert share(doubled, condition="clot", numb="yes") == share(plain, condition="clot", numb="yes")
    assert share(doubled, sex="female") == share(plain, sex="female")


def test_who_cannot_be_is_drawn_again() -> None:
    law = "impossible: numb_men\nsays: no\nnever: [sex: male, numb: yes]\nsource: [{CONVENTION: so}]\n"
    rulebook, population = base(more={"impossible/numb_men.yaml": law})
    sampler = Sampler(CompiledRulebook(rulebook), population)
    patients = sampler.patients(4_000, Draw())
    assert share(patients, sex="male", numb="yes") == 0
    assert all(answer.known.all() for name, answer in patients.answers.items() if name in ("sex", "numb", "limp"))
    assert sampler.redrawn / sampler.drawn == pytest.approx(0.5 * 0.107, abs=0.02)


def test_wrong_answers_replace_what_is_so() -> None:
    sampler, patients = drawn()
    wrong = sampler.misreported(patients, Draw())
    assert share(wrong, numb="yes") == 0
    unknown = ~wrong.answers["numb"].known
    assert unknown.mean() == pytest.approx(share(patients, numb="no") / 2, abs=0.02)
    assert (wrong.answers["limp"].values == patients.answers["limp"].values).all()


def test_the_next_visit_carries_over_what_was_advised() -> None:
    rulebook, population = base()
    compiled = CompiledRulebook(rulebook)
    both = pl.concat(cases(compiled, population, Drawn(20_000, hidden=True)))
    later = both.filter(pl.col("visit") == "follow-up")
    healthy = 0.9 * 0.9 * 0.9  # neither numb nor newly limping; of the ill nobody walks but an unlucky clot
    assert later.height / both.height == pytest.approx(0.5 * (healthy + 0.01 * 0.2), abs=0.02)
    assert set(later["advised before"]) == {"walk"}
    better = later.filter(pl.col("course") == "better")
    assert set((better["pain"] - better["pain before"]).unique()) == {-2, -1}
    assert set(later.filter(pl.col("course") == "worse")["numb"].unique()) == {"yes"}
    assert set(better["numb"].unique()) == {"no"}
    again = pl.concat(cases(compiled, population, Drawn(300, visits="follow-up")))
    assert again.height == again[CASE].n_unique() == 300
    assert set(again["visit"]) == {"follow-up"}


# --- what the rules make of them -------------------------------------------------------------------------------------


def counted(wanted: Wanted = Wanted(30_000), span: float = 1.0) -> tuple[Figures, ...]:  # noqa: B008 (frozen)
    rulebook, population = base()
    return figures(CompiledRulebook(rulebook), population, wanted, span)


def test_illness_is_drawn_by_itself_and_weighted() -> None:
    (now,) = counted()
    groups = now.groups
    assert [name for name, group in groups.items() if group.serious] == ["ill", "tumour", "clot"]
    shares = {"all": 100, "well": 90, "ill": 10, "strain": 90, "tumour": 9, "clot": 1}
    assert {name: group.share for name, group in groups.items()} == pytest.approx(shares)
    assert groups["tumour"]["stop: yes"] == 100
    assert groups["clot"]["stop: yes"] == pytest.approx(80, abs=1)
    assert groups["ill"]["stop: yes"] == pytest.approx((9 * 100 + groups["clot"]["stop: yes"]) / 10)
    assert groups["clot"]["stop: yes with a sign"] == groups["clot"]["with a sign"] == groups["clot"]["stop: yes"]
    assert groups["strain"]["stop: yes"] == pytest.approx(100 * (1 - 0.9 * 0.9), abs=1)
    assert groups["strain"]["haste: soon"] > groups["strain"]["haste: now"] == groups["strain"]["numb_stops"]
    assert groups["all"]["never"] == 0


def test_what_a_rule_stops_alone_is_counted_for_the_first_alarm_that_it_gives() -> None:
    (now,) = counted()
    strain = now.groups["strain"]
    assert strain["numb_stops alone"] == pytest.approx(100 * 0.1 * 0.9, abs=1)
    assert strain["limp_stops alone"] == pytest.approx(100 * 0.1 * 0.9, abs=1)
    assert strain["old_limp_soon alone"] == pytest.approx(100 * 0.3 * 0.9, abs=1)
    assert now.alarm_rules == {
        "limp_stops": "stop: yes",
        "never": "haste: now",
        "numb_stops": "stop: yes",
        "old_limp_soon": "haste: soon",
    }


def test_the_span_has_fewer_and_more_alarms_among_the_well() -> None:
    now, lower, higher = counted(span=2)
    found = [run.groups["well"]["stop: yes"] for run in (lower, now, higher)]
    assert found == sorted(found)
    assert found == pytest.approx([100 * (1 - (1 - p) ** 2) for p in (0.05, 0.1, 0.2)], abs=1.5)


def test_who_comes_back_is_counted_by_who_came() -> None:
    (later,) = counted(Wanted(30_000, next_visit=True))
    assert later.groups["tumour"].share == 0
    assert later.groups["clot"]["stop: yes"] == 100
    assert later.groups["strain"].share > 99
