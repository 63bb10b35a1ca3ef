"""Streets of drawn files: joined and cut where they meet, apart where one crosses over, and told in either case."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import Point, box

from kortrijk_geo.engine.streets import StreetGraph
from kortrijk_geo.errors import DataError
from kortrijk_geo.ingest.check import check_pack
from kortrijk_geo.ingest.levels import levels
from kortrijk_geo.ingest.noding import cut, ends_of, meetings
from kortrijk_geo.ingest.recipe import build_pack
from kortrijk_geo.pack.city import open_city

X, Y = 70000, 168000
CRS = "EPSG:31370"
RECIPE = """
name = "Dorp"
crs = "EPSG:31370"
buffer_m = 100
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
[layers.homes]
reader = "vector"
file = "homes.gpkg"
[layers.streets]
reader = "vector"
file = "streets.gpkg"
"""


def lines_of(*texts):
    return np.array([shapely.from_wkt(f"LINESTRING ({text})") for text in texts], dtype=object)


def made(*texts, level=None, within_m=0.05):
    """Cut lines at all their meetings; return the pieces as text, each after the number of its line."""
    lines = lines_of(*texts)
    heights = np.zeros(len(lines)) if level is None else np.array(level, dtype=float)
    result = cut(lines, meetings(lines, heights, within_m), within_m)
    return [f"{street} {shapely.to_wkt(line)[12:-1]}" for street, line in zip(result.street, result.lines, strict=True)]


def test_two_lines_that_cross_become_four_that_meet():
    assert made("0 0, 10 0", "5 -5, 5 5") == ["0 0 0, 5 0", "0 5 0, 10 0", "1 5 -5, 5 0", "1 5 0, 5 5"]


def test_a_line_that_ends_on_the_middle_of_another_cuts_it_at_its_end_exactly():
    assert made("0 0, 10 0", "5 0.01, 5 5") == ["0 0 0, 5 0.01", "0 5 0.01, 10 0", "1 5 0.01, 5 5"]


def test_a_line_that_ends_too_far_from_another_does_not_touch_it():
    assert made("0 0, 10 0", "5 0.2, 5 5") == ["0 0 0, 10 0", "1 5 0.2, 5 5"]
    assert made("0 0, 10 0", "5 0.2, 5 5", within_m=0.5) == ["0 0 0, 5 0.2", "0 5 0.2, 10 0", "1 5 0.2, 5 5"]


@pytest.mark.parametrize("level", [(0, 1), (0, -1), (2, 1)])
def test_lines_of_two_levels_cross_without_meeting(level):
    assert made("0 0, 10 0", "5 -5, 5 5", level=level) == ["0 0 0, 10 0", "1 5 -5, 5 5"]


def test_a_bridge_comes_down_on_the_middle_of_a_street_and_nothing_goes_up_under_it():
    assert len(made("0 0, 10 0", "5 0, 5 5", level=(0, 1))) == 3
    assert len(made("0 0, 10 0", "5 0, 5 5", level=(1, 0))) == 2
    # Stairs that end where the bridge has a corner do go up.
    assert len(made("0 0, 5 0, 10 0", "5 0, 5 5", level=(1, 0))) == 3


def test_a_line_is_cut_where_it_crosses_or_touches_itself():
    assert made("0 0, 10 0, 10 10, 5 10, 5 -5") == ["0 0 0, 5 0", "0 5 0, 10 0, 10 10, 5 10, 5 0", "0 5 0, 5 -5"]
    assert made("0 0, 10 0, 10 10, 5 10, 5 0") == ["0 0 0, 5 0", "0 5 0, 10 0, 10 10, 5 10, 5 0"]
    assert made("0 0, 10 0, 10 10, 0 0") == ["0 0 0, 10 0, 10 10, 0 0"]


def test_both_directions_of_one_street_stay_whole_and_two_lines_part_where_they_part():
    assert len(made("0 0, 10 0, 10 10", "10 10, 10 0, 0 0")) == 2
    shared = made("-5 0, 0 0, 10 0, 10 5", "-5 -5, 0 0, 20 0")
    assert [piece for piece in shared if piece.startswith("1")] == ["1 -5 -5, 0 0", "1 0 0, 10 0", "1 10 0, 20 0"]


def test_a_street_shorter_than_the_tolerance_goes_and_what_it_joined_meets():
    assert made("0 0, 0.01 0", "0.01 0, 5 5") == ["1 0 0, 5 5"]


def test_a_thousand_random_lines_keep_their_length_and_meet_wherever_shapely_nodes_them():
    """The reference is GEOS: the nodes of `shapely.node` are the ends of the pieces, and nothing is lost or gained."""
    rng = np.random.default_rng(12)
    starts = rng.uniform(0, 3000, (400, 2))
    lines = np.asarray(shapely.linestrings(np.stack([starts, starts + rng.uniform(-300, 300, (400, 2))], axis=1)))
    at = meetings(lines, np.zeros(len(lines)), 1e-6)
    result = cut(lines, at, 1e-6)
    reference = shapely.get_parts(shapely.node(shapely.multilinestrings(lines)))
    assert len(result.lines) == len(reference)
    assert shapely.length(result.lines).sum() == pytest.approx(shapely.length(lines).sum())
    gap = shapely.distance(shapely.multipoints(ends_of(result.lines)), shapely.points(ends_of(reference)))
    assert gap.max() < 1e-6


@pytest.fixture
def town(tmp_path):
    """Build a village with these streets; a home every 50 m along the first street, 5 m north of it."""
    folder = tmp_path / "files"
    folder.mkdir()
    area = gpd.GeoDataFrame({"area_id": ["a"], "name": ["A"]}, geometry=[box(X, Y, X + 1000, Y + 1000)], crs=CRS)
    area.to_file(folder / "areas.gpkg")

    def run(*texts, recipe="", columns=None, **frame_columns):
        many = len(texts)
        lines = shapely.transform(lines_of(*texts), lambda xy: xy + np.array([X, Y]))
        flags = {"walk": True, "cycle_forward": True, "cycle_backward": True, "kind": "residential"}
        values = {"street_id": [f"s{number}" for number in range(many)], **flags, **frame_columns}
        gpd.GeoDataFrame(values, geometry=lines, crs=CRS).to_file(folder / "streets.gpkg")
        along = shapely.line_interpolate_point(lines[0], np.arange(0, shapely.length(lines[0]), 50))
        homes = [Point(point.x, point.y + 5) for point in along]
        gpd.GeoDataFrame(
            {"home_id": [str(number) for number in range(len(homes))], "residents": 1.0, "dwellings": 1.0,
             "children_0_2": 0.0, "area_id": None}, geometry=homes, crs=CRS,
        ).to_file(folder / "homes.gpkg")  # fmt: skip
        (tmp_path / "dorp.toml").write_text(RECIPE + recipe)
        report = build_pack(tmp_path / "dorp.toml", folder, tmp_path / "pack")
        told = [(item.level, item.message) for item in report.findings if item.layer == "streets"]
        checked = [(item.level, item.message) for item in check_pack(tmp_path / "pack") if item.layer == "streets"]
        return open_city(tmp_path / "pack"), told, checked

    return run


MAIN, SIDE, ACROSS = "0 500, 500 500, 1000 500", "500 500, 500 900", "250 0, 250 1000"


def metres(city, start, end):
    graph = StreetGraph.from_streets(city.streets)
    places = [graph.place(gpd.GeoSeries([Point(X + east, Y + north)], crs=CRS)) for east, north in (start, end)]
    return graph.nearest(*places)[1][0]


def warned(findings, text):
    return any(level == "warning" and text in message for level, message in findings)


def test_a_side_street_meets_the_main_street_and_the_user_is_told_where(town):
    city, told, checked = town(MAIN, SIDE)
    assert metres(city, (500, 900), (0, 500)) == 900.0
    assert city.streets["street_id"].tolist() == ["s0-1", "s0-2", "s1"]
    for findings in (told, checked):
        assert warned(findings, "1 places where streets touch")
        assert warned(findings, "at 70500.0 168500.0 (s1, s0)")
        assert warned(findings, "noded = false")


def test_whole_lines_without_a_word_of_the_recipe_are_cut_with_a_warning(town):
    city, told, checked = town(MAIN, ACROSS)
    assert metres(city, (250, 0), (0, 500)) == 750.0
    for findings in (told, checked):
        assert warned(findings, "1 places where streets cross, more than where they are joined: cut there")


def test_with_noded_false_all_is_cut_and_nothing_is_left_to_warn_of(town):
    city, told, checked = town(MAIN, SIDE, ACROSS, recipe="noded = false\n")
    assert metres(city, (500, 900), (250, 0)) == 400 + 250 + 500
    assert ("info", told[0][1]) == told[0]
    assert told[0][1].startswith("2 places where streets cross or touch between their ends: cut there (noded = false)")
    assert not any(level == "warning" and "places" in message for level, message in [*told, *checked])


def test_with_noded_true_nothing_is_cut_and_check_still_tells_it(town):
    city, told, checked = town(MAIN, SIDE, ACROSS, recipe="noded = true\n")
    assert len(city.streets) == 3
    assert np.isnan(metres(city, (500, 900), (0, 500)))
    assert any("left so, the recipe says noded = true" in message for _, message in told)
    assert any("2 places where streets cross or touch without being joined" in message for _, message in checked)


def test_of_a_layer_that_is_cut_one_crossing_is_left_with_a_warning(town):
    """Three streets from junction to junction around two junctions, and a path over one of them."""
    pieces = ("0 500, 500 500", "500 500, 1000 500", "500 500, 500 900", "500 900, 200 900", "500 900, 900 900")
    city, told, checked = town(*pieces, "700 0, 700 700")
    assert len(city.streets) == 6
    for findings in (told, checked):
        assert warned(findings, "1 places where streets cross or touch without being joined")
        assert warned(findings, "at 70700.0 168500.0")
        assert warned(findings, "say noded = false in [layers.streets] where they meet, noded = true where they do not")


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": ["no", "yes"]},
        {"bridge": ["F", "T"], "tunnel": ["F", "F"], "layer": [0, 0]},
        {"tunnel": [None, "yes"]},
        {"layer": ["0", "-1"]},
        {"LAYER": [0.0, 2.0]},
        {"layer": ["wegen", "wegen"], "bridge": [None, "viaduct"]},
        {"other_tags": [None, '"bridge"=>"yes","layer"=>"1"']},
    ],
)
@pytest.mark.parametrize("recipe", ["", "noded = false\n"])
def test_bridges_and_tunnels_stay_apart(town, columns, recipe):
    city, told, checked = town(MAIN, ACROSS, recipe=recipe, **columns)
    assert len(city.streets) == 2
    assert np.isnan(metres(city, (250, 0), (0, 500)))
    assert not any("places where streets" in message for _, message in [*told, *checked])


def test_a_passage_under_a_building_is_on_the_ground(town):
    city, _, _ = town(MAIN, ACROSS, recipe="noded = false\n", tunnel=[None, "building_passage"])
    assert len(city.streets) == 4


def test_levels_are_read_from_columns_that_the_recipe_renames(town):
    columns = 'columns = { street_id = "street_id", kind = "kind", walk = "walk", cycle_forward = "cycle_forward"'
    columns += ', cycle_backward = "cycle_backward", layer = "niveau" }\nnoded = false\n'
    city, _, _ = town(MAIN, ACROSS, recipe=columns, niveau=[0, 1])
    assert len(city.streets) == 2


def test_ends_a_millimetre_apart_are_joined_and_counted(town):
    city, told, _ = town("0 500, 499.999 500", "500.001 500, 1000 500", "500 499.999, 500 900")
    assert metres(city, (500, 900), (1000, 500)) == pytest.approx(900, abs=0.01)
    assert any(message.startswith("2 ends of streets lay at most 0.05 m from another end") for _, message in told)


def test_ends_farther_apart_are_joined_when_the_recipe_says_how_far(town):
    streets = ("0 500, 499 500", "500 500, 1000 500")
    city, _, checked = town(*streets)
    assert np.isnan(metres(city, (0, 500), (1000, 500)))
    assert warned(checked, "on foot 10 of 10 homes (100.00%) lie off the largest of 2 parts of the streets")
    city, _, _ = town(*streets, recipe="join_ends_m = 1.5\n")
    assert metres(city, (0, 500), (1000, 500)) == pytest.approx(1000, abs=1)


def test_ends_that_were_not_joined_are_found_in_the_pack(town):
    _, _, checked = town("0 500, 500 500", "500.01 500, 1000 500", recipe="join_ends_m = 0\n")
    assert warned(checked, "1 places where ends of streets lie less than 0.05 m apart and are not joined")
    assert warned(checked, "at 70500.00 168500.00")


def test_streets_that_no_mode_shares_need_not_meet(town):
    _, told, checked = town(MAIN, ACROSS, cycle_forward=[False, True], cycle_backward=False, walk=[True, False])
    assert not any("places where streets" in message for _, message in [*told, *checked])


def test_a_street_that_no_one_may_cycle_is_told(town):
    _, _, checked = town(MAIN, cycle_forward=False, cycle_backward=False)
    assert warned(checked, "by bicycle: streets: none of the 1 streets may be used by mode 'cycle'")


def test_ids_of_pieces_never_meet_an_id_of_the_file(town):
    city, _, _ = town(MAIN, ACROSS, "0 0, 100 0", recipe="noded = false\n", street_id=["s", "t", "s-1"])
    assert city.streets["street_id"].is_unique


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("join_ends_m = 50\n", "join_ends_m"),
        ("join_ends_m = -1\n", "join_ends_m"),
        ('noded = "no"\n', "noded"),
        ("join_end_m = 1\n", "did you mean join_ends_m"),
    ],
)
def test_keys_that_say_something_else_are_refused(town, line, message):
    with pytest.raises(DataError, match=message):
        town(MAIN, recipe=line)


def test_only_streets_are_noded(town):
    with pytest.raises(DataError, match="noded may be said of streets, not of buildings"):
        town(MAIN, recipe='[layers.buildings]\nreader = "vector"\nfile = "areas.gpkg"\nnoded = true\n')


def test_tags_of_amenities_are_kept_as_json_or_refused_with_their_row(town, tmp_path):
    table = '[layers.amenities]\nreader = "table-points"\nfile = "places.csv"\nx = "x"\ny = "y"\ncrs = "EPSG:31370"\n'
    head, place = "amenity_id;category;x;y;tags\n", "shop=bakery;70010;168010;"
    cells = ["shop=>bakery", "{'shop': 'bakery'}", '"{""shop"": ""bakery""}"', ""]
    rows = [f"{number};{place}{cell}\n" for number, cell in enumerate(cells)]
    (tmp_path / "files" / "places.csv").write_text(head + "".join(rows))
    city, _, _ = town(MAIN, recipe=table)
    assert city.amenities["tags"].tolist() == ['{"shop": "bakery"}'] * 3 + ["{}"]
    (tmp_path / "files" / "places.csv").write_text(head + "".join(rows) + f"9;{place}shop is bakery\n")
    with pytest.raises(DataError, match=r"places\.csv, column tags: 'shop is bakery' in row 6 is not tags"):
        town(MAIN, recipe=table)


def test_a_column_of_levels_that_are_missing_or_numbers_is_read():
    streets = gpd.GeoDataFrame({"layer": ["1", None, float("nan"), 0]}, geometry=lines_of(*["0 0, 1 1"] * 4))
    assert levels(streets).tolist() == [1, 0, 0, 0]
    for strings in ("object", "string"):
        texts = gpd.GeoDataFrame({"layer": ["-1", None]}, geometry=lines_of("0 0, 1 1", "0 0, 1 0")).astype(
            {"layer": strings}
        )
        assert levels(texts).tolist() == [-1, 0]
