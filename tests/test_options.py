"""Options are told by signature, help and completion, held by type checkers, and a misspelt one names the nearest."""

from __future__ import annotations

import datetime as dt
import inspect
import os
import pickle
import pydoc
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict, Unpack

import pytest

import kortrijk_geo as kg
from kortrijk_geo import catalogue
from kortrijk_geo.errors import OptionError
from kortrijk_geo.options import Option, above_zero, from_text, takes

THEMES = list(catalogue.THEMES)


class Options(TypedDict, total=False):
    """Three options."""

    minutes: Annotated[int | None, Option("The limit.", unit="minutes")]
    modes: Annotated[Sequence[str], Option("How.", ("walk", "cycle"))]
    far: Annotated[bool, Option("Whether far counts.", default=False)]


@takes(Options)
def sample(city: str, **options: Unpack[Options]) -> dict[str, Any]:
    """Do as asked.

    Parameters
    ----------
    city
        A name.
    **options
        See `Options`.

    Returns
    -------
    dict
        What was asked.
    """
    return {"city": city, **options}


def test_a_function_gets_every_option_and_those_not_given_by_their_default() -> None:
    assert sample("Kortrijk", minutes=10) == {
        "city": "Kortrijk",
        "minutes": 10,
        "modes": ("walk", "cycle"),
        "far": False,
    }


def test_its_help_lists_every_option_with_unit_and_default() -> None:
    text = pydoc.plain(pydoc.render_doc(sample))
    assert "    minutes : int | None, minutes, default None\n        The limit." in text
    assert "modes : Sequence[str], default ('walk', 'cycle')" in text
    assert "Returns" in text
    assert "**options" not in text


@pytest.mark.parametrize("name", THEMES)
def test_a_misspelt_option_of_a_theme_is_a_type_error_that_names_the_nearest(name: str) -> None:
    analyse = getattr(kg, name).analyse
    option = next(iter(list(inspect.signature(analyse).parameters)[1:]))
    with pytest.raises(TypeError, match=f"has no option '{option}x'; did you mean '{option}'"):
        analyse(None, **{f"{option}x": 1})
    with pytest.raises(TypeError, match="has no option 'qqqq'; the options are"):
        analyse(None, qqqq=1)


def test_minuts_is_minutes() -> None:
    with pytest.raises(TypeError, match="did you mean 'minutes'"):
        kg.reach.analyse(None, minuts=10)  # type: ignore[arg-type,call-arg]
    with pytest.raises(TypeError, match="did you mean 'max_snap_m'"):
        kg.reach.reach_from(None, 0, 0, max_snap=10)  # type: ignore[arg-type,call-arg]


@pytest.mark.parametrize("name", THEMES)
def test_signature_and_help_of_a_theme_tell_all_its_options(name: str) -> None:
    theme = getattr(kg, name)
    parameters = inspect.signature(theme.analyse).parameters
    first, *options = parameters
    assert first == "city"
    assert set(options) == set(theme.Options.__annotations__)
    assert all(parameters[option].kind is inspect.Parameter.KEYWORD_ONLY for option in options)
    assert all(parameters[option].default is not inspect.Parameter.empty for option in options)
    text = pydoc.plain(pydoc.render_doc(theme.analyse))
    for option in options:
        assert f"    {option} : " in text
        assert f"default {parameters[option].default!r}" in text
    assert "See `kortrijk_geo" not in text


@pytest.mark.parametrize("name", THEMES)
def test_every_measure_among_the_options_of_a_theme_has_its_unit(name: str) -> None:
    hints = {key: hint.__metadata__[0] for key, hint in _hints(getattr(kg, name).Options).items()}
    for option, told in hints.items():
        unit = next((unit for end, unit in UNITS.items() if option.endswith(end)), "")
        assert told.unit == unit or not unit, option
        assert told.text.endswith("."), option


UNITS = {"_m2": "m2", "_m3": "m3", "_m": "m", "_mm": "mm", "_ha": "ha", "_eur": "euro", "minutes": "minutes"}


def test_completion_lists_the_layers_of_a_city(demo: kg.City) -> None:
    names = dir(demo)
    assert set(demo.layers) < set(names)
    assert {"areas", "replace", "require"} < set(names)


def test_analyse_of_a_theme_goes_through_pickle() -> None:
    assert pickle.loads(pickle.dumps(kg.reach.analyse)) is kg.reach.analyse


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("10", int | None, 10),
        ("10", float | str | None, 10.0),
        ("kortrijk", float | str | None, "kortrijk"),
        ("ja", bool, True),
        ("nee", bool, False),
        ("2029-01-01", dt.date | None, dt.date(2029, 1, 1)),
        ("20, 60", Sequence[float] | None, [20.0, 60.0]),
        ("walk", Sequence[str], ["walk"]),
        ("areas", Literal["areas", "subareas"], "areas"),
        ("file.toml", str | Path | None, "file.toml"),
    ],
)
def test_options_are_read_from_text_by_their_type(text: str, kind: Any, value: Any) -> None:
    found = from_text("sample", text, kind)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        ("ten", int | None, ValueError),
        ("straks", dt.date | None, ValueError),
        ("wijken", Literal["areas", "subareas"], ValueError),
        ("misschien", bool, ValueError),
        ("{}", dict[str, float] | None, TypeError),
    ],
)
def test_what_does_not_fit_is_refused_by_name(text: str, kind: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="option sample"):
        from_text("sample", text, kind)


USER_SCRIPT = """
import kortrijk_geo as kg

city = kg.open_city("pack")
kg.reach.analyse(city, minutes=10)
kg.targets.analyse(city)
kg.profile.analyse({"reach": kg.reach.analyse(city)})
kg.reach.analyse(city, minuts=10)
kg.reach.analyse(city, minutes="ten")
kg.housing.analyse(city, reach=True)
kg.reach.reach_from(city, 0, 0, max_snap="far")
"""


def test_a_type_checker_holds_callers_to_the_options(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(USER_SCRIPT)
    # Without the dependencies: reading their types takes mypy 15 seconds, and the options are ours.
    alone = ["--config-file=", "--no-site-packages", f"--cache-dir={os.devnull}"]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *alone, str(script)],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(Path(kg.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("script.py")]
    numbers = [int(line.split(":")[1]) for line in lines if ": error:" in line]
    assert numbers == [8, 9, 10, 11], done.stdout
    assert "minuts" in lines[0]


def _hints(options: Any) -> dict[str, Any]:
    from typing import get_type_hints

    return get_type_hints(options, include_extras=True)


def test_a_number_above_zero_is_nothing_else() -> None:
    assert above_zero("speed", 80) == 80.0
    for value in (0, -1, True, "80", None, float("nan"), float("inf")):
        with pytest.raises(OptionError, match=f"speed must be a number above 0, found {value!r}"):
            above_zero("speed", value)
