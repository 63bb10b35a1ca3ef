"""A run of the monitor: what the themes measured, what was published, what earlier runs found."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from workbook import sheet_rows

from kortrijk_geo.errors import DataError, OptionError
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import Figure, Source, ThemeResult
from kortrijk_geo.targets import MonitorResult, TargetState, monitor, read_history, write_history, write_targets
from kortrijk_geo.targets.page import targets_html

Make = Callable[..., ThemeResult]
FILES = ["doelen.html", "doelen.xlsx", "doelen.json", "doelen_historiek.json"]


def _state(found: MonitorResult, key: str) -> TargetState:
    return next(state for state in found.states if state.target.key == key)


def test_a_target_has_the_figure_of_its_theme(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    found = monitor({"childcare": childcare}, on=on, targets=targets_file)
    rate, more = _state(found, "rate"), _state(found, "more_places")
    assert (rate.now.value, rate.now.date, rate.origin, rate.synthetic) == (57.0, on, "measured", False)
    assert rate.progress.gap == 3
    assert rate.progress.pace_so_far == pytest.approx(1.4, rel=1e-3)
    assert (more.now.value, more.progress.gap) == (60.0, 40.0)  # 1,060 places are 60 more than 1,000
    assert more.progress.pace_needed == pytest.approx(8, rel=1e-3)


def test_a_bound_is_no_figure_to_hold_against_the_goal(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    rate = Figure("places_per_100_children", "Plaatsen", None, "per 100", 60, low=61.0, high=70.0, reason="reden")
    bounded = replace(childcare, city={**childcare.city, rate.key: math.nan}, headlines=[rate])
    state = _state(monitor({"childcare": bounded}, on=on, targets=targets_file), "rate")
    assert (state.progress.gap, state.progress.status) == (None, "onbekend")
    assert "Wel bekend: tussen 61 en 70 per 100 (reden)." in state.remarks


def test_a_figure_of_a_part_says_so(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    part = Figure("places_per_100_children", "Plaatsen", 57.0, "per 100", 60, known_share=0.6, known_of="kinderen")
    found = monitor({"childcare": replace(childcare, headlines=[part])}, on=on, targets=targets_file)
    assert "Het cijfer is van 60 % van de kinderen." in _state(found, "rate").remarks
    figure = next(one for one in found.headlines if one.key == "rate")
    assert (figure.known_share, figure.known_of) == (0.6, "kinderen")


def test_areas_have_figures_and_unknown_is_not_nought(childcare: ThemeResult, targets_file: Path, on: dt.date) -> None:
    found = monitor({"childcare": childcare}, on=on, targets=targets_file)
    rate = {area.name: (area.value, area.gap, area.reached) for area in _state(found, "rate").areas}
    assert rate == {"Noord": (70.0, -10.0, True), "Zuid": (44.0, 16.0, False), "Oost": (None, None, None)}
    places = [(area.value, area.reached) for area in _state(found, "more_places").areas]
    assert places == [(700.0, None), (300.0, None), (60.0, None)]  # the goal is the city's alone
    assert found.area_rows()[2] == {"area_id": "C", "name": "Oost", "places_per_100_children": None, "places": 60.0}


def test_what_no_theme_measures_has_its_latest_published_figure(targets_file: Path) -> None:
    found = monitor({}, on=dt.date(2026, 1, 1), targets=targets_file)
    emission = _state(found, "emission")
    assert (emission.now.value, emission.now.date, emission.origin) == (0.8, dt.date(2015, 12, 31), "published")
    assert emission.progress.status == "op schema"
    assert "Dit instrument meet dit niet. Dit is het laatst gepubliceerde cijfer." in emission.remarks
    before = _state(monitor({}, on=dt.date(2014, 1, 1), targets=targets_file), "emission")
    assert (before.now, before.origin) == (None, "unknown")  # nobody knew in 2014 what was published of 2015


def test_a_count_that_nobody_made_is_unknown_though_it_began_at_nought(targets_file: Path, on: dt.date) -> None:
    trees = _state(monitor({}, on=on, targets=targets_file), "trees_planted")
    assert (trees.now, trees.progress.gap, trees.progress.status) == (None, None, "onbekend")
    assert trees.progress.pace_planned == pytest.approx(1000, rel=1e-3)


def test_what_a_map_finds_room_for_stands_beside_the_goal(make_result: Make, targets_file: Path, on: dt.date) -> None:
    def trees(city: dict[str, float]) -> TargetState:
        return _state(monitor({"trees": make_result("trees", city)}, on=on, targets=targets_file), "trees_planted")

    assert (trees({"tree_sites": 9000}).possible, trees({"tree_sites": 9000}).now) == (9000.0, None)
    assert trees({"tree_sites": math.nan}).possible is None
    assert "De plantplaatsen kent het pakket niet." in trees({"tree_sites": math.nan}).remarks
    assert "De plantplaatsen staan niet in de berekening van bomen." in trees({}).remarks


def test_a_theme_that_does_not_know_makes_the_target_unknown(
    make_result: Make, targets_file: Path, on: dt.date
) -> None:
    found = monitor(
        {"childcare": make_result("childcare", {"places_per_100_children": math.nan})}, on=on, targets=targets_file
    )
    assert _state(found, "rate").now is None
    assert "Het stadspakket kent het cijfer niet (kinderopvang)." in _state(found, "rate").remarks
    assert "De berekening van kinderopvang heeft het cijfer places niet." in _state(found, "more_places").remarks
    assert _state(found, "near").remarks[0] == "De berekening van bereik hoorde niet bij deze run."


def test_a_headline_serves_where_the_city_row_lacks_the_figure(
    make_result: Make, targets_file: Path, on: dt.date
) -> None:
    result = make_result("reach", {}, headlines=[Figure("share_all_walk_15", "x", 0.45, "aandeel")])
    near = _state(monitor({"reach": result}, on=on, targets=targets_file), "near")
    assert near.now.value == 0.45
    assert "De stad noemt geen getal als doel." in near.remarks


def test_the_day_of_a_figure_is_told_or_that_of_its_data(make_result: Make, targets_file: Path, on: dt.date) -> None:
    silent = make_result(
        "reach",
        {"share_all_walk_15": 0.4},
        options={},
        sources=[
            Source("Woningen", "2023-12-31", "CC0"), Source("Straten", "2024-06-30", "ODbL"),
            Source("Groen", "2025", "CC0"), Source("Norm", "2025-05-01"),
        ],
    )  # fmt: skip
    told = monitor({"reach": silent}, on=on, targets=targets_file, measured_on={"reach": dt.date(2024, 6, 1)})
    assert _state(told, "near").now.date == dt.date(2024, 6, 1)
    found = monitor({"reach": silent}, on=on, targets=targets_file)
    assert _state(found, "near").now.date == dt.date(2024, 6, 30)
    assert found.runs[-1].figures["near"].date == dt.date(2024, 6, 30)
    assert not told.notes
    assert not found.notes
    silent.sources = [Source("Eigen bestand", "2024-02-29")]
    assert _state(monitor({"reach": silent}, on=on, targets=targets_file), "near").now.date == dt.date(2024, 2, 29)


def test_a_figure_of_no_known_day_has_no_pace_and_no_place_in_the_history(
    make_result: Make, targets_file: Path, on: dt.date
) -> None:
    result = make_result("childcare", {"places_per_100_children": 57.0}, options={}, sources=[Source("x", "2024", "y")])
    found = monitor({"childcare": result}, on=on, targets=targets_file)
    rate = _state(found, "rate")
    assert (rate.now.value, rate.now.date, rate.origin, rate.progress.gap) == (57.0, None, "measured", 3.0)
    assert (rate.progress.pace_so_far, rate.progress.status) == (None, "onbekend")
    assert rate.progress.pace_needed == pytest.approx(0.6, rel=1e-3)
    assert rate.remarks == ("Van welke dag het cijfer is, is niet bekend: er is geen tempo te berekenen.",)
    assert "Van kinderopvang is niet bekend van welke dag de gegevens zijn" in found.notes[0]
    assert rate.record()["now_date"] is None
    assert (rate.trend, found.runs[-1].figures) == ((), {})


@pytest.mark.parametrize("day", ["2020-12-31", "2019-12-31"])
def test_a_figure_that_is_not_of_after_the_baseline_has_no_pace(
    make_result: Make, targets_file: Path, on: dt.date, day: str
) -> None:
    result = make_result("childcare", {"places_per_100_children": 49.9999}, options={"on": day})
    rate = _state(monitor({"childcare": result}, on=on, targets=targets_file), "rate")
    assert (rate.progress.pace_so_far, rate.progress.status) == (None, "onbekend")
    assert rate.remarks == ("Het cijfer is niet van na het vertrekpunt: er is nog geen tempo te berekenen.",)


def test_a_rerun_on_the_same_data_adds_no_figure(make_result: Make, targets_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "h.json"
    result = make_result("reach", {"share_all_walk_15": 0.4}, options={})
    for day in (dt.date(2026, 1, 1), dt.date(2026, 11, 26), dt.date(2027, 11, 26)):
        found = monitor({"reach": result}, on=day, targets=targets_file, history=path)
        write_history(found.runs, path)
        near = _state(found, "near")
        assert [(point.date, point.value) for point in near.trend] == [(dt.date(2024, 12, 31), 0.4)]
        assert near.progress.pace_so_far is None
    assert {run.figures["near"].date for run in read_history(path)} == {dt.date(2024, 12, 31)}


def test_figures_of_an_invented_city_say_so(make_result: Make, targets_file: Path, on: dt.date) -> None:
    demo = make_result("childcare", {"places_per_100_children": 57.0}, synthetic=True)
    found = monitor({"childcare": demo}, on=on, targets=targets_file)
    assert [state.target.key for state in found.states if state.synthetic] == ["rate"]
    assert "fictief stadspakket" in found.notes[0]
    assert not _state(found, "emission").synthetic  # published, and real


def test_results_that_do_not_belong_together_are_refused(
    childcare: ThemeResult, make_result: Make, targets_file: Path, on: dt.date
) -> None:
    other = make_result("reach", {}, pack_digest="other")
    with pytest.raises(DataError, match="of several packs"):
        monitor({"childcare": childcare, "reach": other}, on=on, targets=targets_file)
    with pytest.raises(OptionError, match="under 'reach' is one of theme 'childcare'"):
        monitor({"reach": childcare}, on=on, targets=targets_file)
    with pytest.raises(DataError, match=r"those of Voorbeeldstad \(NIS code 12345\), the pack is of 34022"):
        monitor({"childcare": childcare}, on=on, targets=targets_file, nis_code="34022")


def test_the_history_shows_the_trend_and_a_day_replaces_itself(
    make_result: Make, targets_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "out" / "doelen_historiek.json"

    def run(day: dt.date, share: float, pack: str = "Voorbeeldpakket") -> TargetState:
        result = make_result("reach", {"share_all_walk_15": share}, options={"on": day.isoformat()}, pack=pack)
        found = monitor({"reach": result}, on=day, targets=targets_file, history=path)
        write_history(found.runs, path)
        return _state(found, "near")

    first = run(dt.date(2024, 1, 1), 0.40)
    assert first.progress.pace_so_far is None
    run(dt.date(2025, 1, 1), 0.99)
    run(dt.date(2025, 1, 1), 0.42)  # the same day again: 0.99 is gone
    run(dt.date(2025, 1, 1), 0.10, pack="Andere stad")  # no part of this trend
    last = run(dt.date(2026, 1, 1), 0.46)
    assert [(point.date.year, point.value) for point in last.trend] == [(2024, 0.40), (2025, 0.42), (2026, 0.46)]
    assert last.progress.pace_so_far == pytest.approx(0.03, rel=1e-2)
    assert last.progress.pace_since.date == dt.date(2024, 1, 1)
    assert [(run.on.year, run.pack) for run in read_history(path)] == [
        (2024, "Voorbeeldpakket"), (2025, "Andere stad"), (2025, "Voorbeeldpakket"), (2026, "Voorbeeldpakket"),
    ]  # fmt: skip


def test_the_history_keeps_the_figure_itself_and_unknown_as_unknown(
    childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date
) -> None:
    childcare.city["places_per_100_children"] = math.nan
    found = monitor({"childcare": childcare}, on=on, targets=targets_file, history=tmp_path / "none.json")
    write_targets(found, tmp_path / "out")
    document = json.loads((tmp_path / "out" / "doelen_historiek.json").read_text())
    assert document["runs"][0]["figures"] == {
        "rate": {"date": "2025-12-31", "value": None},
        "more_places": {"date": "2025-12-31", "value": 1060.0},
    }


def _history(figures: str, on: str = '"2025-01-01"', pack: str = '"a"') -> str:
    run = f'{{"on": {on}, "pack": {pack}, "pack_digest": "", "synthetic": false, "figures": {figures}}}'
    return f'{{"version": 1, "runs": [{run}]}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"version": 1}',
        '{"version": 2, "runs": []}',
        _history("{}", on='"gisteren"'),
        _history("{}", pack="3"),
        _history("[]"),
        _history('{"rate": {"date": "2025-01-01", "value": NaN}}'),
        _history('{"rate": {"date": "2025-01-01", "value": 1e999}}'),
        _history('{"rate": {"date": "2025-01-01", "value": "veel"}}'),
        "\udcff",
    ],
)
def test_a_broken_history_is_named_and_left_alone(targets_file: Path, tmp_path: Path, on: dt.date, text: str) -> None:
    path = tmp_path / "doelen_historiek.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=r"doelen_historiek\.json: is no history of targets"):
        monitor({}, on=on, targets=targets_file, history=path)
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_a_day_of_a_pack_stands_once_in_a_history(tmp_path: Path) -> None:
    run = {"on": "2025-01-01", "pack": "a", "pack_digest": "", "synthetic": False, "figures": {}}
    path = tmp_path / "h.json"
    path.write_text(json.dumps({"version": 1, "runs": [run, run]}))
    with pytest.raises(DataError, match="holds a day of a pack twice"):
        read_history(path)


def test_json_and_workbook_hold_the_same_figures(
    childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date
) -> None:
    found = monitor({"childcare": childcare}, on=on, targets=targets_file)
    assert write_targets(found, tmp_path) == FILES
    document = json.loads((tmp_path / "doelen.json").read_text())
    assert document["theme"] == "targets"
    assert document["city"]["rate"] == 57.0
    assert document["city"]["trees_planted"] is None
    assert [figure["key"] for figure in document["headlines"][-2:]] == ["rate", "more_places"]
    promised = [target for target in document["targets"] if target["goal"] is not None]
    assert sum(f["value"] for f in document["headlines"][:5]) == len(promised) == 4
    assert len(document["targets"]) == 5, "the one without a number is told, and is not among the goals counted"
    assert document["headlines"][0]["label"] == "Doelen gehaald (van 4 met een getal)"
    book = openpyxl.load_workbook(tmp_path / "doelen.xlsx")
    assert book.sheetnames == ["Doelen", "Gebieden", "Verloop", "Bronnen", "Opmerkingen", "Kolommen"]
    for cells, target in zip(sheet_rows(tmp_path / "doelen.xlsx", "Doelen"), document["targets"], strict=True):
        assert [cells[key] for key in ("direction", "kind", "now_from")] == [
            target[key] for key in ("direction", "kind", "now_from")
        ]
        for key in ("goal", "now", "gap", "pace_needed_per_year", "pace_so_far_per_year", "on_track"):
            assert cells[key] == (pytest.approx(target[key], rel=1e-12) if target[key] is not None else None)
    assert [row[2] for row in book["Gebieden"].iter_rows(min_row=2, values_only=True)] == [70, 44, None]
    book.close()


def test_the_workbook_speaks_dutch_and_explains_every_column(
    childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date
) -> None:
    found = monitor({"childcare": childcare}, on=on, targets=targets_file)
    write_targets(found, tmp_path)
    book = openpyxl.load_workbook(tmp_path / "doelen.xlsx")
    _, *explained = book["Kolommen"].iter_rows(values_only=True)
    told = {(row[4], row[3]) for row in explained}
    for sheet in ("Doelen", "Gebieden", "Verloop"):
        heads = [cell.value for cell in book[sheet][1]]
        assert {(sheet, head) for head in heads} <= told
        assert not set(heads) & {*found.states[0].record(), "area_id", "published"}, "a head is a name of the data"
    words = {cell.value for row in book["Doelen"].iter_rows(min_row=2, min_col=5) for cell in row}
    assert words & {"minstens", "gemeten"}
    assert not words & {"at_least", "reduce", "level", "change", "adopted", "aim", "measured", "unknown"}
    book.close()


def test_equal_runs_give_equal_files(childcare: ThemeResult, targets_file: Path, tmp_path: Path, on: dt.date) -> None:
    for name in ("one", "two"):
        write_targets(monitor({"childcare": childcare}, on=on, targets=targets_file), tmp_path / name)
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_the_demo_is_measured_against_kortrijks_own_targets(demo: City, make_result: Make) -> None:
    import kortrijk_geo as kg

    results = {"reach": kg.reach.analyse(demo)}
    found = monitor(results, on=dt.date(2026, 7, 1), nis_code=demo.info.nis_code)
    near = _state(found, "within_15_minutes_walk")
    assert near.now.value == results["reach"].city["share_all_walk_15"]
    assert near.synthetic
    assert near.now.date == dt.date(2024, 12, 31)  # the day of the pack, not of the run
    assert len(near.areas) == 14
    co2 = _state(found, "co2_of_2005")
    assert co2.progress.pace_so_far == pytest.approx(0.0617 / 16, rel=1e-3)
    assert co2.progress.status == "achter op schema"
    childcare = _state(found, "childcare_places_per_100")
    assert (childcare.now.value, childcare.origin, childcare.synthetic) == (57.9, "published", False)


def test_a_number_to_compare_with_is_no_goal_to_reach(make_result: Make, targets_file: Path, on: dt.date) -> None:
    text = targets_file.read_text(encoding="utf-8")
    compared = targets_file.with_name("vergeleken.toml")
    compared.write_text(text.replace("goal = 60\n", 'goal = 60\nkind = "comparison"\n', 1), encoding="utf-8")
    result = make_result("childcare", {"places_per_100_children": 57.0, "places": 1100.0})
    found = monitor({"childcare": result}, on=on, targets=compared)
    rate = _state(found, "rate")
    assert (rate.now.value, rate.progress.gap, rate.progress.status) == (57.0, None, "onbekend")
    assert "Dit is geen doel: het getal staat er ter vergelijking." in rate.remarks
    assert sum(found.counts().values()) == 3, "of five, one is compared and one has no number"
    page = targets_html(found)
    assert "Ter vergelijking: <b>" in page
    assert "geen doel" in page
