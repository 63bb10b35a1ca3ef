"""The collector looks seldom while a theme is analysed, and as before afterwards, however the work ends."""

import gc
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any, TypedDict

import pytest

from kortrijk_geo.garbage import seldom_collected
from kortrijk_geo.options import Option, takes


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Begin with Python's own thresholds."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


class Nothing(TypedDict, total=False):
    """No option that matters."""

    fails: Annotated[bool, Option("Whether it fails.", False)]


@takes(Nothing)
def analyse(**options: Any) -> tuple[int, int, int]:
    """Tell how seldom the collector looks."""
    if options["fails"]:
        raise ValueError("as asked")
    return gc.get_threshold()


def test_an_analysis_is_seldom_interrupted_and_leaves_the_collector_as_it_was() -> None:
    assert analyse() == (50_000, 10, 10)
    assert gc.get_threshold() == (700, 10, 10)
    with pytest.raises(ValueError, match="as asked"):
        analyse(fails=True)
    assert gc.get_threshold() == (700, 10, 10)


def test_of_two_at_once_the_last_gives_back_what_was_before_the_first() -> None:
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == (50_000, 10, 10)
    second.__exit__(None, None, None)
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("own", [(0, 10, 10), (80_000, 5, 5)])
def test_a_collector_that_is_off_or_looks_more_seldom_stays_so(own: tuple[int, int, int]) -> None:
    gc.set_threshold(*own)
    with seldom_collected():
        assert gc.get_threshold() == own
    assert gc.get_threshold() == own


def test_the_command_line_looks_seldom_while_it_imports_and_answers():
    code = (
        "import gc, sys\n"
        "from kortrijk_geo_cli.main import run\n"
        "looks = []\n"
        "gc.callbacks.append(lambda phase, _: looks.append(phase))\n"
        "sys.argv = ['kortrijk-geo', '--help']\n"
        "try: run()\n"
        "except SystemExit as end: assert not end.code\n"
        "assert len(looks) <= 4, len(looks)\n"
        "assert gc.get_threshold()[0] < 50_000\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "childcare" in done.stdout
