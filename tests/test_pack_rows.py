"""Rows that are read by column from SQLite are those of the layer; what is not as it was built is read whole."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import small_town

import kortrijk_geo as kg
from kortrijk_geo.engine.rates import PlaceCount, count_places, places_by_area
from kortrijk_geo.errors import DataError, MissingLayerError
from kortrijk_geo.pack.childcare import believed, believed_rows
from kortrijk_geo.pack.city import City
from kortrijk_geo.pack.layers import LAYERS
from kortrijk_geo.pack.rows import Rows, read_rows


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@contextmanager
def edited(path: Path, layer: str) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage to write to a layer by SQL alone, without the functions of GDAL that its triggers call."""
    with closing(sqlite3.connect(path)) as base:
        triggers = base.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [layer])
        for (name,) in triggers.fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.commit()
        yield base
        base.commit()


def equal(one: Rows, other: Rows) -> bool:
    assert list(one.arrays) == list(other.arrays)
    for name, values in one.arrays.items():
        if values.dtype == np.float64:
            np.testing.assert_array_equal(values, other[name])
        elif name == "geometry":
            assert shapely.equals_exact(values, other[name], 0).all()
        else:
            assert [*map(type, values)] == [*map(type, other[name])]
            assert values.tolist() == other[name].tolist()
    return True


@pytest.mark.parametrize("name", LAYERS)
def test_rows_are_those_of_the_layer(name: str, town: City) -> None:
    if not town.has(name):
        with pytest.raises(MissingLayerError, match=name):
            town.rows(name, "geometry")
        return
    columns = [*LAYERS[name].columns, "geometry", "no_such_column"]
    rows = kg.open_city(town.folder).rows(name, *columns)
    assert len(rows) == len(town.layer(name))
    assert "no_such_column" not in rows
    assert equal(rows, Rows.of(name, town.layer(name), columns))


def test_unknown_values_of_every_kind_stay_unknown(town: City, tmp_path: Path) -> None:
    frame = town.childcare
    frame["places"] = np.where(np.arange(len(frame)) % 2, frame["places"], np.nan)
    frame["opens"] = pd.Series(["2020-01-01", None] * len(frame)).head(len(frame)).astype("str")
    areas = town.areas.assign(
        vulnerable=pd.array([True, None, False] * len(town.areas), dtype="boolean")[: len(town.areas)]
    )
    from kortrijk_geo.geopackage import write_layer

    for name, layer in (("childcare", frame), ("areas", areas)):
        write_layer(tmp_path / "base.gpkg", name, layer)
        columns = [*layer.columns]
        assert equal(read_rows(tmp_path / "base.gpkg", name, columns), Rows.of(name, layer, columns))
    assert read_rows(tmp_path / "base.gpkg", "areas", ["vulnerable"])["vulnerable"].tolist()[:3] == [True, None, False]


def test_a_layer_that_was_replaced_gives_its_own_rows(town: City) -> None:
    changed = town.replace(childcare=town.childcare.assign(places=3.0))
    assert set(changed.rows("childcare", "places")["places"]) == {3.0}


def test_a_layer_that_was_changed_in_the_file_is_read_and_checked_whole(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path / "town")
    with edited(city.folder / "city.gpkg", "childcare") as base:
        base.execute("UPDATE childcare SET kind = 'shop'")
    changed = kg.open_city(city.folder)
    assert "childcare" in changed.changed_layers
    with pytest.raises(DataError, match="breaks the rule: one of group, family"):
        changed.rows("childcare", "places")


def test_what_sqlite_has_not_put_in_the_file_yet_counts(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path / "town")
    path = city.folder / "city.gpkg"
    with edited(path, "childcare") as base:
        base.execute("PRAGMA journal_mode = wal")
        base.execute("UPDATE childcare SET places = 7")
        base.commit()
        assert path.with_name("city.gpkg-wal").stat().st_size
        assert set(kg.open_city(city.folder).rows("childcare", "places")["places"]) == {7.0}


def test_a_file_that_changes_under_an_opened_city_is_refused(tmp_path: Path) -> None:
    city = kg.open_city(small_town.write_town(tmp_path / "town").folder)
    with edited(city.folder / "city.gpkg", "childcare") as base:
        base.execute("UPDATE childcare SET places = 7")
    with pytest.raises(DataError, match="was changed after the pack was opened"):
        city.rows("childcare", "places")


@pytest.mark.parametrize("blob", [b"", b"GP", b"XX\0\1\0\0\0\0\0\0\0\0", b"GP\0\1\0\0\0\0not a geometry"])
def test_a_geometry_that_is_none_is_told(blob: bytes, tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path / "town")
    path = city.folder / "city.gpkg"
    with edited(path, "areas") as base:
        base.execute("UPDATE areas SET geom = ?", [blob])
    with pytest.raises(DataError, match="layer areas: cannot be read"):
        read_rows(path, "areas", ["geometry"])


def test_a_layer_that_is_a_query_is_refused_as_such(tmp_path: Path) -> None:
    path = small_town.write_town(tmp_path / "town").folder / "city.gpkg"
    with edited(path, "areas") as base:
        base.execute("CREATE VIEW endless AS SELECT * FROM areas, homes")
    with pytest.raises(DataError) as error:
        read_rows(path, "endless", ["area_id"])
    told = "its layer endless is a view, a stored query and not a table; export it to a layer of its own"
    assert str(error.value) == f"city.gpkg: {told}"


def test_places_are_counted_alike_from_rows_and_from_frames(town: City) -> None:
    day = dt.date(2025, 6, 30)
    rows = count_places(believed_rows(town), town.rows("areas", "area_id", "geometry"), on=day)
    frame = places_by_area(believed(town.childcare), town.areas, on=day)
    assert sum(count.places for count in rows) > 0
    assert [*frame.itertuples(index=False, name=None)] == [*map(tuple, rows)]
    assert (*frame.columns,) == PlaceCount._fields


def test_the_premium_imports_no_pandas(town: City) -> None:
    x, y = town.areas.geometry.iloc[0].representative_point().coords[0]
    code = (
        "import sys, runpy\n"
        "try: runpy.run_module('kortrijk_geo_cli.main', run_name='__main__')\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'pandas', 'geopandas', 'pyproj', 'pyogrio', 'scipy'} & set(sys.modules)"
    )
    words = ["childcare", "premium", "--pack", str(town.folder), "--kind", "group", "--date", "2025-11-27"]
    words += ["--new-places", "10", "--x", str(x), "--y", str(y), "--json"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"status"' in done.stdout
