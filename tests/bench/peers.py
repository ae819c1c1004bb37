"""The same rulebook in other engines, generated from its cards, to be measured beside ours.

None of them knows the unknown, so all are two-valued: an unknown finding satisfies no line. Where two rules dispute a
conclusion the first one gives it. All else of the language is carried over: groups and `at least k of`, `unless`,
numbers against numbers, `outranks`, `otherwise`, `takes: highest`, members, tallies. What is left out of every peer:
rules that wait, disputes, gaps, and which questions are open.

Answers come as codes: the place of a value among those of its term, a number or a count; -1 where there is none.
"""

import importlib
import json
import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import polars as pl  # noqa: TID251 (one of the peers)

from engine.language import Is
from engine.rulebook import COMPLETE, SCREENED, Rulebook, RuleFor
from tests.bench.tongue import NONE, Codes, Step, Tongue


class Infix(Tongue):
    """Conditions as text that both Python and Zen read."""

    def name(self, name: str) -> str:
        return name

    def compare(self, sign: str, first: Any, second: Any) -> str:
        return f"({first} {sign} {second})"

    def join(self, word: str, parts: Sequence[Any]) -> str:
        return "(" + f" {word} ".join(parts) + ")"

    def no(self, part: Any) -> str:
        return f"(not {part})"

    def choose(self, condition: Any, yes: Any, no: Any) -> str:
        return f"({yes} if {condition} else {no})"

    def given(self, case: Codes) -> dict[str, int]:
        """A case under the short names, all of them."""
        return {name: case.get(term, NONE) for term, name in self.terms.items()}


class PlainPython(Infix):
    """One function of assignments and conditions, compiled by Python."""

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__(rulebook)
        findings = [self.terms[term.name] for term in rulebook.findings]
        lines = ["def decide(case):", *(f"    {name} = case[{name!r}]" for name in findings)]
        for stage in self.stages():
            lines += [f"    {name} = {text}" for name, text in stage]
        space: dict[str, Any] = {}
        exec("\n".join([*lines, "    return locals()"]), space)
        self.decide = space["decide"]

    def run(self, cases: Sequence[Codes]) -> list[Mapping[str, Any]]:
        """What stands under the names in each case."""
        return [self.decide(case) for case in cases]


class Zen(Infix):
    """A decision graph of expression nodes, one for each step of the work."""

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__(rulebook)
        nodes: list[dict[str, Any]] = [{"id": "in", "type": "inputNode", "name": "in"}]
        for number, stage in enumerate(self.stages()):
            steps = [{"id": name, "key": name, "value": str(text)} for name, text in stage]
            content = {"expressions": steps, "passThrough": True}
            nodes.append({"id": f"n{number}", "type": "expressionNode", "name": f"n{number}", "content": content})
        nodes.append({"id": "out", "type": "outputNode", "name": "out"})
        edges = [
            {"id": f"e{number}", "type": "edge", "sourceId": first["id"], "targetId": second["id"]}
            for number, (first, second) in enumerate(pairwise(nodes))
        ]
        graph = json.dumps({"nodes": nodes, "edges": edges})
        self.decision = importlib.import_module("zen").ZenEngine().create_decision(graph)

    def choose(self, condition: Any, yes: Any, no: Any) -> str:
        return f"({condition} ? {yes} : {no})"

    def run(self, cases: Sequence[Codes]) -> list[Mapping[str, Any]]:
        """What stands under the names in each case."""
        return [self.decision.evaluate(case)["result"] for case in cases]


