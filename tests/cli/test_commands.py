"""Commands are built when they are asked for: only that one, and each can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from kortrijk_geo_cli.commands import Commands
from kortrijk_geo_cli.main import app


def words_of(group: typer.core.TyperGroup, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Words of every command below a group."""
    for name, line in group.commands.items():
        yield (*words, name)
        command = line.callback()
        if isinstance(command, typer.core.TyperGroup):
            yield from words_of(command, (*words, name))


EVERY = list(words_of(typer.main.get_command(app)))


def test_the_words_of_commands_in_groups_of_groups_are_known() -> None:
    assert {("reach",), ("childcare", "premium"), ("desk", "user", "list"), ("pack", "check")} <= set(EVERY)


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_can_be_built(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*words, "--help"])
    assert answer.exit_code == 0, answer.output
    assert f"{' '.join(words)} [OPTIONS]" in answer.output
    assert "--install-completion" not in answer.output


def test_only_the_command_that_is_asked_for_is_built() -> None:
    group = Commands()

    @group.command()
    def as_it_should(number: Annotated[int, typer.Option(help="Any.")] = 1) -> None:
        """Print a number."""
        typer.echo(str(number + 1))

    @group.command()
    def not_to_be_built(number: Annotated[int, typer.Option(), typer.Option()] = 1) -> None:
        """Fail when typer reads it."""

    @group.command(computes=True)
    def not_to_be_read(number: NoSuchType = 1) -> None:  # noqa: F821
        """Fail when somebody looks up its types."""

    @group.command(computes=True)
    def anew(number: Annotated[int, typer.Option(help="Any.")] = 1) -> None:
        """Print a number that is computed."""
        typer.echo(str(number + 1))

    run = CliRunner().invoke
    assert run(group, ["as-it-should", "--number", "4"]).output == "5\n"
    assert run(group, ["anew", "--no-cache"]).output == "2\n"
    listed = run(group, ["--help"]).output
    assert "Print a number." in listed
    assert "Fail when typer reads it." in listed
    assert "Fail when somebody looks" in listed
    assert type(run(group, ["not-to-be-read"]).exception).__name__ == "NameError"
    assert type(run(group, ["not-to-be-built"]).exception).__name__ == "MultipleTyperAnnotationsError"
    assert "Did you mean 'as-it-should'?" in run(group, ["as-it-shuld"]).output
