"""Childcare on real data: Las Palmas against PySAL access, Amsterdam's register counted and drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from childcare_town import location

from kortrijk_geo.childcare import analyse, measure_catchment, network, spec
from kortrijk_geo.childcare.rules import catchment_rules
from kortrijk_geo.mapping import write_page

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def las_palmas_with_children(las_palmas):
    """Las Palmas with its real streets, homes and kindergartens; the numbers of children and places are made up."""
    import geopandas as gpd

    kindergartens = las_palmas.amenities[
        las_palmas.amenities["category"].isin(["amenity=kindergarten", "amenity=school"])
    ]
    rows = [location(f"k{n}", 0, 10.0 + n % 30) for n in range(len(kindergartens))]
    childcare = gpd.GeoDataFrame(
        pd.DataFrame(rows).drop(columns="geometry"), geometry=kindergartens.geometry.to_numpy(), crs=las_palmas.crs
    )
    homes = las_palmas.homes
    children = np.random.default_rng(20230221).poisson(0.3, len(homes)).astype(float)
    return las_palmas.replace(childcare=childcare, homes=homes.assign(children_0_2=children))


@pytest.mark.parametrize("decay", ["steps", "gaussian"])
def test_las_palmas_equals_pysal_access(las_palmas_with_children, decay):
    from access import weights
    from access.fca import two_stage_fca

    city = las_palmas_with_children
    net = network(city, "walk")
    found = measure_catchment(city, decay=decay, net=net)
    supply = city.childcare.set_index("location_id").loc[found.locations.index]
    pairs = net.graph.within(net.graph.place(supply.geometry, catchment_rules().snap.max_m), net.places, found.limit_m)
    steps = catchment_rules().steps
    theirs = (
        weights.step_fn({found.limit_m * s: w for s, w in zip(steps.shares, steps.weights, strict=True)})
        if decay == "steps"
        else weights.gaussian(catchment_rules().gaussian.width_share * found.limit_m)
    )
    expected = two_stage_fca(
        demand_df=pd.DataFrame({"demand": net.people}),
        supply_df=pd.DataFrame({"supply": supply["places"].to_numpy()}, index=pd.RangeIndex(len(supply), name="geoid")),
        cost_df=pd.DataFrame({"origin": pairs.origin, "dest": pairs.facility, "cost": pairs.metres}),
        max_cost=found.limit_m,
        demand_index=True,
        demand_name="demand",
        supply_name="supply",
        weight_fn=theirs,
    ).reindex(np.arange(len(net.people)), fill_value=0.0)
    # access divides by 0 for a facility without a child in reach, and hands that to homes without children near it.
    compared = net.places.placed & np.isfinite(expected.to_numpy())
    assert compared[net.people > 0].all()
    assert compared.sum() > 10_000
    assert np.abs(found.homes / 100 - expected.to_numpy())[compared].max() < 1e-9
    shared = found.locations["places"][found.locations["children_in_reach"] > 0].sum()
    assert (net.people * np.nan_to_num(found.homes) / 100).sum() == pytest.approx(shared)


def test_amsterdams_register_is_counted_and_drawn(packs, real_data, tmp_path):
    from pathlib import Path

    from kortrijk_geo.ingest.recipe import build_pack
    from kortrijk_geo.pack.city import open_city

    recipe = Path(__file__).parents[2] / "data" / "recipes" / "amsterdam.toml"
    build_pack(recipe, real_data / "amsterdam", tmp_path / "amsterdam")
    city = open_city(tmp_path / "amsterdam")
    result = analyse(city)
    register = pd.read_csv(next((real_data / "amsterdam").glob("*.csv")), low_memory=False)
    assert 0 < len(city.childcare) < register["lrknummer"].nunique()
    assert result.city["places"] == city.childcare["places"].sum() == result.areas["places"].sum()
    assert (result.areas["status"] == "onbekend").all()  # no children are known: no rate, and no zero
    assert result.areas["shortage_places"].isna().all()
    write_page(spec(result), tmp_path / "kinderopvang.html")
    assert "Kinderopvang: plaatsen per wijk" in (tmp_path / "kinderopvang.html").read_text(encoding="utf-8")