class Clips(Tongue):
    """One rule for each card, on the fact of the case and the fact of what the stage knows; salience keeps the order.

    A line that stands alone is a slot of the pattern, the rest a test; what a stage concludes is settled by a last rule
    of the stage, which declares the fact of the next.
    """

    SIGNS: Mapping[str, str] = {"==": "="}

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__(rulebook)
        self.findings = {self.terms[term.name] for term in rulebook.findings}
        self.in_action = False
        self.environment = importlib.import_module("clips").Environment()
        for text in self.constructs():
            self.environment.build(text)
        self.template = self.environment.find_template("case")
        self.kept = [*self.fired.values(), *(self.terms[term.name] for term in self.compared())]
        told = " ".join(f"?*{name}*" for name in self.kept)
        self.environment.build(f"(deffunction told () (create$ {told}))")

    def name(self, name: str) -> str:
        return f"?*{name}*" if self.in_action and name not in self.findings else f"?{name}"

    def compare(self, sign: str, first: Any, second: Any) -> str:
        return f"({self.SIGNS.get(sign, sign)} {first} {second})"

    def join(self, word: str, parts: Sequence[Any]) -> str:
        return f"({word} {' '.join(parts)})"

    def no(self, part: Any) -> str:
        return f"(not {part})"

    def choose(self, condition: Any, yes: Any, no: Any) -> str:
        return f"(if {condition} then {yes} else {no})"

    def fires(self, entry: RuleFor) -> str:
        """Whether a rule gives its conclusion; in an action, where a rule's name is 0 or 1."""
        names = [self.name(self.rules[rule]) for rule in (entry.rule, *entry.outrankers)]
        text: str = self.all_of(f"(= {name} {int(not number)})" for number, name in enumerate(names))
        return text

    def constructs(self) -> Iterable[str]:
        """The templates, globals and rules."""
        self.in_action = True
        steps = [[(self.terms[name], self.done(name)) for name in (SCREENED, COMPLETE)]]
        for stage in self.rulebook.stages:
            steps.append([step for name in stage.terms for step in self.settled(self.rulebook.terms[name])])
        yield self.template_of("case", sorted(self.findings))
        settled: list[str] = []
        for number, made in enumerate(steps):
            settled += [name for name, _ in made]
            yield self.template_of(f"stage{number}", settled)
        steps[-1] += [
            (name, self.choose(self.any_of(self.fires(entry) for entry in self.entries(rule)), 1, 0))
            for rule, name in self.fired.items()
            if name != self.rules[rule]
        ]
        for name in [*self.rules.values(), *(name for made in steps for name, _ in made)]:
            yield f"(defglobal ?*{name}* = 0)"
        for number, made in enumerate(steps):
            for rule in self.rulebook.stages[number - 1].rules if number else ():
                yield self.card(rule, number - 1, -2 * number)
            yield self.settling(number, made, [name for names in steps[: number + 1] for name, _ in names])

    @staticmethod
    def template_of(name: str, slots: Iterable[str]) -> str:
        """A template; unknown is what is not given."""
        return f"(deftemplate {name} {' '.join(f'(slot {slot} (default {NONE}))' for slot in slots)})"

    def card(self, rule: str, stage: int, salience: int) -> str:
        """The rule of a card."""
        self.in_action = False
        condition = self.rulebook.rules[rule].condition
        slots: dict[str, str] = {}
        tests: list[str] = []
        for part in condition.lines:
            mine = self.terms[part.term] if isinstance(part, Is) else ""
            if isinstance(part, Is) and mine not in slots and self.rulebook.terms[part.term].domain.kind != "several":
                values = self.rulebook.terms[part.term].domain.values
                slots[mine] = "|".join(str(values.index(value)) for value in part.values)
            else:
                tests.append(self.part(part))
        tests += [self.no(self.part(part)) for part in condition.unless]
        for name in sorted(set(re.findall(r"\?(t\d+(?:_\d+)?)", " ".join(tests)))):
            slots[name] = f"?{name}&{slots[name]}" if name in slots else f"?{name}"
        texts = {name: f"({name} {slot})" for name, slot in slots.items()}
        given = [text for name, text in texts.items() if name in self.findings]
        known = [text for name, text in texts.items() if name not in self.findings]
        patterns = f"(case {' '.join(given)}) (stage{stage} {' '.join(known)})"
        self.in_action = True
        test = f"(test {self.all_of(tests)})" if tests else ""
        own = self.rules[rule]
        return f"(defrule {own} (declare (salience {salience})) {patterns} {test} => (bind ?*{own}* 1))"

    def settling(self, number: int, made: Sequence[Step], settled: Sequence[str]) -> str:
        """The last rule of a stage."""
        text = " ".join(f"(bind ?*{name}* {value})" for name, value in made)
        slots = " ".join(f"({name} ?*{name}*)" for name in settled if name.startswith("t"))
        before = f"(stage{number - 1})" if number else ""
        read = " ".join(f"({name} ?{name})" for name in sorted(set(re.findall(r"\?(t\d+)\b", text))))
        head = f"(declare (salience {-2 * number - 1})) (case {read}) {before}"
        return f"(defrule settle{number} {head} => {text} (assert (stage{number} {slots})))"

    def given(self, case: Codes) -> dict[str, int]:
        """A case under the short names; what is unknown is left out."""
        return {self.terms[term]: code for term, code in case.items()}

    def run(self, cases: Sequence[Codes]) -> list[Mapping[str, Any]]:
        """What stands under the names in each case."""
        found: list[Mapping[str, Any]] = []
        for case in cases:
            self.environment.reset()
            self.template.assert_fact(**case)
            self.environment.run()
            found.append(dict(zip(self.kept, self.environment.eval("(told)"), strict=True)))
        return found


class Polars(Tongue):
    """Expressions over columns of codes, a step of the work at a time; every part that is alike is made once."""

    def name(self, name: str) -> pl.Expr:
        return pl.col(name)

    def compare(self, sign: str, first: Any, second: Any) -> Any:
        if isinstance(first, int) and isinstance(second, int):
            return pl.lit(SIGNS[sign](first, second))
        return SIGNS[sign](first, second)

    def join(self, word: str, parts: Sequence[Any]) -> pl.Expr:
        return pl.all_horizontal(parts) if word == "and" else pl.any_horizontal(parts)

    def no(self, part: Any) -> Any:
        return ~part

    def choose(self, condition: Any, yes: Any, no: Any) -> pl.Expr:
        narrow = (pl.lit(one, pl.Int8) if isinstance(one, int) else one for one in (yes, no))
        return pl.when(condition).then(next(narrow)).otherwise(next(narrow))

    def count(self, parts: Iterable[Any]) -> pl.Expr:
        return pl.sum_horizontal([part.cast(pl.Int8) for part in parts])

    def plan(self, table: pl.LazyFrame) -> pl.LazyFrame:
        """The rules that fire and the conclusions, of a table of findings."""
        columns = []
        for term in self.rulebook.findings:
            column = pl.col(term.name)
            codes = column.to_physical().cast(pl.Int16) if term.domain.values else column
            columns.append(codes.fill_null(NONE).alias(self.terms[term.name]))
        table = table.select(columns)
        for stage in self.stages():
            table = table.with_columns(made.alias(name) for name, made in stage)
        several = [term for term in self.rulebook.conclusions if term.domain.kind == "several"]
        members = [f"{self.terms[term.name]}_{code}" for term in several for code in range(len(term.domain.values))]
        return table.select(*self.fired.values(), *(self.terms[term.name] for term in self.compared()), *members)


SIGNS = {
    "==": operator.eq,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
