"""What options and methods define: two results that define a figure differently are told side by side, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import small_town

import kortrijk_geo as kg
from kortrijk_geo.atlas.comparison import Comparison, compare_cities
from kortrijk_geo.catalogue import measured, theme_module
from kortrijk_geo.mapping import MapSpec
from kortrijk_geo.mapping.compare import compare
from kortrijk_geo.mapping.options import option_labels
from kortrijk_geo.mapping.page import page_html
from kortrijk_geo.methods import changed_since, changes_of, method_changes, methods_of
from kortrijk_geo.pack.city import City
from kortrijk_geo.results import Source
from kortrijk_geo.targets.history import Measurement, Run, read_history, write_history
from kortrijk_geo.targets.measuring import definition_of, earlier_points, otherwise_defined
from kortrijk_geo.targets.rules import load_targets

# Say which day, plan or data is asked, what a page calls things, or follow from an option that does define: they make
# no other figure.
DEFINE_NOTHING = {
    "childcare": {"level", "norm_label", "reference_norm_label", "on"},
    "housing": {
        "level", "norm_label", "reference_norm_label", "table", "bandwidth_m", "extra_dwellings", "allocation",
        "cluster_permutations", "cluster_alpha", "cluster_seed",
    },
    "reach": {
        "categories", "category_keys", "category_labels", "modes", "minutes", "other_minutes", "categories_counted",
        "n_categories", "categories_without_data",
    },
    "services": {"kind", "kinds", "minutes", "neighbour_m", "core_people", "least_people"},
    "sites": {"modes", "few_people"},
    "trees": {"rule_sources", "size_labels", "bounds", "spot_weights", "target_hedge_m", "target_trees"},
    "unsealing": {
        "storms_mm", "target_m2", "target_m3", "budget_eur", "budget_m2", "benefit", "plan_rain_mm", "score_classes",
        "costs_known", "least_width_m", "least_pixels", "earlier", "earlier_date", "rules_file", "criteria_file",
        "costs_file", "regulation_file", "plan",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> City:
    return small_town.write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def results(town: City) -> dict[str, kg.ThemeResult]:
    return {theme: theme_module(theme).analyse(town) for theme in measured()}


def test_every_option_defines_a_figure_under_a_dutch_name_or_is_known_to_define_none(results) -> None:
    for theme, result in results.items():
        module = __import__(f"kortrijk_geo.{theme}.columns", fromlist=["DEFINED_BY"])
        defining = {option for options in module.DEFINED_BY.values() for option in options}
        known = option_labels(module.__file__)
        assert defining <= {*known.labels, *known.definitions}, theme
        assert set(result.options) <= defining | DEFINE_NOTHING[theme], theme


def test_a_figure_under_another_norm_keeps_its_own_label_and_is_not_subtracted(town: City) -> None:
    asked = Comparison("childcare", ("A", "B"), {"norm": 100.0}, {"norm": 250.0})
    spec = compare_cities(asked, town, town)
    figures = {figure.key: figure for figure in spec.result.headlines}
    assert figures["areas_below_norm"].label.startswith("Gebieden onder 250 ")
    assert figures["areas_below_norm_before"].label.startswith("Gebieden onder 100 ")
    under = {norm: kg.childcare.analyse(town, norm=norm).areas["below_norm"].sum() for norm in (100.0, 250.0)}
    assert figures["areas_below_norm"].value == under[250.0]
    assert figures["areas_below_norm_before"].value == under[100.0]
    assert under[100.0] < under[250.0]
    assert "areas_below_norm_change" not in figures
    # What no norm defines is subtracted as before.
    assert figures["places_per_100_children_change"].value == 0
    assert "shortage_places_change" not in spec.result.areas
    assert {"shortage_places", "shortage_places_before"} <= set(spec.result.areas)
    labels = spec.result.labels
    assert labels["shortage_places_before"].endswith("100: A")
    assert labels["shortage_places"].endswith("250: B")
    layer = next(layer for layer in spec.area_layers if layer.column == "shortage_places")
    assert layer.label.startswith("A: Tekort aan plaatsen tot ")
    assert " 100 / B: Tekort aan plaatsen tot " in layer.label
    why = next(note for note in spec.result.notes if note.startswith("Niet van elkaar afgetrokken"))
    assert "(A: Norm: 100; B: Norm: 250)" in why
    page = page_html(spec)
    assert f"A: {figures['areas_below_norm_before'].label.removesuffix(', A')}: {under[100.0]}" in page


@pytest.mark.parametrize(("few", "many"), [(10, 15), (1, 3)])
def test_an_analysis_within_fewer_minutes_stands_beside_one_within_more(town: City, few: int, many: int) -> None:
    asked = Comparison("reach", ("A", "B"), {"minutes": few, "proximity": False}, {"minutes": many, "proximity": False})
    spec = compare_cities(asked, town, town)
    old, new = (kg.reach.analyse(town, minutes=minutes, proximity=False).city for minutes in (few, many))
    city, figures = spec.result.city, {figure.key: figure for figure in spec.result.headlines}
    for kind in ("all", "pharmacy"):
        before, after = f"share_{kind}_walk_{few}", f"share_{kind}_walk_{many}"
        assert city[f"{before}_before"] == pytest.approx(old[before])
        assert city[after] == pytest.approx(new[after])
        assert f"{after}_change" not in city
        assert {f"{before}_before", after} <= set(spec.result.areas)
    assert few == 10 or old["share_pharmacy_walk_1"] < new["share_pharmacy_walk_3"]
    assert figures[f"share_all_walk_{few}_before"].value == pytest.approx(old[f"share_all_walk_{few}"])
    assert f"binnen {few} minuten" in figures[f"share_all_walk_{few}_before"].label
    assert f"binnen {many} minuten" in figures[f"share_all_walk_{many}"].label
    assert f"share_all_walk_{many}_change" not in figures
    assert any(f"A: hoogstens {few} minuten; B: hoogstens {many} minuten" in note for note in spec.result.notes)
    # A median has no limit of time: it is subtracted.
    assert spec.result.areas["median_minutes_all_walk_change"].dropna().eq(0).all()


def test_a_method_that_changed_is_told_and_is_no_trend(samples: ModuleType) -> None:
    def of(year: int) -> MapSpec:
        source = Source("Departement Omgeving, Jaarlijkse bodemafdekkingskaart", f"{year}-01-01", "gratis")
        result = samples.result(sources=[source])
        method = f"Kaart van de verharding: {methods_of([source])}"
        columns = [replace(c, definition=method) if c.name == "share_near" else c for c in result.columns]
        return samples.spec(replace(result, columns=columns))

    across = compare(of(2021), of(2024), names=("2021", "2024")).result
    assert "share_near_change" not in across.areas
    assert "places_per_100_change" in across.areas
    assert any(
        "(2021: Kaart van de verharding: JaarBAK, methode van voor 2023;"
        " 2024: Kaart van de verharding: JaarBAK, methode vanaf 2023)" in note
        for note in across.notes
    )
    for years in ((2015, 2021), (2023, 2024)):
        same = compare(of(years[0]), of(years[1]), names=("vroeger", "later")).result
        assert "share_near_change" in same.areas


def test_the_year_of_a_map_is_that_of_its_part_of_the_source() -> None:
    (jaarbak,) = method_changes()
    assert (jaarbak.label, jaarbak.first_year) == ("JaarBAK", 2023)
    two = Source("Departement Omgeving, Jaarlijkse bodemafdekkingskaart (2024-01-01); ANB (2021-01-01)", "2021-01-01")
    assert changes_of([two]) == {jaarbak: 2024}
    assert methods_of([Source("JaarBAK 2022")]) == "JaarBAK, methode van voor 2023"
    assert methods_of([Source("jaarbak")]).startswith("JaarBAK van een onbekend jaar")
    assert methods_of([Source("Digitaal Vlaanderen, Bodembedekkingskaart", "2024-01-01")]) == ""
    assert changed_since([two], 2021) == changed_since([two], None) == [jaarbak]
    assert changed_since([two], 2023) == changed_since([Source("JaarBAK 2022")], 2015) == []


def on_jaarbak(town: City, year: int) -> City:
    """The town with a land cover that says it is JaarBAK of this year."""
    record = replace(town.info.rasters["land_cover"], source="JaarBAK", reference_date=f"{year}-01-01")
    return City(town.folder, replace(town.info, rasters={**town.info.rasters, "land_cover": record}))


def test_an_earlier_map_of_another_method_tells_no_change(town: City) -> None:
    def change(year: int, earlier_date: str) -> tuple[float, list[str]]:
        earlier = {"earlier": town.raster("land_cover"), "earlier_date": earlier_date}
        result = kg.unsealing.analyse(on_jaarbak(town, year), **earlier)
        return result.city["sealed_change_m2"], [note for note in result.notes if "geen trend" in note]

    for year, earlier_date in ((2024, "2023-01-01"), (2022, "2015-01-01")):
        assert change(year, earlier_date) == (0.0, [])
    for earlier_date in ("2021-01-01", ""):
        value, notes = change(2024, earlier_date)
        assert np.isnan(value)
        assert len(notes) == 1
        assert "JaarBAK heeft vanaf 2023 een andere methode" in notes[0]


def test_a_measurement_by_another_method_is_no_part_of_the_history_of_a_target(town: City) -> None:
    target = next(target for target in load_targets().targets if target.measured is not None)
    result = kg.unsealing.analyse(on_jaarbak(town, 2024))
    column = target.measured.model_copy(update={"theme": "unsealing", "column": "sealed_share"})
    now = definition_of(column, result)
    assert now == "Kaart van de verharding: JaarBAK, methode vanaf 2023"
    before = "Kaart van de verharding: JaarBAK, methode van voor 2023"
    days = {dt.date(2022, 1, 1): before, dt.date(2023, 1, 1): now, dt.date(2024, 1, 1): ""}
    runs = [
        Run(day, "Kleinstad", "", False, {target.key: Measurement(day, 0.3, definition)})
        for day, definition in days.items()
    ]
    on = dt.date(2026, 1, 1)
    points = earlier_points(target, runs, on, now)
    assert [point.date.year for point in points] == [2023, 2024], "of an older file nobody knows what it counted"
    (remark,) = otherwise_defined(target, runs, on, now)
    assert f"anders bepaald ({before}; nu: {now})" in remark
    assert otherwise_defined(target, runs[1:], on, now) == []


def test_the_history_keeps_what_a_measurement_counted(tmp_path: Path) -> None:
    day = dt.date(2024, 1, 1)
    figures = {"a": Measurement(day, 0.3, "Kaart: JaarBAK, methode vanaf 2023"), "b": Measurement(day, 1.0)}
    runs = (Run(day, "Kleinstad", "", False, figures),)
    write_history(runs, tmp_path / "history.json")
    assert read_history(tmp_path / "history.json") == runs


def test_sealed_ground_of_two_methods_is_not_subtracted(town: City) -> None:
    spec = kg.compare(*(kg.unsealing.analyse(on_jaarbak(town, year)) for year in (2021, 2024)), names=("2021", "2024"))
    keys = {figure.key for figure in spec.result.headlines}
    assert {"sealed_share", "sealed_share_before"} <= keys
    assert "sealed_share_change" not in keys
    assert any("JaarBAK, methode van voor 2023" in note for note in spec.result.notes)


def test_what_a_definition_counts_is_called_by_its_word() -> None:
    from kortrijk_geo.mapping.definitions import _parts
    from kortrijk_geo.mapping.options import OptionLabels

    known = OptionLabels(labels={"distances": "Afstand (m),"}, words={"facade": "gevel"})
    assert _parts("distances", {"facade": 6, "own": 2}, known) == ["Afstand (m), gevel: 6", "Afstand (m), own: 2"]
