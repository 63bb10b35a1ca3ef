"""Locations that cannot be right: each is told, none is dropped silently."""

from __future__ import annotations

import math

import pytest
from childcare_town import X0, Y0, frame, layers, location
from shapely import Point

from kortrijk_geo.childcare import analyse, find_gaps
from kortrijk_geo.childcare.rules import Norms
from kortrijk_geo.errors import DataError
from kortrijk_geo.rules import read_rules


def remark(found, key):
    return found.locations.set_index("location_id")["remark"][key]


@pytest.mark.parametrize(("kind", "places"), [("group", 10_000.0), ("family", 31.0)])
def test_places_beyond_belief_are_unknown_and_told(town, kind, places):
    found = find_gaps(town(childcare=frame([location("ka", 400, places, kind=kind), location("kb", 1_600, 20.0)])))
    assert math.isnan(found.areas["places"]["A"])
    assert found.areas["places"]["B"] == 20
    assert remark(found, "ka") == "ongeloofwaardig aantal plaatsen"
    assert any(f"({places:.0f})" in note and "Opvang ka" in note for note in found.notes)


def test_unknown_places_are_told(town):
    found = find_gaps(town(childcare=frame([location("ka", 400, None), location("kb", 1_600, 20.0)])))
    assert remark(found, "ka") == "aantal plaatsen onbekend"
    assert any(note.startswith("1 locatie zonder bekend aantal plaatsen") for note in found.notes)


@pytest.mark.parametrize("places", ["12 plaatsen", -3])
def test_places_that_are_no_count_are_refused_by_the_pack(town, places):
    with pytest.raises(DataError, match=r"childcare, column places"):
        town(childcare=frame([location("ka", 400, places)]))


def test_no_places_at_all_is_a_known_zero(town):
    found = find_gaps(town(childcare=frame([location("ka", 400, 0.0)])))
    assert found.areas["places"].tolist() == [0, 0, 0, 0]
    assert found.areas["shortage_places"].tolist() == [24, 24, 12, 0]


def test_no_locations_at_all(town):
    empty = layers()["childcare"].iloc[:0]
    found = find_gaps(town(childcare=empty))
    assert found.areas["places"].tolist() == [0, 0, 0, 0]
    assert (found.city["places"], found.city["locations"]) == (0, 0)


def test_a_location_in_the_buffer_counts_in_no_area_and_in_the_catchment(town):
    result = analyse(town())
    locations = result.layers["locations"].set_index("location_id")
    assert locations["area_id"].isna()["kout"]
    assert locations["remark"]["kout"] == "buiten het studiegebied"
    assert result.city["places"] == 62
    assert locations["children_in_reach_cycle"]["kout"] > 0


def test_a_location_at_the_origin_or_far_away_is_told_and_counts_nowhere(town):
    away = frame([location("zero", 0, 50.0), location("far", 0, 50.0), location("ka", 400, 30.0)])
    away.loc[0, "geometry"] = Point(0, 0)
    away.loc[1, "geometry"] = Point(X0 + 90_000, Y0)
    result = analyse(town(childcare=away))
    locations = result.layers["locations"].set_index("location_id")
    assert locations["remark"][["zero", "far"]].tolist() == ["ligt op (0, 0)", "ligt ver buiten het pakket"]
    assert result.city["places"] == 30
    assert "1 locatie op het punt (0, 0): telt in geen gebied (Opvang zero)." in result.notes
    assert any("kijk de coördinaten na" in note for note in result.notes)
    assert any("2 locaties liggen verder dan 100 m van een straat" in note for note in result.notes)


def test_a_note_speaks_of_one_location_or_of_more(town):
    away = frame([location("one", 0, 50.0), location("two", 0, None), location("ka", 400, 30.0)])
    away.loc[[0, 1], "geometry"] = Point(0, 0)
    notes = find_gaps(town(childcare=away)).notes
    assert "2 locaties op het punt (0, 0): tellen in geen gebied (Opvang one, Opvang two)." in notes
    # It lies in no area, so no area's places are unknown for it.
    assert (
        "1 locatie zonder bekend aantal plaatsen, niet in gebruik of buiten alle gebieden: telt in geen gebied mee"
        " (Opvang two)."
    ) in notes
    assert not any("in haar gebied" in note for note in notes)


def test_only_what_counts_in_an_area_makes_its_places_unknown(town):
    planned = location("plan", 400, None, standing="under study")
    counted = find_gaps(town(childcare=frame([location("ka", 400, 90.0), planned])))
    assert counted.areas["places"]["A"] == 90
    assert not any("in haar gebied" in note for note in counted.notes)
    unknown = find_gaps(town(childcare=frame([location("ka", 400, 90.0), location("kb", 400, None)])))
    assert math.isnan(unknown.areas["places"]["A"])
    assert (
        "1 locatie zonder bekend aantal plaatsen: in haar gebied is het aantal plaatsen onbekend (Opvang kb)."
        in unknown.notes
    )


def test_a_location_without_coordinates_is_refused_by_the_pack(town):
    rows = frame([location("ka", 400, 30.0)])
    rows.loc[0, "geometry"] = None
    with pytest.raises(DataError, match="row 0 has no geometry"):
        town(childcare=rows)


def test_a_location_that_stands_twice_is_told(town):
    twice = frame([location("k1", 400, 30.0), location("k2", 400, 30.0, name=" opvang K1 ")])
    found = find_gaps(town(childcare=twice))
    assert [remark(found, key) for key in ("k1", "k2")] == ["", "mogelijk dubbel"]
    assert found.areas["places"]["A"] == 60  # both licences count until somebody says otherwise
    assert any("mogelijk dubbel, beide tellen mee" in note for note in found.notes)


def test_a_location_on_a_border_counts_once(town):
    found = find_gaps(town(childcare=frame([location("k", 1_000, 30.0)])))
    assert found.areas["places"].tolist() == [30, 0, 0, 0]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("places_per_100_children = 60.0", 'places_per_100_children = "zestig"', r"norm\[2\]"),
        (
            "[series_break]",
            '[plausible]\ngroep = 400\nfamily = 30\nsource = "s"\ndate = "2026"\nstanding = "eigen"\n[series_break]',
            r"plausible\.groep is not a known key; did you mean group",
        ),
        ('reference = "flemish"', 'reference = "vlaams"', r"default\.reference: 'vlaams' must be one of"),
        ("first_year = 2020", "first_year = 2020\nlength = 4", "length is not a known key"),
    ],
)
def test_a_broken_file_of_norms_names_file_and_key(tmp_path, old, new, message):
    from importlib.resources import files

    text = (files("kortrijk_geo.childcare") / "norms.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "eigen.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=rf"eigen\.toml.*{message}"):
        read_rules(Norms, path)
