"""How many of the rules behind an answer are reviewed, in a sentence."""

from collections import Counter
from collections.abc import Iterable

from ..errors import counted
from ..explain.behind import RulesBehind
from ..reviewed import approved, reviewed
from ..rulebook import Rulebook

WORDS = {
    "rejected": "{} rejected by its reviewer",
    "changes wanted": "{} with changes wanted",
    "changed since its review": "{} changed since its review",
}


def rests_on(rulebook: Rulebook, behind: RulesBehind) -> str:
    """On how many reviewed and unreviewed rules answers rest, in a sentence; those that were ruled out are apart."""
    if not behind.fired:
        return f"{_none_fired(rulebook, behind)}."
    good, bad = _counts(rulebook, behind.fired)
    if good:
        says = f"Rests on {good} reviewed and {counted(bad, 'unreviewed rule')}"
        return f"{says}{_not_approved(rulebook, behind.fired)}{_ruled_out(rulebook, behind, '; rules out ')}."
    which = f"the {bad} rules" if bad > 1 else "the rule"
    says = f"No clinician has reviewed {which} this rests on{_not_approved(rulebook, behind.fired)}"
    if not behind.ruled_out:
        return f"{says}."
    if _counts(rulebook, behind.ruled_out)[0]:
        return f"{says}{_ruled_out(rulebook, behind, '; it rules out ')}."
    out = len(behind.ruled_out)
    return f"{says}, nor the {out if out > 1 else 'one'} it rules out."


def _none_fired(rulebook: Rulebook, behind: RulesBehind) -> str:
    """Where no rule fired, an answer can only come of rules that are ruled out."""
    if not behind.ruled_out:
        return "No rule has fired yet"
    if _counts(rulebook, behind.ruled_out)[0]:
        return f"No rule fires for this{_ruled_out(rulebook, behind, '; it rules out ')}"
    out = len(behind.ruled_out)
    return f"No clinician has reviewed the {f'{out} rules' if out > 1 else 'rule'} that this rules out"


def _ruled_out(rulebook: Rulebook, behind: RulesBehind, head: str) -> str:
    good, bad = _counts(rulebook, behind.ruled_out)
    return f"{head}{good} reviewed and {counted(bad, 'unreviewed rule')}" if good + bad else ""


def rules_reviewed(rulebook: Rulebook, rules: Iterable[str] | None = None, what: str = "here") -> str:
    """How many of some rules are reviewed, in a sentence; unless they are given, of all; `what` says which they are."""
    chosen = [*(rulebook.rules if rules is None else rules)]
    good, bad = _counts(rulebook, chosen)
    if not chosen:
        return f"There is no rule {what}."
    if not good:
        which = f"{bad} rules" if bad > 1 else "rule"
        return f"No clinician has reviewed the {which} {what}{_not_approved(rulebook, chosen)}."
    says = f"Of the {counted(len(chosen), 'rule')} {what}, {good} {'are' if good > 1 else 'is'} reviewed"
    return f"{says}{_not_approved(rulebook, chosen)}."


def reviewed_for_patients(rulebook: Rulebook, behind: RulesBehind) -> str:
    """The same for a patient; where no rule is known, of all rules."""
    rules = behind.fired or behind.ruled_out or rulebook.rules
    good, bad = _counts(rulebook, rules)
    if not good:
        return "No clinician has reviewed the rules behind this yet."
    if not bad:
        return "Clinicians have reviewed all the rules behind this."
    return f"Clinicians have reviewed {good} of the {counted(good + bad, 'rule')} behind this."


def _counts(rulebook: Rulebook, rules: Iterable[str]) -> tuple[int, int]:
    """How many are reviewed, and how many are not."""
    chosen, good = frozenset(rules), approved(rulebook)
    return len(chosen & good), len(chosen - good)


def _not_approved(rulebook: Rulebook, rules: Iterable[str]) -> str:
    """Those of which somebody said something that is not, or no longer, an approval."""
    found = Counter(reviewed(rulebook, rulebook.rules[rule]).state for rule in rules)
    named = [words.format(found[state]) for state, words in WORDS.items() if found[state]]  # type: ignore[index]
    return f" ({', '.join(named)})" if named else ""
