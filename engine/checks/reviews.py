"""Reviews of the sample, by which the checks about reviews show what they find."""

from collections.abc import Mapping

from ..document import write
from ..reviewed import signed
from .sample import sample

BULB = "old_bulb"


def with_review(
    rule: str, more: str, verdict: str = "approved", day: str = "2001-01-01", again: str = "", read: bool = False
) -> Mapping[str, str]:
    """The file with a review of a rule of the sample as it is; `more` are lines of it, `again` a later verdict."""
    rulebook = sample()
    text = signed(rulebook, rulebook.rules[rule])
    head = f"- who: Ann\n  role: clinician\n  day: {day or '2001-01-01'}\n  digest: {text.digest}\n"
    kept = "  " + write({"read": list(text.text)}).replace("\n", "\n  ").rstrip(" ") if read else ""
    lines = f"{more}\n" if more else ""
    entry = f"{head}  verdict: {verdict}\n{lines}{kept}"
    return {f"reviews/rules/{rule}.yaml": entry + (f"{head}  verdict: {again}\n" if again else "")}
