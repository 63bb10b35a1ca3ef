"""How a result is looked at in a notebook: its headlines by key, its map, its plots."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import ModuleType, SimpleNamespace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from kortrijk_geo import catalogue
from kortrijk_geo.errors import OptionError
from kortrijk_geo.results import Column, Figure, ThemeResult
from kortrijk_geo.views import lorenz_curve

mpl.use("Agg")


@pytest.fixture
def childcare(samples: ModuleType) -> ThemeResult:
    """Three areas: 30 places for 100 children, 90 for 100, and one of which nothing is known."""
    areas = samples.areas(3)[["name", "geometry"]].assign(
        places=[30.0, 90.0, np.nan], children=[100.0, 100.0, np.nan], per_100=[30.0, 90.0, np.nan]
    )
    figure = Figure("per_100", "Plaatsen per 100 kinderen", 60.0, "plaatsen", 75.0, target_source="nota")
    columns = [Column("name", "Gebied"), Column("places", "Plaatsen"), Column("children", "Kinderen")]
    return replace(samples.result(), areas=areas, headlines=[figure], columns=columns, balance=("places", "children"))


def test_a_headline_by_its_key_and_the_keys_that_there_are(childcare: ThemeResult) -> None:
    assert childcare.headline("per_100").value == 60.0
    with pytest.raises(OptionError, match=r"must be one of per_100; did you mean 'per_100'"):
        childcare.headline("per100")


def test_explore_is_the_map_of_the_theme(
    childcare: ThemeResult, samples: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "theme_module", lambda name: SimpleNamespace(draw=lambda result: (name, result)))
    assert childcare.explore() == (childcare.theme, childcare)


def test_a_ranking_holds_every_area_the_city_and_the_goal(childcare: ThemeResult) -> None:
    axes = childcare.plot("ranking")
    lowest = axes.get_yticklabels()[0].get_text()
    assert lowest.endswith("(onbekend)"), "unknown is no bar of 0"
    assert [bar.get_width() for bar in axes.patches][1:] == [30.0, 90.0]
    assert sorted(line.get_xdata()[0] for line in axes.lines) == [60.0, 75.0]
    assert ("DEMO" in axes.get_title()) is childcare.synthetic


def test_supply_stands_against_demand_with_the_norm_as_a_line(childcare: ThemeResult) -> None:
    axes = childcare.plot("supply_demand")
    assert axes.lines[0].get_slope() == 0.75
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Kinderen", "Plaatsen")


def test_a_lorenz_curve_by_hand_and_its_plot(childcare: ThemeResult) -> None:
    # The area with 30 places for 100 children has half of the children and a quarter of the 120 places.
    across, along = lorenz_curve(pd.Series([90.0, 30.0, np.nan]), pd.Series([100.0, 100.0, 100.0]))
    assert (across.tolist(), along.tolist()) == ([0.0, 0.5, 1.0], [0.0, 0.25, 1.0])
    assert childcare.plot("lorenz").lines[1].get_ydata().tolist() == [0.0, 0.25, 1.0]


def test_a_plot_that_a_theme_does_not_have_names_those_it_has(
    childcare: ThemeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(OptionError, match="must be one of ranking, lorenz, supply_demand"):
        childcare.plot("trend")
    days = {"Plaatsen": [(dt.date(2020, 12, 31), 50.0), (dt.date(2024, 12, 31), 60.0)]}
    monkeypatch.setattr(ThemeResult, "series", lambda _: days)
    assert childcare.plot("trend").lines[0].get_ydata().tolist() == [50.0, 60.0]


def test_without_matplotlib_the_extra_is_named(childcare: ThemeResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(OptionError, match=r"pip install 'kortrijk-geo\[plot\]'"):
        childcare.plot()
