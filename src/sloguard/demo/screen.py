"""How the demonstration talks: calm lines with the time in front, the same on a terminal and in a log."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from sloguard.clock import monotonic_seconds, utc_now


class Screen:
    """Lines on stdout. Safe to use from several threads."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)

    def heading(self, text: str) -> None:
        self._console.print(f"\n[bold]{escape(text)}[/bold]")

    def say(self, text: str) -> None:
        """A line with the time (UTC) in front, further lines indented below it."""
        first, *rest = text.splitlines() or [""]
        self._console.print(f"[dim]{utc_now():%H:%M:%S}[/dim]  {escape(first)}")
        for line in rest:
            self._console.print(f"          {escape(line)}")

    def event(self, line: str) -> None:
        """What a receiver got."""
        self._console.print(Text(f"          │ {line}", style="cyan"))

    def quote(self, lines: Iterable[str]) -> None:
        for line in lines:
            self._console.print(Text(f"          ┃ {line}", style="bold"))

    def good(self, text: str) -> None:
        self._console.print(f"[dim]{utc_now():%H:%M:%S}[/dim]  [green]✓ {escape(text)}[/green]")

    def bad(self, text: str) -> None:
        self._console.print(f"[dim]{utc_now():%H:%M:%S}[/dim]  [red]✗ {escape(text)}[/red]")

    def pairs(self, rows: Mapping[str, str]) -> None:
        width = max(map(len, rows))
        for name, value in rows.items():
            self._console.print(Text(f"          {name:<{width}}  {value}"))

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Say what is being done, and how long it took."""
        start = monotonic_seconds()
        self.say(f"{text} …")
        yield
        self.good(f"done in {monotonic_seconds() - start:.1f} s")
