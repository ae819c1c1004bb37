"""Every case: questions about all patients there could be, answered by a SAT solver; the only room that imports pysat.

Make one `Prover` (in `prover`) for a rulebook, and ask it. The rulebook is one Boolean
circuit (`prover.circuit`, as engine/circuit builds it); a question is a number of its nodes, and asks for a case in
which all of them are true:

    prover = Prover(CompiledRulebook(rulebook))
    prover.possible(prover.holds("colour", "red"), prover.holds("size", "large"))

gives `Sat` with the facts of such a case; `Unsat` where there is none (that is a proof), with the nodes that cannot be
true together; or `Unknown` with the reason where the limits were reached (that is no proof).
`prover.patient(…)` asks the same and gives the smallest and most ordinary such case, as a `Patient`; pass
`shows=lambda decision: …` and it is tried again in `semantics` before it is given.

Nodes come from
- `holds`, `fails` (term, value), `fires` (rule, term), `disputed`, `gap` (term), `marks` (term): all marks of a
  conclusion, as pairs (holds, fails); `prover.circuit.rules[rule]` is the pair of a rule's condition;
- `facts({finding: value, other finding: None})`: that a case says just this of these findings, None being unanswered,
  whatever it says of others: fix the answers that must stay, and leave out those that are free;
- `prover.circuit.condition(condition)`: the pair of a condition; `.breaks(law.condition)`: whether a law is broken;
- `prover.circuit.all_of`, `any_of`, `at_least`, `negation`, which join nodes; `prover.differs(pairs, other pairs)`.

So "can a question left open still change the marks of a term in this case" is
`possible(*prover.facts(case.facts), any_of(holds and fails nodes that are false in the case now))`, a fact left out of
`facts` being free.

The assumptions about patients (impossible/) are kept to unless `assuming=False`. `keep=True` keeps verdicts in the
user's cache folder between runs; call `save()` at the end.

Ready-made questions: `laws` (proved, twins, empty premises, assumptions), `rules` (disputes, dead rules, idle rules,
lines and findings), `gaps`, and `same` (two rulebooks, two conditions).
"""

from .verdicts import Limits, Patient, Sat, Unknown, Unsat, Verdict

__all__ = ["Limits", "Patient", "Sat", "Unknown", "Unsat", "Verdict"]
