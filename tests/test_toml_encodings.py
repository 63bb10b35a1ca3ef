"""TOML files as Excel and Notepad save them: a byte order mark is read over, UTF-16 is one clear error."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import small_town

import kortrijk_geo
from kortrijk_geo.capacity.ride import load_transit_rules
from kortrijk_geo.capacity.rules import CandidateRules, CatchmentRules
from kortrijk_geo.childcare.rules import Forecast, Norms
from kortrijk_geo.desk.settings import DeskRules
from kortrijk_geo.errors import DataError
from kortrijk_geo.housing.norms import read_norms as read_housing_norms
from kortrijk_geo.ingest import landcover_rules, osm_rules
from kortrijk_geo.ingest.recipe_parts import load_catalog, load_recipe
from kortrijk_geo.mapping.tiles import load_tiles
from kortrijk_geo.pack.childcare import ChildcareLimits
from kortrijk_geo.pack.files import read_info
from kortrijk_geo.pack.wijk_codes import read_wijk_codes
from kortrijk_geo.premium.address import load_geocoder
from kortrijk_geo.premium.answers import AnswerWords, read_answers
from kortrijk_geo.premium.border import BorderRules
from kortrijk_geo.premium.rulebooks import read_rulebook
from kortrijk_geo.profile.rules import load_rules as load_profile
from kortrijk_geo.reach.rules import load_categories, load_settings
from kortrijk_geo.rules import read_rules
from kortrijk_geo.services.rules import load_forecast, load_services
from kortrijk_geo.sites.rules import load_settings as load_site_settings
from kortrijk_geo.sites.rules import load_uses
from kortrijk_geo.targets.rules import load_targets
from kortrijk_geo.trees.rules import load_need
from kortrijk_geo.trees.rules import load_rules as load_trees
from kortrijk_geo.unsealing.curve_numbers import load_curve_numbers
from kortrijk_geo.unsealing.rules import load_costs, load_criteria, load_regulation
from kortrijk_geo.unsealing.rules import load_rules as load_unsealing

PACKAGE = Path(kortrijk_geo.__file__).parent
Read = Callable[[Path], Any]
OURS: dict[str, Read] = {
    "capacity/candidates.toml": partial(read_rules, CandidateRules),
    "childcare/catchment.toml": partial(read_rules, CatchmentRules),
    "childcare/forecast.toml": partial(read_rules, Forecast),
    "pack/childcare.toml": partial(read_rules, ChildcareLimits),
    "premium/answers.toml": partial(read_rules, AnswerWords),
    "premium/border.toml": partial(read_rules, BorderRules),
    "premium/geocoder.toml": load_geocoder,
    "childcare/norms.toml": partial(read_rules, Norms),
    "desk/desk.toml": partial(read_rules, DeskRules),
    "premium/books/2021-10-12.toml": read_rulebook,
    "housing/norms.toml": read_housing_norms,
    "pack/wijk_codes.toml": read_wijk_codes,
    "ingest/landcover.toml": landcover_rules.load_rules,
    "ingest/osm_tags.toml": osm_rules.load_rules,
    "profile/profile.toml": load_profile,
    "reach/categories.toml": load_categories,
    "reach/settings.toml": load_settings,
    "services/forecast.toml": load_forecast,
    "services/services.toml": load_services,
    "sites/settings.toml": load_site_settings,
    "sites/uses.toml": load_uses,
    "capacity/transit.toml": load_transit_rules,
    "targets/targets.toml": load_targets,
    "trees/need.toml": load_need,
    "trees/rules.toml": load_trees,
    "unsealing/costs.toml": load_costs,
    "unsealing/criteria.toml": load_criteria,
    "unsealing/curve_numbers.toml": load_curve_numbers,
    "unsealing/regulation.toml": load_regulation,
    "unsealing/rules.toml": load_unsealing,
}
RECIPE = """
name = "Café-dorp"
crs = "EPSG:31370"
[study_area]
of = "areas"
[layers.areas]
reader = "vector"
file = "areas.gpkg"
source = "s"
licence = "CC0"
reference_date = 2025-01-01
columns = { area_id = "code", name = "naam" }
"""
TILES = """
[own]
label = "Eigen kaart, één"
url = "https://tiles.example/{z}/{x}/{y}.png"
attribution = "ons"
licence = "CC0"
most_zoom = 19
referrer = "no-referrer"
source = "ons"
date = "2026"
standing = "adopted"
"""
OTHERS: dict[str, tuple[str, Read]] = {
    "answers": ('legal_form = "één"\n', read_answers),
    "catalogue": ('[osm]\ntitle = "één"\nsource = "OpenStreetMap"\n', load_catalog),
    "recipe": (RECIPE, load_recipe),
    "tiles": (TILES, load_tiles),
}
KINDS = [
    *(pytest.param((PACKAGE / name).read_text(encoding="utf-8"), read, id=name) for name, read in OURS.items()),
    *(pytest.param(text, read, id=name) for name, (text, read) in OTHERS.items()),
]


def test_no_file_of_rules_is_left_out() -> None:
    """The other files of the package are no user's and have no reader of a path."""
    shipped = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.toml")}
    alike = {
        "reach/bruno2024.toml",
        "reach/city_places.toml",
        *(name for name in shipped if name.startswith(("premium/books/", "premium/examples/"))),
    }
    fixed = {name for name in shipped if name.startswith("demo/")}
    fixed |= {"mapping/tiles.toml", "mapping/ramps.toml", "pack/addresses.toml"}
    fixed |= {"ingest/adding.toml", "ingest/aliases.toml", "ingest/findings.toml", "ingest/table_limits.toml"}
    fixed |= {
        "atlas/indicators.toml",
        "atlas/wanted.toml",
        "pack/gate.toml",
        "rules/coverage.toml",
        "rules/method_changes.toml",
    }
    fixed |= {name for name in shipped if name.endswith("/option_labels.toml")}
    assert shipped - alike - fixed == set(OURS) - alike


@pytest.mark.parametrize(("text", "read"), KINDS)
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, text: str, read: Read) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    plain = repr(read(path))
    getattr(read, "cache_clear", lambda: None)()
    path.write_text(text, encoding="utf-8-sig")
    marked = read(path)
    if read is read_rulebook:  # it keeps the digest of its bytes
        assert marked.id in plain
    else:
        assert repr(marked) == plain


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("text", "read"), KINDS)
def test_utf_16_is_one_clear_error(tmp_path: Path, text: str, read: Read, encoding: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding=encoding)
    with pytest.raises(DataError, match=r"own\.toml: is (not (text in UTF-8|TOML)|geen (tekst in UTF-8|TOML))"):
        read(path)


def test_a_pack_that_was_opened_in_notepad_is_still_one(tmp_path: Path) -> None:
    city = small_town.write_town(tmp_path, without=("land_cover", "green_cover", "surface_temperature", "soil_group"))
    description = city.folder / "pack.toml"
    text = description.read_text(encoding="utf-8")
    description.write_text(text, encoding="utf-8-sig")
    assert read_info(city.folder) == city.info
    description.write_text(text, encoding="utf-16")
    with pytest.raises(DataError, match=r"pack\.toml: is not text in UTF-8"):
        read_info(city.folder)
