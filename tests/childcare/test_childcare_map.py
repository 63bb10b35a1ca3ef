"""The page of the theme: norms in the legend, every layer, Dutch words, nothing run from a name."""

from __future__ import annotations

import datetime as dt
import pickle
from dataclasses import replace

import pytest
from childcare_town import frame, layers, location
from shapely import Point

from kortrijk_geo.childcare import analyse, draw, expand, look_ahead, spec, with_outlook
from kortrijk_geo.mapping import write_page


def columns(page):
    return [layer.column for layer in page.area_layers]


def test_the_norms_are_class_limits(town):
    page = spec(analyse(town()))
    shown = [layer for layer in page.area_layers if layer.shown]
    assert [layer.column for layer in shown] == ["places_per_100_children"]
    assert {50, 60} <= set(shown[0].scale.limits)
    other = spec(analyse(town(), norm=33, reference_norm=80)).area_layers[0].scale.limits
    # No area reaches 80: a class for it would be empty.
    assert 33 in other
    assert 80 not in other
    assert list(other) == sorted(set(other))


def test_every_layer_of_the_theme(town):
    page = spec(analyse(town()))
    assert {"shortage_places", "catchment_places_per_100_children", "catchment_cycle_places_per_100_children"} <= set(
        columns(page)
    )
    locations, homes = page.point_layers
    assert locations.size_column == "places"
    assert set(locations.fields) <= set(locations.frame.columns)
    assert locations.frame["kind_label"].tolist()[2] == "gezinsopvang"
    assert set(locations.frame["kind_label"]) <= set(locations.colours)
    assert set(homes.fields) <= set(homes.frame.columns)
    assert set(page.table) <= set(page.result.areas.columns)


def test_before_and_after_and_the_years(town):
    city = town()
    sites = frame([{"name": "plek", "geometry": Point(2_500, 0)}])
    result = with_outlook(expand(city, places=10, unit=5, candidates=sites), look_ahead(city))
    page = spec(result)
    assert "catchment_places_per_100_children_after" in columns(page)
    assert "shortage_places_2040" in columns(page)
    assert page.point_layers[-1].frame["places"].tolist() == [10]
    (plan,) = page.plans
    assert plan.frame[["rank", "name", "places", "together"]].to_numpy().tolist() == [[1, "plek", 10, 10]]
    (series,) = page.series
    assert len(series.years) > 1
    nothing, decided, everything = series.lines.values()
    assert nothing == tuple(result.city[f"shortage_places_{year}"] for year in series.years)
    assert all(least >= more >= most for least, more, most in zip(nothing, decided, everything, strict=True))
    assert set(page.table) <= set(result.areas.columns)
    assert draw(result) is not None


def test_one_table_describes_every_column_and_the_page_reads_no_option(town):
    city = town()
    sites = frame([{"name": "plek", "geometry": Point(2_500, 0)}])
    result = with_outlook(expand(city, places=10, unit=5, candidates=sites), look_ahead(city))
    described = [column.name for column in result.columns]
    assert sorted(described) == sorted(result.areas.columns.drop("geometry"))
    page = spec(result)
    rates = ["places_per_100_children", "income_related_places_per_100_children"]
    assert list(page.table)[:4] == ["children_0_2", *rates, "shortage_places"]
    groups = [layer.group for layer in page.area_layers]
    assert list(dict.fromkeys(groups)) == ["Per gebied", "Naar bereik", "Met de nieuwe plaatsen", "Vooruitblik"]
    again = spec(replace(pickle.loads(pickle.dumps(result)), options={}))
    assert (again.method, again.lead, again.table) == (page.method, page.lead, page.table)
    assert again.area_layers == page.area_layers


def test_the_method_writes_day_and_distance_as_a_dutch_reader_expects(town):
    method = spec(analyse(town())).method
    assert "peuters op 31 december 2024, gedeeld" in method
    assert "tot 1.200 m te voet en 3.750 m met de fiets" in method


def test_what_is_not_there_today_has_its_own_shape(town):
    rows = [
        location("ka", 400, 30.0),
        location("plan", 500, 54.0, standing="decided"),
        location("idee", 600, 10.0, standing="under study"),
        location("oud", 700, 10.0, closes="2020-01-01"),
    ]
    layer = spec(analyse(town(childcare=frame(rows)), on=dt.date(2024, 12, 31))).point_layers[0]
    assert layer.frame["kind_label"].tolist() == ["groepsopvang", "beslist", "in studie", "gesloten"]
    shapes = [layer.marks.get(label) for label in layer.frame["kind_label"]]
    assert shapes == [None, "ring", "dashed", "cross"]
    assert layer.name == "name"


def test_without_children_the_places_are_shown(town):
    content = layers()
    result = analyse(
        town(
            areas=content["areas"].drop(columns="children_0_2"),
            boundary=content["boundary"].drop(columns="children_0_2"),
            homes=None,
            streets=None,
        )
    )
    page = spec(result)
    assert [layer.column for layer in page.area_layers if layer.shown] == ["places"]
    assert not any(column.startswith("catchment") for column in columns(page))
    assert set(page.table) <= set(result.areas.columns)
    assert draw(result) is not None


def test_the_page_is_written_and_runs_no_name(town, tmp_path):
    bad = "<script>alert(1)</script>"
    content = layers()
    city = town(areas=content["areas"].assign(name=bad), childcare=content["childcare"].assign(name=bad))
    path = tmp_path / "kinderopvang.html"
    write_page(spec(analyse(city)), path)
    text = path.read_text(encoding="utf-8")
    assert "Kinderopvang: plaatsen per wijk" in text
    assert bad not in text


def test_files_for_gis_and_spreadsheet(town, tmp_path):
    import geopandas as gpd
    import pyogrio

    sites = frame([{"name": "plek", "geometry": Point(2_500, 0)}])
    result = expand(town(), places=10, unit=5, candidates=sites)
    result.to_geopackage(tmp_path / "kinderopvang.gpkg")
    names = {name for name, _ in pyogrio.list_layers(tmp_path / "kinderopvang.gpkg")}
    assert {"areas", "locations", "homes", "sites"} <= names
    homes = gpd.read_file(tmp_path / "kinderopvang.gpkg", layer="homes")
    assert homes["area_id"].notna().all()
    assert homes["catchment_places_per_100_children"].tolist() == pytest.approx(
        result.layers["homes"]["catchment_places_per_100_children"].tolist()
    )


@pytest.mark.parametrize("name", ["analyse", "find_gaps", "measure_catchment", "look_ahead", "expand", "decide"])
def test_the_public_face(name):
    import kortrijk_geo as kg

    assert callable(getattr(kg.childcare, name))
    assert name in dir(kg.childcare)
