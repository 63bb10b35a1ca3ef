"""A site with few people within reach tells no ages, and no count of few in any file."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import site_town
from hypothesis import given
from hypothesis import strategies as st
from tiny_city import point

import kortrijk_geo as kg
from kortrijk_geo.atlas.writing import write_atlas
from kortrijk_geo.sites.people import GROUPS
from kortrijk_geo.sites.privacy import without_few, without_few_of_areas

LEAST = 10
PARTS = ("", "overlap_", "loss_")


@st.composite
def rows(draw: st.DrawFn) -> gpd.GeoDataFrame:
    """A site whose inhabitants and ages are split in any way."""
    row: dict[str, list[float | str | None]] = {"remark": [None], "lacking_people_walk": [draw(st.integers(0, 30))]}
    row |= {"most_lacked_walk": ["sport"], "most_lacked_label_walk": ["sport"]}
    for group in GROUPS:
        overlap, loss = draw(st.floats(0, 40)), draw(st.floats(0, 40))
        row |= {f"{group}_walk": [overlap + loss], f"overlap_{group}_walk": [overlap], f"loss_{group}_walk": [loss]}
    return gpd.GeoDataFrame(row, geometry=[point(0, 0)])


@given(rows())
def test_no_count_of_few_is_published_or_follows_from_others(site: gpd.GeoDataFrame) -> None:
    public, _ = without_few(site, ["walk"], LEAST)
    row = public.iloc[0]
    for group in GROUPS:
        reach, overlap, loss = (row[f"{part}{group}_walk"] for part in PARTS)
        for count in (reach, overlap, loss):
            assert np.isnan(count) or count == 0 or count >= LEAST
            assert np.isnan(count) or count % 10 == 0
        # One of the two alone would tell the other.
        assert np.isnan(overlap) == np.isnan(loss)
        assert np.isnan(overlap) or overlap + loss == reach
        if 0 < site.iloc[0]["people_walk"] < LEAST - 0.5:
            assert np.isnan(reach)
            assert np.isnan(row["lacking_people_walk"])
    lacking = row["lacking_people_walk"]
    assert np.isnan(lacking) or lacking == 0 or lacking >= LEAST


COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6)


@given(COUNTS)
def test_no_few_of_an_area_are_published_or_follow_from_the_city(counts: list[tuple[int, int]]) -> None:
    have, lack = np.array(counts, dtype="float64").T
    people = have + lack
    share = np.divide(have, people, out=np.full(len(people), np.nan), where=people > 0)
    frame = pd.DataFrame({"population": people, "share_x": share, "people_without_x": lack})
    total = float(people.sum())
    whole = {
        "population": total, "share_x": have.sum() / total if total else np.nan,
        "people_without_x": float(lack.sum()),
    }  # fmt: skip
    public, city, _ = without_few_of_areas(frame, whole, [("share_x", "people_without_x", None)], LEAST)
    hidden = public["people_without_x"].isna().to_numpy()
    assert (public["share_x"].isna() == (hidden | (people == 0))).all()
    for part in (lack, have):
        assert not ((part[~hidden] > 0) & (part[~hidden] < LEAST)).any()
        if hidden.any() and not np.isnan(city["people_without_x"]):
            left = part.sum() - part[~hidden].sum()
            assert left == 0 or left >= LEAST
            assert (part[hidden] > 0).sum() != 1 or part[hidden].max() >= LEAST


def test_sites_side_by_side_tell_no_home_and_the_result_itself_is_whole(tmp_path: Path) -> None:
    city = site_town.town(tmp_path, ("next", point(25, 90), "kerk"))
    exact = kg.sites.analyse(city, **site_town.WALK)
    public = exact.published()
    counts = [f"{part}people_{mode}" for part in PARTS for mode in ("walk", "cycle")]
    shown, full = (result.layers["city_sites"][counts].to_numpy("float64") for result in (public, exact))
    assert (shown[np.isfinite(shown)] % 10 == 0).all()
    assert (full[np.isfinite(full)] % 10 != 0).any()
    assert public.headline("largest_loss_walk").value % 10 == 0
    assert public.to_json()["city"]["largest_loss_walk"] % 10 == 0
    assert [use["lose_together_walk"] for use in exact.to_json()["uses"] if use["lose_together_walk"]] == [
        use for use in public.uses["lose_together_walk"] if use and use > 0
    ]
    assert public.published().notes == public.notes


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> kg.City:
    """A town in which one home of four lives near the library in the west, and nobody else."""
    city = site_town.town(tmp_path_factory.mktemp("lonely"))
    homes = city.homes.copy()
    counts = [name for name in homes.columns if name.startswith(("residents", "children", "age_"))]
    homes.loc[1:6, counts] = 0.0
    homes.loc[0, counts] = 1.0
    homes.loc[0, "residents"] = 6.0
    # The other layers count the same people: a difference would make every figure unknown.
    sums = homes.groupby("area_id")[counts].sum().rename(columns={"residents": "population"})
    areas = city.areas.assign(**{name: city.areas["area_id"].map(sums[name]) for name in sums})
    subareas = city.subareas.assign(**{name: city.subareas["parent_id"].map(sums[name]) for name in sums})
    return city.replace(homes=homes, areas=areas, subareas=subareas, boundary=city.boundary.assign(**sums.sum()))


def test_no_file_tells_of_few_people(lonely: kg.City, tmp_path: Path) -> None:
    options = {"walk_m_per_min": 80.0, "minutes": 2, "modes": ("walk",)}
    exact = kg.sites.analyse(lonely, **options).layers["city_sites"].set_index("site_id").loc["west"]
    assert (exact["people_walk"], exact["children_walk"]) == (6.0, 4.0)
    report = write_atlas(lonely, tmp_path, only=("sites",), options={"sites": options})
    assert report.ok
    west = (
        pyogrio.read_dataframe(tmp_path / "stadspatrimonium.gpkg", layer="city_sites").set_index("site_id").loc["west"]
    )
    ages = [f"{part}{group}_walk" for part in PARTS for group in GROUPS]
    assert west[ages].isna().all()
    assert "minder dan 10 inwoners binnen bereik te voet" in west["remark"]
    (page,) = json.loads((tmp_path / "atlas.json").read_text(encoding="utf-8"))["pages"]
    assert "sites" not in page["result"]  # hundreds of rows are no matter for an index
    records = kg.sites.analyse(lonely, **options).site_records()
    (site,) = [each for each in records if each["site_id"] == "west"]
    assert {site[name] for name in ages} == {None}
    sheet = openpyxl.load_workbook(tmp_path / "stadspatrimonium.xlsx")["Plekken"]
    (line,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Plek west"]
    assert not [cell for cell in line if isinstance(cell, (int, float)) and 0 < cell < LEAST]
    assert any("minder dan 10 mensen" in note for note in page["result"]["notes"])
    homes = {layer for layer, _ in pyogrio.list_layers(tmp_path / "stadspatrimonium.gpkg")}
    assert "homes" not in homes
