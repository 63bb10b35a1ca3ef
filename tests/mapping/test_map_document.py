"""From a specification to the data the browser draws: classes, geometry, and results that are not as usual."""

from __future__ import annotations

import json
from dataclasses import replace
from types import ModuleType

import geopandas as gpd
import numpy as np
import pytest
import shapely

from kortrijk_geo.errors import CrsError, DataError, OptionError
from kortrijk_geo.mapping import geometry
from kortrijk_geo.mapping.document import map_document
from kortrijk_geo.mapping.legend import NO_DATA, class_colours, ramps, scale_classes
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.mapping.spec import AreaLayer, MapSpec, PageExtras
from kortrijk_geo.results import Scale
from kortrijk_geo.text.safe import json_block


def decoded(steps: list[int]) -> np.ndarray:
    return np.cumsum(np.array(steps).reshape(-1, 2), axis=0) / geometry.UNITS_PER_DEGREE


def test_the_document_holds_values_as_they_are_and_unknown_as_null(samples: ModuleType) -> None:
    spec = samples.spec()
    document = map_document(spec)
    assert document["values"]["share_near"][2] is None
    assert document["values"]["share_near"][0] == spec.result.areas["share_near"].iloc[0]
    assert document["noData"] == NO_DATA
    assert [layer["city"] for layer in document["layers"]] == [0.579, 0.75, 57.9]
    json.loads(json_block(document))


def test_points_come_back_within_a_metre(samples: ModuleType) -> None:
    spec = samples.spec(points=500)
    points = decoded(map_document(spec)["points"][0]["steps"])
    truth = shapely.get_coordinates(spec.point_layers[0].frame.to_crs("EPSG:4326").geometry.array)
    assert np.abs(points - truth).max() <= 0.5 / geometry.UNITS_PER_DEGREE + 1e-12


def test_neighbours_keep_one_border_and_their_surface(samples: ModuleType) -> None:
    areas = samples.areas(40)
    shapes = geometry.web_shapes(areas, "areas")
    light = geometry.light_areas(shapes)
    assert shapely.coverage_is_valid(light)
    assert shapely.area(light).sum() == pytest.approx(shapely.area(shapes).sum(), rel=1e-3)


def test_every_class_has_its_own_colour_and_no_data_none_of_them() -> None:
    for name in ramps():
        for count in range(1, 10):
            colours = class_colours(name, count)
            assert len(set(colours)) == count
            assert colours == class_colours(name + "_r", count)[::-1]
    with pytest.raises(OptionError, match=r"no colour ramp is called 'rainbow'.*YlGnBu"):
        class_colours("rainbow", 3)


@pytest.mark.parametrize("limits", [(2.0, 1.0), (1.0, 1.0), (1.0, np.nan), (np.inf,)])
def test_limits_that_do_not_ascend_are_refused(limits: tuple[float, ...]) -> None:
    with pytest.raises(OptionError, match="class limits"):
        scale_classes(Scale(limits, "number"))


def test_a_column_that_is_not_there_is_named(samples: ModuleType) -> None:
    spec = samples.spec()
    with pytest.raises(DataError, match="theme sample: its areas have no column nowhere"):
        map_document(replace(spec, table=("nowhere",)))
    with pytest.raises(DataError, match="holds text where a map layer needs numbers"):
        map_document(replace(spec, area_layers=(AreaLayer("name", "Naam", Scale((1,), "number")),)))
    with pytest.raises(OptionError, match="two area layers show the same column"):
        map_document(replace(spec, area_layers=spec.area_layers[:1] * 2))


def test_areas_without_crs_or_of_points_are_refused(samples: ModuleType) -> None:
    areas = samples.areas()
    with pytest.raises(CrsError, match="theme sample, areas: has no coordinate reference system"):
        map_document(samples.spec(samples.result(frame=areas.set_crs(None, allow_override=True))))
    areas.geometry = areas.geometry.centroid
    with pytest.raises(DataError, match="area W000 is a Point"):
        map_document(samples.spec(samples.result(frame=areas)))


