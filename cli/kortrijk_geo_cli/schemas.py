"""The files that users write, each with the model that reads it, and their JSON Schemas."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def models() -> dict[str, Any]:
    """Return the model of each file of rules, by the name of its schema: the theme and the file."""
    from kortrijk_geo.capacity.ride import TransitRules
    from kortrijk_geo.capacity.rules import CandidateRules, CatchmentRules
    from kortrijk_geo.childcare import rules as childcare
    from kortrijk_geo.desk.settings import DeskRules
    from kortrijk_geo.housing.norms import Norms
    from kortrijk_geo.ingest.landcover_rules import LandCoverRules
    from kortrijk_geo.ingest.osm_rules import TagRules
    from kortrijk_geo.ingest.recipe_parts import CatalogEntry
    from kortrijk_geo.mapping.tiles import Tiles
    from kortrijk_geo.pack.address_text import AddressRules
    from kortrijk_geo.pack.childcare import ChildcareLimits
    from kortrijk_geo.pack.wijk_codes import WijkCodes
    from kortrijk_geo.premium.address import Geocoder
    from kortrijk_geo.premium.answers import AnswerWords
    from kortrijk_geo.premium.border import BorderRules
    from kortrijk_geo.premium.form import RulebookFile
    from kortrijk_geo.profile.rules import ProfileRules
    from kortrijk_geo.reach.rules import CategorySet, Settings
    from kortrijk_geo.services.rules import Forecast as ServicesForecast
    from kortrijk_geo.services.rules import Services
    from kortrijk_geo.sites import rules as sites
    from kortrijk_geo.targets.rules import Targets
    from kortrijk_geo.trees.rules import NeedRules, PlantingRules
    from kortrijk_geo.unsealing import rules as unsealing
    from kortrijk_geo.unsealing.curve_numbers import CurveNumbers

    return {
        "capacity_candidates": CandidateRules,
        "catalog": dict[str, CatalogEntry],
        "childcare_catchment": CatchmentRules,
        "childcare_forecast": childcare.Forecast,
        "childcare_norms": childcare.Norms,
        "desk_desk": DeskRules,
        "housing_norms": Norms,
        "ingest_landcover": LandCoverRules,
        "ingest_osm_tags": TagRules,
        "mapping_tiles": dict[str, Tiles],
        "pack_addresses": AddressRules,
        "pack_childcare": ChildcareLimits,
        "pack_wijk_codes": WijkCodes,
        "premium_answers": AnswerWords,
        "premium_border": BorderRules,
        "premium_geocoder": Geocoder,
        "premium_rulebook": RulebookFile,
        "profile": ProfileRules,
        "reach_categories": CategorySet,
        "reach_settings": Settings,
        "services_forecast": ServicesForecast,
        "services_services": Services,
        "sites_settings": sites.Settings,
        "sites_uses": sites.UseSet,
        "capacity_transit": TransitRules,
        "targets": Targets,
        "trees_need": NeedRules,
        "trees_rules": PlantingRules,
        "unsealing_costs": unsealing.Costs,
        "unsealing_criteria": unsealing.Criteria,
        "unsealing_curve_numbers": CurveNumbers,
        "unsealing_regulation": unsealing.Regulation,
        "unsealing_rules": unsealing.UnsealingRules,
    }


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of a recipe and of every file of rules, by name."""
    from kortrijk_geo.ingest.recipe_schema import recipe_schema
    from kortrijk_geo.rules.schema import schema_of

    return {"recipe": recipe_schema()} | {name: schema_of(model) for name, model in models().items()}


def write_schemas(made: Mapping[str, Mapping[str, Any]], folder: Path) -> list[Path]:
    """Write each schema to a file in a folder, over one that stands there; return the files."""
    from kortrijk_geo.files import file_replacing

    paths = {folder / f"{name}.schema.json": document for name, document in made.items()}
    for path, document in paths.items():
        with file_replacing(path) as new:
            new.write_text(f"{json.dumps(document, ensure_ascii=False, indent=1)}\n", encoding="utf-8")
    return list(paths)
