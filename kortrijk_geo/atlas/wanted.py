"""What is known of a city for a theme that cannot be made yet, and which files would make the rest known."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from kortrijk_geo import catalogue
from kortrijk_geo.mapping.spec import MapSpec, Wanted, area_layers, table_columns
from kortrijk_geo.pack.estimates import MARK, estimates_of
from kortrijk_geo.pack.published import published_figures
from kortrijk_geo.results import Column, Scale, ThemeResult
from kortrijk_geo.rules import Items, Rules, Text, as_rules, read_toml

if TYPE_CHECKING:
    from kortrijk_geo.pack.city import City

_SEVERAL = Annotated[tuple[Text, ...], Items(least=0)]
# What areas may know whatever theme is made, and what it is called.
_COUNTS = {
    "population": "Inwoners",
    "households_private": "Private huishoudens",
    "children_0_2": "Kinderen van 0 tot 2 jaar",
    "social_dwellings": "Sociale huurwoningen",
}


class WantedFile(Rules):
    """A file that a city can deliver: for which themes, which layer or column of areas it fills, and what it holds."""

    themes: _SEVERAL
    layer: str = ""
    area_column: str = ""
    kind: str = ""
    sentence: Text
    columns: _SEVERAL = Field(default=())
    gives: Text

    def met_by(self, city: City) -> bool:
        """Whether the pack counts this already; an estimate is no count."""
        if self.layer:
            return city.has(self.layer)
        areas = city.areas
        counted = ("areas", self.area_column) not in estimates_of(city)
        return counted and self.area_column in areas.columns and bool(areas[self.area_column].notna().any())


@cache
def wanted_files() -> tuple[WantedFile, ...]:
    """Return the files that a city can deliver, as ``wanted.toml`` has them."""
    path = Path(__file__).with_name("wanted.toml")
    return tuple(as_rules(WantedFile, table, f"{path}, [{name}]") for name, table in read_toml(path)[0].items())


def wanted_for(theme: str, city: City) -> tuple[Wanted, ...]:
    """Return what would make known what a theme does not know of this city; of a synthetic city nothing is asked."""
    if city.info.synthetic:
        return ()
    return tuple(
        Wanted(file.sentence, file.columns, file.gives, file.kind)
        for file in wanted_files()
        if theme in file.themes and not file.met_by(city)
    )


def known_spec(theme: str, city: City) -> MapSpec:
    """Return a page of what is known where a theme cannot be made: counts of the areas, and published figures."""
    about = catalogue.THEMES[theme]
    estimates = estimates_of(city)
    frame = city.areas.set_index("area_id")
    counted = [name for name in _COUNTS if name in frame.columns and frame[name].notna().any()]
    boundary = city.boundary
    columns = [
        Column("name", "Gebied"),
        *(
            Column(
                name, f"{_COUNTS[name]}{MARK if ('areas', name) in estimates else ''}", "whole", group="Wat bekend is",
                scale=Scale.of_data("whole"), table=True,
            )
            for name in counted
        ),
    ]  # fmt: skip
    published = [figure for figure in city.info.published if figure.theme == theme]
    result = ThemeResult(
        theme=theme,
        page=about.page,
        pack=city.name,
        areas=frame[["name", *counted, "geometry"]],
        city={name: float(boundary[name].iloc[0]) if name in boundary.columns else float("nan") for name in counted},
        headlines=published_figures(city, theme),
        columns=columns,
        context=city.context(),
        sources=city.sources("areas", "boundary"),
        notes=[f"{how[:1].upper()}{how[1:]}." for how in dict.fromkeys(estimates.values())],
        pack_digest=city.digest,
        synthetic=city.synthetic,
        nis_code=city.info.nis_code,
        proof=city.proof,
    )  # fmt: skip
    return MapSpec(
        result=result,
        title=about.title,
        # Those of the result: it has fitted their classes to the figures.
        area_layers=area_layers(result.columns, shown=counted[0] if counted else ""),
        table=table_columns(result.columns),
        lead="Deze kaart kan nog niet gemaakt worden: er ontbreken gegevens. Hieronder staat wat al bekend is.",
        wanted=wanted_for(theme, city),
        period=", ".join(dict.fromkeys(figure.date for figure in published)) or None,
    )
