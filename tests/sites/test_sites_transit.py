"""The sites of the city by public transport: place by place, equal to what each of them alone takes."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pytest
import site_town
from bus_line import with_bus
from typer.testing import CliRunner

import kortrijk_geo as kg
from kortrijk_geo.capacity.ride import RideOptions, choose_ride
from kortrijk_geo.capacity.transit import TransitNetwork
from kortrijk_geo.errors import MissingLayerError, OptionError
from kortrijk_geo.pack.homes import homes_inside
from kortrijk_geo_cli.main import app

# A town of 600 m: whoever walks 10 m a minute is glad of a bus.
SLOW = {"walk_m_per_min": 10.0, "minutes": 20}
RUSH = {"day": dt.date(2026, 11, 24), "from_time": "07:00", "to_time": "07:20"}
ASKED = {"modes": ("walk", "transit"), **SLOW, **RUSH}


@pytest.fixture(scope="module")
def on_foot(tmp_path_factory):
    return site_town.town(tmp_path_factory.mktemp("on_foot"))


@pytest.fixture(scope="module")
def riding(on_foot, tmp_path_factory):
    """The town with a bus from west to east along its first street, every 5 minutes."""
    return with_bus(on_foot, tmp_path_factory.mktemp("bus"), (33, 100), (567, 100), every=5, ride=2)


@pytest.fixture(scope="module")
def result(riding):
    return kg.sites.analyse(riding, **ASKED)


def network(city, **asked):
    options = {**dict.fromkeys(RideOptions.__annotations__), "without_lines": (), **RUSH, **asked}
    ride = choose_ride(options, walk_m_per_min=10.0, max_snap_m=100.0, snap_to="largest")
    return TransitNetwork.of(city.streets, city.timetable(), ride)


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("minutes", [5, 20, 45])
def test_who_is_within_the_limit_is_who_takes_no_longer(riding, minutes, share):
    """Of places of one point and of several: the flags of all at once are those of the seconds of each."""
    net = network(riding)
    origins, points = net.leaving(homes_inside(riding)), net.place(riding.addresses)
    place = np.arange(len(points)) // 2
    within = np.concatenate(list(net.within_each(origins, points, place, 60 * minutes, share)))
    assert within.shape == (len(points) // 2, len(origins))
    by_bus = 0
    for row, flags in enumerate(within):
        seconds, on_foot_s = net.seconds_to(origins, points[place == row], (share,))
        np.testing.assert_array_equal(flags, seconds[:, 0] <= 60 * minutes)
        by_bus += (flags & (on_foot_s > 60 * minutes)).sum()
    if (minutes, share) == (20, 0.5):
        assert by_bus, "somebody is there by bus alone"


def test_a_site_has_the_people_who_take_half_of_the_departures_to_it(riding, result):
    net, homes = network(riding), homes_inside(riding)
    rows = result.layers["city_sites"].set_index("site_id")
    origins = net.leaving(homes)
    for site, near in (("west", (20, 90)), ("east", (580, 110))):
        point = site_town.frame([site_town.point(*near)], name=[site])
        seconds, _ = net.seconds_to(origins, net.place(point), (0.5,))
        people = homes["residents"][seconds[:, 0] <= 20 * 60].sum()
        assert rows.loc[site, "people_transit"] == pytest.approx(people)
        parts = rows.loc[site, ["overlap_people_transit", "loss_people_transit"]]
        assert parts.sum() == pytest.approx(people)
    assert rows.loc["east", "people_transit"] > rows.loc["east", "people_walk"]
    assert rows.loc["depot", ["overlap_people_transit", "loss_people_transit"]].isna().all()


def test_other_modes_are_as_they_were(on_foot, riding, result):
    alone = kg.sites.analyse(on_foot, modes=("walk",), **SLOW)
    before, after = (each.layers["city_sites"].select_dtypes("number") for each in (alone, result))
    assert "loss_people_walk" in before
    for name in before:
        np.testing.assert_array_equal(after[name], before[name], err_msg=name)
    assert not [name for name in kg.sites.analyse(riding, **SLOW).city if "transit" in name], "on request alone"
    assert "transit_minutes" not in alone.options


def test_rides_never_take_people_away_from_a_site(result):
    rows = result.layers["city_sites"]
    assert (rows["people_transit"] >= rows["people_walk"]).all()
    known = [name for name, value in result.city.items() if name.startswith("share_") and name.endswith("_transit")
             and not math.isnan(value)]  # fmt: skip
    assert known
    for name in known:
        assert result.city[name] >= result.city[name.replace("_transit", "_walk")]


def test_the_page_tells_the_limit_the_day_and_the_method(result):
    shown = kg.sites.spec(result)
    assert "minstens de helft van de vertrekken" in shown.method
    assert "24 november 2026" in shown.method
    assert any(note.startswith("Dienstregeling van dinsdag 24 november 2026") for note in result.notes)
    assert result.labels["share_library_transit"].endswith("binnen 20 minuten met bus en trein")
    assert {figure.key for figure in result.headlines} >= {"without_loss_transit", "share_any_site_transit"}
    assert any(source.name.startswith("Bus") for source in result.sources)
    least = result.chosen.settings.few.people
    public = result.published().layers["city_sites"]
    for group in ("people", "children", "over_65", "over_80"):
        told = public[f"{group}_transit"].dropna()
        assert ((told == 0) | (told >= least)).all()


def test_the_limit_is_that_of_transit_where_none_is_asked(riding):
    result = kg.sites.analyse(riding, modes=("transit",), **RUSH)
    assert (result.options["transit_minutes"], result.options["minutes"]) == (30, None)
    assert "binnen 30 minuten" in kg.sites.spec(result).lead


def test_what_cannot_be_is_refused(on_foot, riding):
    with pytest.raises(MissingLayerError, match=r"needs timetable.*on_foot.*pack add .* gtfs"):
        kg.sites.analyse(on_foot, modes=("transit",))
    with pytest.raises(OptionError, match="no service on 2026-11-28"):
        kg.sites.analyse(riding, **{**ASKED, "day": dt.date(2026, 11, 28)})
    with pytest.raises(OptionError, match="day: is said of the mode transit"):
        kg.sites.analyse(riding, day=dt.date(2026, 11, 24))
    with pytest.raises(OptionError, match="modes must be one or more of walk, cycle, transit"):
        kg.sites.analyse(riding, modes=("bus",))
    with pytest.raises(OptionError, match="from_time"):
        kg.sites.analyse(riding, modes=("transit",), from_time="07:60")


def test_the_command_takes_the_mode(riding, tmp_path):
    asked = ["sites", "--pack", str(riding.folder), "--out", str(tmp_path), "--json", "--mode", "transit",
             "--day", "2026-11-24", "--from-time", "07:00", "--to-time", "07:20"]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["options"]["modes"] == ["transit"]
    assert {"people_transit", "loss_people_transit"} <= set(document["sites"][0])
