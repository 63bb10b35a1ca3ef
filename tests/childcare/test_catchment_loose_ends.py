"""A location beside a loose end of street serves the homes on the network; siting puts candidates on it likewise."""

from __future__ import annotations

import pandas as pd
import pytest
from childcare_town import frame, layers, location
from shapely import LineString

from kortrijk_geo.childcare import analyse, measure_catchment, network
from kortrijk_geo.childcare.expansion import expand
from kortrijk_geo.errors import OptionError

# 90 m north of home a a path of 100 m that hangs on nothing; the location lies 20 m south of it, 70 m from the street.
SCRAP = {
    "street_id": "scrap", "kind": "path", "walk": True, "cycle_forward": True, "cycle_backward": True,
    "geometry": LineString([(450, 90), (550, 90)]),
}  # fmt: skip


@pytest.fixture
def by_a_scrap(town):
    streets = pd.concat([layers()["streets"], frame([SCRAP])], ignore_index=True)
    return town(streets=streets, childcare=frame([location("k", 500, 40.0, y=70.0), location("far", 3_500, 8.0)]))


def test_the_places_beside_a_loose_path_are_within_reach_of_the_street(by_a_scrap):
    reached = measure_catchment(by_a_scrap)
    assert reached.homes[0] == pytest.approx(100 * 40 / (40 + 0.22 * 40))  # home b lies 1,070 m off
    note = next(note for note in reached.notes if "los stuk straat" in note)
    assert note.startswith("Bereik te voet: 0 woonpunten en 1 locaties liggen het dichtst bij een los stuk straat")
    alone = measure_catchment(by_a_scrap, net=network(by_a_scrap, snap_to="any"))
    assert alone.homes[0] == 0
    assert "0 woonpunten en 1 locaties blijven op een los stuk straat" in " ".join(alone.notes)


def test_what_points_snap_to_is_an_option_on_record(by_a_scrap):
    assert analyse(by_a_scrap).options["snap_to"] == "largest"
    result = analyse(by_a_scrap, snap_to="any")
    assert result.options["snap_to"] == "any"
    assert result.layers["homes"]["catchment_places_per_100_children"].iloc[0] == 0
    with pytest.raises(OptionError, match="put on the streets by snap_to 'any', not 'largest'"):
        analyse(by_a_scrap, networks={"walk": network(by_a_scrap, snap_to="any")})


def test_a_site_beside_a_loose_path_serves_the_street(by_a_scrap):
    spots = frame([location("spot", 500, 0.0, y=70.0)])[["name", "geometry"]]
    sited = expand(by_a_scrap, places=10, unit=10, candidates=spots)
    assert sited.layers["sites"]["children_in_reach"].tolist() == [80]  # of homes a and b
    with pytest.raises(OptionError, match=r".+"):
        expand(by_a_scrap, places=10, unit=10, candidates=spots, snap_to="any")
