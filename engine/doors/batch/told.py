"""What a batch came to, in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...errors import SURELY, counted, nearest


def unheard(summary: dict[str, Any]) -> list[str]:
    """The columns that are a finding but for a slip of the pen, so that none of their answers was heard."""
    columns = summary["extra columns"].items()
    return [name for name, suggestion in columns if suggestion and nearest(name, [suggestion], SURELY)]


def in_words(summary: dict[str, Any], out: Path, extra: str) -> Iterator[str]:
    """The summary in lines: the counts, columns that are no findings, and where the rejects are."""
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in summary["by reason"].items())
    apart = f"{summary['rejects']:,} set apart" + (f" ({reasons})" if reasons else "")
    cases = counted(summary["cases"], "case")
    yield f"{cases}: {summary['decided']:,} decided, {apart}. Rulebook {summary['rulebook']}."
    for name, suggestion in summary["extra columns"].items():
        told = f"{name!r} is no finding, and was {'left out' if extra == 'drop' else 'passed through'} unread"
        yield told + (f"; did you mean {suggestion!r}?" if suggestion else "")
    if summary["breaking a law"]:
        laws = ", ".join(f"{law} ({count:,})" for law, count in summary["broken laws"].items())
        breaking = counted(summary["breaking a law"], "case")
        yield f"{breaking} of them would break a law: of these only the alarms are told. {laws}"
    if summary["rejects"]:
        yield f"{out / 'rejects.ndjson'} has what is to be mended, the most urgent first."
