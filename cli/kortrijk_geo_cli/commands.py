"""A group of commands of which only the one that is asked for is built."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from kortrijk_geo_cli.common import computing

if TYPE_CHECKING:
    from collections.abc import Callable


class Commands(typer.Typer):
    """Commands and groups of commands; what typer reads from a signature is read when its command is asked for.

    Read of all commands, it is a third of what ``--help`` takes, and as much before every answer.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(add_completion=False, **options)

    def command(  # type: ignore[override]
        self, name: str | None = None, *, computes: bool = False, **options: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add a function as a command, under its own name unless another is given; what ``computes`` is `computing`."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            def build() -> Any:
                alone = typer.Typer(add_completion=False)
                alone.command(name, **options)(computing(function) if computes else function)
                return get_command(alone)

            self._add(name or function.__name__.replace("_", "-"), inspect.getdoc(function), build)
            return function

        return add

    def add_typer(self, group: typer.Typer, *, name: str, **_: Any) -> None:  # type: ignore[override]
        """Add a group, with the help that it was made with."""
        self._add(name, group.info.help, lambda: get_command(group))

    def _add(self, name: str, text: str | None, build: Callable[[], Any]) -> None:
        super().command(name, cls=_Later, help=text)(build)


class _Later(TyperCommand):
    """A line in the list of commands, whose callback builds the command itself."""

    def make_context(self, *args: Any, **options: Any) -> Any:
        assert self.callback is not None
        return self.callback().make_context(*args, **options)
