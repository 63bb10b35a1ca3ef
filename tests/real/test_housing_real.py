"""The household forecast of Statistiek Vlaanderen and Kortrijk's real sectors, beside what the package says."""

from __future__ import annotations

import csv

import pandas as pd
import pytest

from kortrijk_geo import housing
from kortrijk_geo.errors import MissingLayerError
from kortrijk_geo.housing.growth import project_growth
from kortrijk_geo.housing.norms import norms
from kortrijk_geo.pack.wijk_codes import changed_parents, wijk_codes

pytestmark = pytest.mark.real


def published_households(real_data):
    table = pd.read_csv(real_data / "flanders" / "private_households_2010_2040.csv")
    return table[table["nis"] == 34022].set_index("y")["n"].to_dict()


def test_the_packages_forecast_is_the_published_one(real_data):
    published = published_households(real_data)
    ours = norms().households["34022"]
    assert {year: published[year] for year in ours.years} == dict(zip(ours.years, ours.values, strict=True))
    # Between the years given the package draws straight lines: never 0.3 % beside the published years.
    assert all(abs(ours.at(year) / published[year] - 1) < 0.003 for year in range(2023, 2041))


def test_the_full_forecast_reproduces_9_2_and_11_1(real_data, demo):
    households = published_households(real_data)
    ahead = project_growth(demo, households=households)
    assert (round(ahead.per_100_now, 1), round(ahead.per_100_then, 1)) == (9.2, 11.1)


def test_the_wijk_codes_are_those_of_the_real_sectors(real_data):
    with (real_data / "kortrijk" / "statistical_sectors.csv").open(encoding="utf-8-sig") as stream:
        delimiter = csv.Sniffer().sniff(stream.readline()).delimiter
    table = pd.read_csv(real_data / "kortrijk" / "statistical_sectors.csv", sep=delimiter, dtype="string")
    wijken = set(table["ggw7"].dropna())
    assert set(wijk_codes().current.values()) <= wijken
    old = {new: old for old, new in wijk_codes().current.items()}
    now = pd.DataFrame({"sector_id": table["statsec"], "area_id": table["ggw7"]})
    then = now.assign(area_id=now["area_id"].map(lambda code: old.get(code, code)))
    assert changed_parents(then, now).empty


def test_a_pack_of_boundaries_lacks_what_the_theme_needs(kortrijk_boundaries):
    with pytest.raises(MissingLayerError, match="social_dwellings"):
        housing.analyse(kortrijk_boundaries)
