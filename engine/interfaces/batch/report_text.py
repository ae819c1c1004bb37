"""What a batch came to, in words."""

from collections.abc import Iterator
from pathlib import Path

from ...errors import Problem, counted
from ...record import Json
from ..walk import printable
from .not_mapped import in_lines, is_unmapped
from .recognised import unheard


def is_amiss(summary: Json, extra: str) -> bool:
    """Whether there is anything that a person should fix or look at."""
    is_counted = any(summary[kind] for kind in ("rejects", "breaking a law", "empty", "problems"))
    is_unheard = extra == "keep" and bool(unheard(summary["extra columns"]))
    return is_counted or is_unmapped(summary.get("mapping", {})) or is_unheard


def _reviewed(rests_on: Json) -> str:
    """How many of the rules are reviewed, any of which may be behind one of the answers."""
    good, bad = rests_on["reviewed"], rests_on["unreviewed"]
    if good:
        return f"Clinicians have reviewed {good:,} of its {counted(good + bad, 'rule')}."
    return f"No clinician has reviewed its {counted(bad, 'rule')}."


def in_words(summary: Json, out: Path, extra: str) -> Iterator[str]:
    """The summary in lines: the counts, columns that are no findings, and where the rejects are."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary["by reason"].items())
    apart = f"{summary['rejects']:,} rejected" + (f" ({reasons})" if reasons else "")
    cases = counted(summary["cases"], "case")
    empty = f" {summary['empty']:,} empty (no answer in it)," if summary["empty"] else ""
    rules = f"Rulebook {summary['rulebook']}. {_reviewed(summary['rests on'])}"
    yield f"{cases}: {summary['decided']:,} decided,{empty} {apart}. {rules}"
    yield from (str(Problem.of(problem)) for problem in summary["problems"])
    for path in summary["read once"]:
        yield f"{path}: named more than once, and read once"
    for old, new in summary.get("renamed columns", {}).items():
        yield f"the column {old!r} was read as {new!r}, as it is called now"
    if "mapping" in summary:
        mapping = summary["mapping"]
        yield f"Read by the mapping {mapping['file']} ({mapping['digest']})."
        yield from in_lines(mapping)
    for name, suggestion in summary["extra columns"].items():
        line = f"{name!r} is not a finding, and was {'left out' if extra == 'drop' else 'passed through'} unread"
        yield line + (f"; did you mean {suggestion!r}?" if suggestion else "")
    if summary["breaking a law"]:
        laws = ", ".join(f"{law} ({count:,})" for law, count in summary["broken laws"].items())
        breaking = counted(summary["breaking a law"], "case")
        yield f"{breaking} of them would break a law: of these only the alarms are shown. {laws}"
    if summary["rejects"]:
        yield f"{printable(out / 'rejects.ndjson')} has the rejected cases, the worst first."
