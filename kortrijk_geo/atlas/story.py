"""What stands out in a city: sentences made from the figures of its pages. What is unknown gives no sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kortrijk_geo.engine.rates import rate, shortage
from kortrijk_geo.figure import GOAL_WORDS, SHARE, Figure, wording
from kortrijk_geo.mapping.index import Remark
from kortrijk_geo.text.dutch import brief_number, decimal_text, headline_unit, limit_text, number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kortrijk_geo.text.dutch import Unit

Page = dict[str, Any]
# An example that anyone can hold in mind; no plan of anybody.
EXTRA_PLACES = 100
_MOST_NAMES = 3
# Of which theme the map is that an index opens with: the first of these that knows any area.
_OPENING = ("childcare", "reach", "trees", "unsealing", "housing")


def remarks(pages: Sequence[Page]) -> list[Remark]:
    """Return what stands out, a remark per theme, each with the page that tells more.

    Parameters
    ----------
    pages
        The pages of an atlas as ``atlas.json`` tells of them; what was not written or compares two states is passed by.
    """
    written = {page["theme"]: page for page in pages if "result" in page and not page["page"].endswith("_vergelijking")}
    texts = [(written[theme], " ".join(tell(written[theme]))) for theme, tell in _TELLERS.items() if theme in written]
    return [Remark(text, page["page"], page["title"]) for page, text in texts if text]


def opening_page(pages: Sequence[Page]) -> str:
    """Return the name of the page whose map an index opens with; empty where no area is known on any."""
    known = {page["theme"]: page["page"] for page in reversed(pages) if _knows_an_area(page)}
    return next((known[theme] for theme in _OPENING if theme in known), next(reversed(known.values()), ""))


def _knows_an_area(page: Page) -> bool:
    picture = page.get("picture", {})
    colours = {entry["colour"] for entry in picture.get("classes", ())}
    return "result" in page and bool(colours & set(picture.get("colours", ())))


def _childcare(page: Page) -> list[str]:
    result = page["result"]
    norm, norm_name = result["options"].get("norm"), result["options"].get("norm_label", "norm")
    if norm is None:
        return []
    the_norm = f"de {norm_name} van {brief_number(norm)} opvangplaatsen per 100 kinderen"
    return [*_farthest_below(result["areas"], the_norm), *_more_places(result, norm)]


def _farthest_below(areas: Sequence[Mapping[str, Any]], the_norm: str) -> list[str]:
    """Tell which area is farthest below the norm; where a child more or less decides, an area is not compared."""
    known = [area for area in areas if area.get("places_per_100_children") is not None]
    compared = [area for area in known if not area.get("few_children")]
    below = [area for area in compared if area.get("below_norm")]
    if not below:
        return [f"Alle gebieden halen {the_norm}."] if known and len(compared) == len(areas) else []
    names, rate_text = _extreme(below, "places_per_100_children", min)
    lacking = [area.get("shortage_places") for area in below if area["name"] in names]
    lack = f" ({decimal_text(lacking[0], 0)} plaatsen tekort)" if len(names) == 1 and lacking[0] is not None else ""
    lies, each = ("ligt", "er zijn er") if len(names) == 1 else ("liggen", "elk")
    small = ", gebieden met weinig kinderen niet meegerekend" if len(compared) < len(known) else ""
    return [f"{_names(names)} {lies} het verst onder {the_norm}: {each} {rate_text}{lack}{small}{_of(known, areas)}."]


def _more_places(result: Mapping[str, Any], norm: float) -> list[str]:
    """Tell what so many places more would do, by the arithmetic of the norm, with the children of today."""
    places, children = result["city"].get("places"), result["city"].get("children_0_2")
    if places is None or not children:
        return []
    [now, then] = rate([places, places + EXTRA_PLACES], [children, children])
    [lacking] = shortage([places + EXTRA_PLACES], [children], norm)
    reached = f"daar blijven {decimal_text(lacking, 0)} plaatsen tekort" if lacking else "dat haalt de norm"
    text = (
        f"{EXTRA_PLACES} plaatsen erbij brengen de stad als geheel, met de kinderen van vandaag, van"
        f" {_number(now)} naar {_number(then)} per 100 kinderen: {reached}"
    )
    short = [area.get("shortage_places") for area in result["areas"]]
    if None in short or not sum(short):
        return [f"{text}."]
    left = max(0.0, sum(short) - EXTRA_PLACES)
    total, rest = decimal_text(sum(short), 0), decimal_text(left, 0)
    remains = f"blijven er dan minstens {rest} over" if left else "kunnen dan alle ingevuld worden"
    return [f"{text}; van de {total} plaatsen tekort in de gebieden onder de norm {remains}."]


def _reach(page: Page) -> list[str]:
    figure = next((one for one in _figures(page) if one.key.startswith("share_all_walk")), None)
    return [] if figure is None else _spread(page, figure)


def _unsealing(page: Page) -> list[str]:
    largest = page.get("facts", {}).get("largest_public_patches")
    if not largest:
        return []
    size = f"{decimal_text(largest[0]['m2'], 0)} m²"
    names = _names(list(dict.fromkeys(patch["area"] for patch in largest)))
    check = "indicatief, ter plaatse te controleren"
    if len(largest) > 1:
        return [f"De grootste vlakken op openbare grond die open kunnen, elk {size}, liggen in {names} ({check})."]
    return [f"Het grootste vlak op openbare grond dat open kan, is {size} groot en ligt in {names} ({check})."]


def _trees(page: Page) -> list[str]:
    figure = next((one for one in _figures(page) if one.key == "canopy_share"), None)
    texts = [] if figure is None else _spread(page, figure)
    areas = page["result"]["areas"]
    warm = [area for area in areas if area.get("surface_temperature_c") is not None]
    if warm:
        names, degrees = _extreme(warm, "surface_temperature_c", max)
        texts.append(f"Het oppervlak is het warmst in {_names(names)} ({degrees} °C){_of(warm, areas)}.")
    return texts


def _housing(page: Page) -> list[str]:
    figure = next((one for one in _figures(page) if one.key == "social_per_100_households"), None)
    return [] if figure is None else _spread(page, figure, leaving_out="small_area")


def _spread(page: Page, figure: Figure, *, leaving_out: str = "") -> list[str]:
    """Tell where the figure of the areas is lowest and highest, and what it is for the whole city."""
    areas = page["result"]["areas"]
    unit: Unit = "share" if figure.unit == SHARE else "number"
    known = [area for area in areas if area.get(figure.key) is not None and not area.get(leaving_out)]
    if len(known) < 2:
        return []
    low, low_text = _extreme(known, figure.key, min, unit)
    high, high_text = _extreme(known, figure.key, max, unit)
    if low_text == high_text:
        return []
    whole = wording(figure)
    city = " ".join(part for part in (whole.value, whole.covers) if part)
    goal = ""
    if figure.target is not None:
        aim = f"{limit_text(figure.target, 'share')} %" if unit == "share" else limit_text(figure.target, "number")
        goal = f" ({GOAL_WORDS[figure.target_kind]} {aim})"
    spread = f"het laagst in {_names(low)} ({low_text}), het hoogst in {_names(high)} ({high_text})"
    return [f"{figure.label}: {spread}; de stad als geheel {city}{goal}{_of(known, areas)}."]


def _extreme(
    areas: Sequence[Mapping[str, Any]], column: str, pick: Callable[..., Any], unit: Unit = "number"
) -> tuple[list[str], str]:
    """Return the areas at the lowest or highest value, and that value; what is written alike is a tie."""
    extreme = pick(area[column] for area in areas)
    text = number_text(extreme, unit)
    names = [area["name"] for area in areas if number_text(area[column], unit) == text]
    return names, number_text(0, "whole") if extreme == 0 and unit == "number" else text


def _names(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMES + 1:
        return f"{', '.join(names[:_MOST_NAMES])} en {len(names) - _MOST_NAMES} andere"
    return " en ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _of(known: Sequence[object], areas: Sequence[object]) -> str:
    """Say of how many areas the figure is, where that is not all."""
    return "" if len(known) == len(areas) else f" (van {len(known)} van de {len(areas)} gebieden)"


def _number(value: float) -> str:
    return number_text(value, headline_unit(value, share=False))


def _figures(page: Page) -> list[Figure]:
    return [Figure(**figure) for figure in page["result"]["headlines"]]


def _services(page: Page) -> list[str]:
    """Tell where most people live without reach of a kind of service."""
    spot = page.get("facts", {}).get("largest_blind_spot")
    if not spot:
        return []
    people = decimal_text(spot["people"], 0)
    text = (
        f"De grootste blinde vlek van de voorzieningen: in {spot['areas']} wonen {people} {spot['whom']} bij elkaar"
        f" verder dan {brief_number(spot['minutes'])} minuten {spot['how']} van een {spot['kind']}."
    )
    return [text]


_TELLERS: dict[str, Callable[[Page], list[str]]] = {
    "childcare": _childcare,
    "reach": _reach,
    "unsealing": _unsealing,
    "trees": _trees,
    "housing": _housing,
    "services": _services,
}
