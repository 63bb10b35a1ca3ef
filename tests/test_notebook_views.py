"""What a researcher sees of a city and a result in a notebook: figures, remarks, and hostile names as text."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np

from kortrijk_geo.pack.city import open_city
from kortrijk_geo.pack.files import LayerRecord, PackInfo, write_pack
from kortrijk_geo.profile import ProfileResult


def test_a_result_shows_headlines_areas_and_remarks(samples: ModuleType) -> None:
    shown = samples.result(notes=["2 locaties zonder plaats"])._repr_html_()
    assert "DEMO: fictieve gegevens, niet voor beslissingen" in shown
    assert "<td><bdi>57,9 %</bdi></td><td><bdi>doel 60,0 %</bdi></td>" in shown
    assert "<td><bdi>onbekend</bdi></td><td><bdi>doel 3 plaatsen</bdi></td>" in shown
    assert "Wijk A0" in shown
    assert "2 locaties zonder plaats" in shown


def test_a_result_is_one_line_as_text(samples: ModuleType) -> None:
    # The text stands beside the table in a saved notebook: data in it, such as pictures, would make that file large.
    result = samples.result(3)
    assert repr(result) == "ThemeResult('sample', 'Voorbeeldstad', 3 areas, synthetic)"
    assert repr(ProfileResult(**vars(result))) == "ProfileResult('sample', 'Voorbeeldstad', 3 areas, synthetic)"


def test_what_a_result_leaves_out_is_said(samples: ModuleType) -> None:
    shown = samples.result(60)._repr_html_()
    assert shown.count("<tr>") == 2 + 4 + 20
    assert "40 gebieden" in shown


def test_an_unknown_figure_of_an_area_is_not_zero(samples: ModuleType) -> None:
    frame = samples.areas()
    frame["population"] = np.nan
    shown = samples.result(frame=frame)._repr_html_()
    assert shown.count("<bdi>onbekend</bdi>") >= len(frame)


def test_hostile_names_stay_text(samples: ModuleType) -> None:
    frame = samples.areas(len(samples.HOSTILE))
    frame["name"] = list(samples.HOSTILE)
    shown = samples.result(frame=frame, pack=samples.HOSTILE[0], notes=list(samples.HOSTILE))._repr_html_()
    assert "<img" not in shown
    assert "<script" not in shown
    assert "\u202e" not in shown


def test_a_city_shows_its_layers_with_their_sources(samples: ModuleType, tmp_path: Path) -> None:
    areas = samples.areas().reset_index()[["area_id", "name", "population", "geometry"]]
    boundary = areas.dissolve()[["geometry"]].assign(name="<b>Stad</b>")
    records = {
        "boundary": LayerRecord("Statbel", "2024-01-01", "CC0", synthetic=False),
        "areas": LayerRecord("<i>Stad</i>", "", "CC0", synthetic=True),
    }
    info = PackInfo(name="<b>Stad</b>", crs="EPSG:31370", nis_code="34022", layers=records)
    write_pack(tmp_path / "pack", info, {"boundary": boundary, "areas": areas})
    shown = open_city(tmp_path / "pack")._repr_html_()
    assert "34022" in shown
    assert "DEMO" in shown
    assert "&lt;i&gt;Stad" in shown
    assert "<b>Stad" not in shown
    assert "<td><bdi>Statbel</bdi></td><td><bdi>2024-01-01</bdi></td><td><bdi>nee</bdi></td>" in shown
    assert "<td><bdi>onbekend</bdi></td><td><bdi>ja</bdi></td>" in shown
