"""The commands as `lumbar --help` lists them: by what one comes for."""

import click

from ..terminal import Guards

GROUPS = {
    "One patient": ("decide", "consult", "serve", "next"),
    "Questions about an answer": ("why", "whynot", "weigh", "whatif", "enough", "compare"),
    "Many patients": ("batch", "map", "report", "make-cases", "burden"),
    "Read the knowledge": ("show", "claims", "draw"),
    "Change and check the knowledge": (
        *("init", "new", "check", "impact", "diff"),
        *("review", "rename", "answer", "retire", "upgrade", "schema"),
    ),
}
OTHERS = "More"


class Grouped(Guards):
    """A group of commands that lists them under headings; those of no heading come last."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, a list below each heading."""
        there = self.list_commands(ctx)
        listed = {name for names in GROUPS.values() for name in names}
        groups = GROUPS | {OTHERS: tuple(name for name in there if name not in listed)}
        for title, names in groups.items():
            rows = [(name, self.commands[name].get_short_help_str(100)) for name in names if name in there]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows, col_max=12, col_spacing=2)
