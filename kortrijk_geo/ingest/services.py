"""Overpass: OpenStreetMap objects of a study area from a public service, kept as a file that the OSM reader reads.

The answer becomes an ``.osm.pbf``: streets and amenities of a service and of an extract follow the same tag rules.
Nothing is cached and nothing is written but the file asked for.
"""

from __future__ import annotations

import html
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kortrijk_geo.errors import DataError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kortrijk_geo.ingest.osm_rules import TagRules

_BUSY = {429, 502, 503, 504}
_AGENT = "kortrijk-geo (city pack builder)"
_WAIT = re.compile(r"in (\d+) seconds")
_LONGEST_PAUSE_S = 120.0


@dataclass(frozen=True)
class Answer:
    """Objects as Overpass gives them, and the moment of OpenStreetMap they are of (ISO date, or empty)."""

    elements: list[dict[str, Any]]
    reference_date: str


def overpass_query(
    layers: Iterable[str], box: tuple[float, float, float, float], rules: TagRules, *, timeout_s: float
) -> str:
    """Write the Overpass query for the layers of a pack.

    Parameters
    ----------
    layers
        Names of layers that the OSM reader makes.
    box
        West, south, east, north in degrees.
    rules
        Tag rules; only keys and values that they know are asked for.
    timeout_s
        What the service may spend on it.
    """
    west, south, east, north = box
    around = f"({south:.7f},{west:.7f},{north:.7f},{east:.7f})"
    wanted = sorted({selector for layer in layers for selector in _selectors(layer, rules)})
    lines = "".join(f"{selector}{around};" for selector in wanted)
    return f"[out:json][timeout:{timeout_s:.0f}];({lines});(._;>;);out body;"


def _selectors(layer: str, rules: TagRules) -> list[str]:
    def values(kind: str, key: str, allowed: Iterable[str]) -> str:
        choice = "|".join(sorted(re.escape(value).replace("\\-", "-") for value in allowed))
        return f'{kind}["{key}"~"^({choice})$"]' if choice else f'{kind}["{key}"]'

    if layer == "amenities":
        return [values("nwr", rule.key, rule.only) for rule in rules.amenities.key]
    if layer == "green":
        return [values("wr", rule.key, rule.values) for rule in rules.green.rule]
    if layer == "water":
        tags = [tag.partition("=") for tag in rules.water.area_values]
        return [
            values("way", "waterway", rules.water.line_kinds),
            *(values("wr", key, [value]) for key, _, value in tags),
        ]
    if layer == "constraints":
        return [f'wr["{next(iter(rule.match))}"]' for rule in rules.constraints.rule]
    fixed = {
        "streets": ['way["highway"]'],
        "buildings": ['wr["building"]'],
        "addresses": ['nwr["addr:housenumber"]'],
        "trees": ['node["natural"="tree"]'],
        "place_names": ['node["place"]'],
        "admin": ['rel["boundary"="administrative"]'],
    }
    if layer not in fixed:
        raise DataError(f"Overpass gives no layer {layer!r}")
    return fixed[layer]


