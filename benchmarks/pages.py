"""Tables that benchmarks write into pages of the docs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

END = "<!-- end of tables -->"


def markdown(
    columns: Sequence[str], rows: Iterable[Sequence[object]], numbers: bool = True
) -> str:
    """A table; the first column is text, and the others are numbers unless stated."""
    rest = "---:" if numbers else "---"
    lines = [columns, ["---", *[rest] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def begin(command: str) -> str:
    """The line of a page after which the tables of a command stand."""
    return f"<!-- tables of {command} -->"


def update(page: Path, command: str, text: str) -> None:
    """Replace the tables of a command in a page."""
    before, rest = page.read_text(encoding="utf-8").split(begin(command))
    _, after = rest.split(END, maxsplit=1)
    page.write_text(
        f"{before}{begin(command)}\n\n{text}\n\n{END}{after}", encoding="utf-8"
    )
