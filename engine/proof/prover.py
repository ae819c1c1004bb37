"""The prover: one rulebook, one circuit, one solver, and every question asked of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from .. import semantics
from ..case import Case, Decision, Value
from ..circuit import FALSE, CompiledRulebook, Evaluation, Pair, marks_of
from ..errors import InternalError
from ..rulebook import Term
from .encoding import Encoding
from .pool import Pool
from .solver import Solver
from .stored import StoredVerdicts
from .verdicts import Facts, Limits, Patient, Sat, Unknown, Unsat
from .witness import smallest

Shows = Callable[[Decision], bool]
Assuming = bool | Collection[str]
"""All assumptions about patients, none of them, or those of these names."""


class Prover:
    """Answers questions about every case that could exist of one rulebook.

    A question is a number of nodes of `circuit`, and asks for a case in which all of them are true. Nodes for marks
    come from `holds`, `fails`, `fires`, `marks`; for a case from `facts`; and `circuit` joins them to others
    (`all_of`, `any_of`, `negation`, `at_least`). By default no case is impossible by the assumptions about patients.
    """

    def __init__(
        self,
        compiled: CompiledRulebook,
        limits: Limits | None = None,
        keep: bool = False,
        encoding: type[Encoding] = Encoding,
        terms: Mapping[str, Term] | None = None,
    ) -> None:
        self.rulebook = rulebook = compiled.rulebook
        self.limits = limits or Limits()
        self.circuit = compiled.circuit
        self.encoding = encoding
        self.terms = terms or rulebook.terms
        self.undecided = 0
        self.assumptions = {
            name: self.circuit.negation(self.circuit.bare(law.condition)[0])
            for name, law in rulebook.impossible.items()
        }
        self.pool = Pool(self.circuit.nodes)
        self.kept = StoredVerdicts(self.circuit.nodes, self.terms, rulebook.directory if keep else "")
        for facts in (*(case.facts for case in rulebook.cases.values()), *self.kept.cases):
            self.pool.add(facts)
        self._solver: Solver | None = None

    # --- questions ---------------------------------------------------------------------------------------------------

    def possible(self, *nodes: int, assuming: Assuming = True) -> Sat | Unsat | Unknown:
        """A case in which all the nodes are true, or that there is none, with the nodes that cannot be true together.

        `assuming` leaves out the cases that are impossible by the assumptions about patients, or by those of its names.
        """
        asked = self._asked(nodes, assuming)
        found = self.pool.find(asked)
        return self._seen(asked, self._answer(asked, self.limits)) if found is None else Sat(found)

    def believed(self, *nodes: int, limits: Limits | None = None) -> Sat | Unsat | Unknown:
        """As `possible`, and a case that the solver gives is not run through the circuit again.

        Such a case may be looked at, but must be tried before it is shown.
        """
        asked = self._asked(nodes, assuming=True)
        found = self.pool.find(asked)
        if found is not None:
            return Sat(found)
        answer = self._answer(asked, limits or self.limits)
        if isinstance(answer, Sat):
            self.pool.add(answer.facts)
        return answer

    def _answer(self, asked: tuple[int, ...], limits: Limits) -> Sat | Unsat | Unknown:
        """What was proved before, or else what the solver says."""
        core = self.kept.core(asked)
        if core is not None:
            return Unsat(core)
        answer = self.solver.ask(asked, limits)
        if isinstance(answer, Unsat):
            self.kept.put(asked, answer.core)
        return answer

    def patient(self, *nodes: int, shows: Shows | None = None, assuming: Assuming = True) -> Patient | Unsat | Unknown:
        """The smallest and most ordinary case in which all the nodes are true, tried again in truth before it is given.

        `shows` says of a decision by truth whether it is what was asked for.
        """
        found = self.possible(*nodes, assuming=assuming)
        if not isinstance(found, Sat):
            return found
        asked = self._asked(nodes, assuming)
        kept = self.kept.patient(asked)
        if kept is not None and self.true_in(kept, *asked):
            patient = Patient(kept)
        else:
            patient = smallest(
                self.new_solver(), asked, found.facts, self.limits, lambda cases: self._show(cases, asked)
            )
            if patient.smallest:
                self.kept.put_patient(asked, patient.facts)
        if shows is not None:
            self.replay(patient.facts, shows, assuming)
        self.pool.add(patient.facts)
        return patient

    def replay(self, facts: Facts, shows: Shows, assuming: Assuming = True) -> None:
        """Try a case in truth; that it does not show there what was asked for is a bug."""
        shown = shows(semantics.decide(self.rulebook, Case("a patient", facts)).marked)
        names = self._assumed(assuming)
        if not shown or any(law.id in names for law in semantics.impossibilities(self.rulebook, facts)):
            raise InternalError.of(f"the proof and the meaning part over {dict(facts)}")

    def true_in(self, facts: Facts, *nodes: int) -> bool:
        """Whether all the nodes are true in one case."""
        return self._show([facts], nodes)[0]

    def _show(self, cases: Sequence[Facts], nodes: Iterable[int]) -> list[bool]:
        """Of each case, whether all the nodes are true in it."""
        found = Evaluation.of(self.circuit.nodes, cases).all_of(nodes)
        return [bool(found >> place & 1) for place in range(len(cases))]

    def new_solver(self) -> Solver:
        """A solver of its own, for questions that add clauses."""
        return Solver(self.encoding(self.circuit.nodes, self.terms))

    @property
    def solver(self) -> Solver:
        """The one solver for the whole rulebook, made when it is first needed."""
        if self._solver is None:
            self._solver = self.new_solver()
        return self._solver

    def save(self) -> None:
        """Keep the verdicts and the patients for the next time."""
        self.kept.save(self.pool.cases)

    def _assumed(self, assuming: Assuming) -> Collection[str]:
        return (self.assumptions if assuming else ()) if isinstance(assuming, bool) else assuming

    def _asked(self, nodes: Iterable[int], assuming: Assuming) -> tuple[int, ...]:
        return tuple(sorted({*nodes, *(self.assumptions[name] for name in self._assumed(assuming))}))

    def _seen(self, asked: tuple[int, ...], answer: Sat | Unsat | Unknown) -> Sat | Unsat | Unknown:
        """The answer, once its case is tried in the circuit."""
        if isinstance(answer, Sat) and not self.true_in(answer.facts, *asked):
            loose = ", ".join(sorted(self.solver.encoding.loose))
            if not loose:
                raise InternalError.of(f"the clauses and the circuit part over {answer.facts}")
            answer = Unknown(f"the range is too long to compare value by value: {loose}")
        if isinstance(answer, Sat):
            self.pool.add(answer.facts)
        self.undecided += isinstance(answer, Unknown)
        return answer

    # --- nodes -------------------------------------------------------------------------------------------------------

    def marks(self, term: str) -> dict[str, Pair]:
        """The marks that make up a conclusion: of each value, of "at least" each step of a scale, of each count."""
        return marks_of(self.circuit, term)

    def holds(self, term: str, value: str) -> int:
        """Whether a value of a conclusion holds (of a scale: at least that value)."""
        return self.marks(term)[value][0]

    def fails(self, term: str, value: str) -> int:
        """Whether a value of a conclusion fails."""
        return self.marks(term)[value][1]

    def fires(self, rule: str, term: str) -> int:
        """Whether a rule fires for a conclusion."""
        return self.circuit.support[rule, term][0]

    def disputed(self, term: str) -> int:
        """Whether a conclusion is disputed."""
        return self.circuit.disputed(term)

    def gap(self, term: str) -> int:
        """Whether no rule gives a single-valued conclusion: every value fails and none holds."""
        if not self.rulebook.terms[term].single:
            return FALSE
        pairs = self.circuit.values[term].values()
        none = self.circuit.negation(self.circuit.any_of(holds for holds, _ in pairs))
        return self.circuit.all_of([none, *(fails for _, fails in pairs)])

    def facts(self, facts: Mapping[str, Value | None]) -> tuple[int, ...]:
        """That a case says just this of these findings; None: that it is unanswered. Of others it may say anything."""
        return tuple(
            self.circuit.given(self.rulebook.terms[name], value)
            if value is not None
            else self.circuit.negation(self.circuit.known(self.rulebook.terms[name]))
            for name, value in facts.items()
        )

    def alike(self, facts: Facts) -> tuple[int, ...]:
        """That a case says the same of these findings; of a number, what lies between the same two constants."""
        return tuple(
            self._between(name, int(value)) if self.rulebook.terms[name].domain.kind == "number" else node
            for (name, value), node in zip(facts.items(), self.facts(facts), strict=True)
        )

    def _between(self, name: str, value: int) -> int:
        atoms = (gate.atom for gate in self.circuit.nodes if gate.atom is not None)
        edges = {atom.number for atom in atoms if atom.term == name and atom.kind in ("at least", "under")}
        low = max((edge for edge in edges if edge <= value), default=0)
        high = min((edge for edge in edges if edge > value), default=self.rulebook.terms[name].domain.high + 1)
        marks = [self.circuit.number_at_least(name, edge) for edge in (low, high)]
        return self.circuit.all_of((marks[0][0], marks[1][1]))

    def differs(self, one: Iterable[Pair], other: Iterable[Pair]) -> int:
        """Whether two rows of marks, as long as each other, differ anywhere."""
        pairs = zip(one, other, strict=True)
        return self.circuit.any_of(self.unequal(*nodes) for pair in pairs for nodes in zip(*pair, strict=True))

    def unequal(self, one: int, other: int) -> int:
        """Whether just one of two nodes is true."""
        if one == other:
            return FALSE
        circuit = self.circuit
        first = circuit.all_of((one, circuit.negation(other)))
        return circuit.any_of((first, circuit.all_of((other, circuit.negation(one)))))