def ask_overpass(
    url: str,
    query: str,
    *,
    timeout_s: float = 180.0,
    retries: int = 4,
    pause_s: float = 5.0,
    progress: Callable[[str], None] | None = None,
) -> Answer:
    """Ask an Overpass service, waiting and asking again while it is busy.

    Parameters
    ----------
    url
        Address of its ``interpreter``.
    query
        In Overpass QL, with ``[out:json]``.
    timeout_s
        Longest time for one answer, in seconds.
    retries, pause_s
        How often to ask again after "too many requests" (429) or "busy" (502, 503, 504), and the first pause; the pause
        doubles, unless the service's status says when a slot comes free.

    Raises
    ------
    DataError
        When the address is not one of http or https.
    ServiceError
        When the service cannot be reached, stays busy, refuses the query, gives up half-way, or answers something
        other than Overpass does.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise DataError(f"{url!r} is not an http or https address of an Overpass interpreter")
    for attempt in range(retries + 1):
        status, body = _post(url, query, timeout_s)
        if status == 200:
            return _parse(url, body)
        if status not in _BUSY:
            raise ServiceError(f"{url} refused the query with status {status}: {_said(body)}")
        if attempt < retries:
            pause = min(_free_in(url, timeout_s) if status == 429 else 0.0, _LONGEST_PAUSE_S) or pause_s * 2**attempt
            if progress is not None:
                progress(f"Overpass is busy ({status}); asking again in {pause:.0f} s")
            time.sleep(pause)
    raise ServiceError(f"{url} stayed busy (status {status}) after {retries + 1} tries; try later or name another url")


def _post(url: str, query: str, timeout_s: float) -> tuple[int, bytes]:
    request = urllib.request.Request(  # noqa: S310 - the scheme was checked by the caller
        url, urllib.parse.urlencode({"data": query}).encode(), {"User-Agent": _AGENT, "Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - as above
            return int(answer.status), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except (urllib.error.URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise ServiceError(f"{url} cannot be reached ({reason}); check the address and the connection") from error


def _free_in(url: str, timeout_s: float) -> float:
    """Seconds until the service's status page promises a free slot; 0 when it does not say."""
    status_url = url.rsplit("/", 1)[0] + "/status"
    request = urllib.request.Request(status_url, headers={"User-Agent": _AGENT})  # noqa: S310 - the scheme was checked
    try:
        with urllib.request.urlopen(request, timeout=min(timeout_s, 30.0)) as answer:  # noqa: S310 - as above
            text = answer.read().decode("utf-8", "replace")
    except OSError:
        # Without a status page the pause doubles, as after any other busy answer.
        return 0.0
    if "available now" in text:
        return 0.0
    waits = [int(seconds) for seconds in _WAIT.findall(text)]
    return float(min(waits)) + 1.0 if waits else 0.0


def _parse(url: str, body: bytes) -> Answer:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"{url} answered something other than JSON: {_said(body)}") from error
    if not isinstance(answer, dict) or not isinstance(answer.get("elements"), list):
        raise ServiceError(f"{url} answered JSON without elements, so it is no Overpass interpreter")
    # A query that runs out of time or memory still answers 200, with what it had so far and a remark.
    if "error" in str(answer.get("remark", "")):
        raise ServiceError(
            f"{url} gave up half-way: {answer['remark']}; take a smaller study area or a longer timeout_s"
        )
    stamp = str(answer.get("osm3s", {}).get("timestamp_osm_base", ""))
    return Answer(answer["elements"], stamp[:10])


def _said(body: bytes) -> str:
    text = html.unescape(re.sub(r"(?is)<(style|head|script).*?</\1>|<[^>]+>", " ", body.decode("utf-8", "replace")))
    return " ".join(text.split())[:300] or "nothing"


def write_osm(elements: Iterable[Mapping[str, Any]], path: Path) -> None:
    """Write Overpass elements as an OSM file (the ending of ``path`` says which kind), in the order OSM files have.

    Raises
    ------
    ServiceError
        When an element lacks what its type must have.
    """
    import osmium
    from osmium.osm import mutable

    order = {"node": 0, "way": 1, "relation": 2}
    try:
        known = {(order[item["type"]], int(item["id"])): item for item in elements if item["type"] in order}
        with osmium.SimpleWriter(str(path)) as writer:
            for (kind, number), item in sorted(known.items()):
                common: dict[str, Any] = {"id": number, "version": 1, "tags": item.get("tags", {})}
                if kind == 0:
                    writer.add_node(mutable.Node(location=(item["lon"], item["lat"]), **common))
                elif kind == 1:
                    writer.add_way(mutable.Way(nodes=item.get("nodes", []), **common))
                else:
                    members = [(m["type"][0], int(m["ref"]), m.get("role", "")) for m in item.get("members", [])]
                    writer.add_relation(mutable.Relation(members=members, **common))
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceError(f"an element of the answer is not as Overpass writes it ({error!r})") from error