def odd_results(samples: ModuleType) -> dict[str, gpd.GeoDataFrame]:
    usual = samples.areas()
    unknown, one_value, infinite, empty_shape, long_names = (usual.copy() for _ in range(5))
    unknown[["share_near", "share_near_cycle", "places_per_100", "population"]] = np.nan
    one_value["share_near"] = 0.5
    infinite.loc[infinite.index[:2], "share_near"] = [np.inf, -np.inf]
    empty_shape.loc[empty_shape.index[0], "geometry"] = None
    long_names["name"] = ["Onafgebroken" * 17 if n % 2 else "lange naam " * 18 for n in range(len(usual))]
    overlapping = usual.copy()
    overlapping.geometry = usual.geometry.buffer(300)
    return {
        "no rows": usual.iloc[:0],
        "one row": usual.iloc[:1],
        "all unknown": unknown,
        "one value": one_value,
        "infinite": infinite,
        "an area without a shape": empty_shape,
        "long names": long_names,
        "overlapping": overlapping,
        "500 areas": samples.areas(500),
        "multipolygons": usual.dissolve(np.arange(len(usual)) % 3, aggfunc="first"),
    }


@pytest.mark.parametrize(
    "case",
    ["no rows", "one row", "all unknown", "one value", "infinite", "an area without a shape", "long names",
     "overlapping", "500 areas", "multipolygons"],
)  # fmt: skip
def test_an_odd_result_is_drawn(samples: ModuleType, case: str) -> None:
    frame = odd_results(samples)[case]
    found = samples.result(frame=frame)
    page = page_html(samples.spec(found))
    assert page.count("<tr data-row=") == len(frame)
    document = map_document(samples.spec(found))
    assert len(document["areas"]["features"]) == int(frame.geometry.notna().sum())


def test_a_result_with_nothing_at_all_is_drawn(samples: ModuleType) -> None:
    found = samples.result(
        frame=samples.areas().iloc[:0], context={}, headlines=[], sources=[], notes=[], options={}, pack_digest=""
    )
    bare = MapSpec(result=found, title="Leeg", area_layers=(), table=())
    assert map_document(bare)["bounds"] is None
    assert "geen bron vermeld" in page_html(bare)


def test_pages_of_one_atlas_share_what_orients_the_eye_where_it_is_the_same(samples: ModuleType) -> None:
    result, extras = samples.result(), PageExtras()
    assert result.context
    moved = {name: frame.assign(geometry=frame.translate(50, 0)) for name, frame in result.context.items()}
    alone = map_document(samples.spec(result))["context"]
    first = map_document(samples.spec(result), extras)["context"]
    assert first == alone
    assert map_document(samples.spec(samples.result()), extras)["context"] is first
    other = samples.spec(replace(result, context=moved))
    assert map_document(other, extras)["context"] == map_document(other)["context"] != alone


def test_points_without_a_place_are_counted_on_the_page(samples: ModuleType) -> None:
    spec = samples.spec(points=10)
    frame = spec.point_layers[0].frame
    frame.loc[[3, 4], "geometry"] = None
    layer = replace(spec.point_layers[0], frame=frame)
    page = page_html(replace(spec, point_layers=(layer,)))
    assert "Woningen: 2 zonder plaats, die niet op de kaart staan." in page


def test_a_category_without_a_colour_is_shown_as_another(samples: ModuleType) -> None:
    spec = samples.spec()
    layer = spec.point_layers[1]
    frame = layer.frame.assign(kind=["group", "family", "boat", None] * 3)
    found = map_document(replace(spec, point_layers=(replace(layer, frame=frame),)))["points"][0]
    assert [entry["label"] for entry in found["classes"]] == ["groepsopvang", "gezinsopvang", "andere"]
    assert found["class"][:4] == [0, 1, 2, -1]


def test_the_size_of_a_dot_follows_its_number_by_surface(samples: ModuleType) -> None:
    layer = samples.spec().point_layers[1]
    frame = layer.frame.assign(places=[4.0, 16.0, 4.0, np.nan] + [4.0] * 8)
    sizes = map_document(replace(samples.spec(), point_layers=(replace(layer, frame=frame),)))["points"][0]["size"]
    assert sizes[:4] == [1.0, 2.0, 1.0, None]
