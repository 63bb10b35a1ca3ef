"""The plan of the demo: courses of roads, water, rail, and outlines of parks, from the skeleton's points.

Land is cut up on a flat drawing board and bent afterwards (`shapes.bend`), so that streets are not ruled with a
ruler. What has a true place is first moved back to where the bending brings it from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from kortrijk_geo.demo.shapes import blob, rounded

if TYPE_CHECKING:
    from kortrijk_geo.demo.field import Warp
    from kortrijk_geo.demo.figures import Figures

# Half widths in m of the strips that streets cross only on main roads: the thing itself, and room beside it.
_ROOM_M = {"water": 14.0, "motorway": 34.0, "trunk": 24.0, "rail": 19.0}


@dataclass
class Course:
    """One line of the skeleton on the drawing board."""

    name: str
    kind: str
    group: str
    line: shapely.Geometry
    width_m: float = 0.0


@dataclass
class Outline:
    """One park, wood or pond on the drawing board."""

    name: str
    kind: str
    public: bool
    shape: shapely.Geometry


@dataclass
class Plan:
    """Everything of the skeleton, on the drawing board; `warp` bends it to its true place."""

    warp: Warp
    courses: list[Course] = field(default_factory=list)
    greens: list[Outline] = field(default_factory=list)
    ponds: list[Outline] = field(default_factory=list)
    industry: list[Outline] = field(default_factory=list)
    corridor: shapely.Geometry = field(default_factory=shapely.Polygon)

    def of(self, *groups: str) -> list[Course]:
        """Return the courses of these groups."""
        return [course for course in self.courses if course.group in groups]

    def lines(self, *groups: str) -> np.ndarray:
        """Lines of these groups, on the drawing board."""
        return np.array([course.line for course in self.of(*groups)])


def make_plan(fig: Figures, bones: dict[str, Any], warp: Warp, rng: np.random.Generator) -> Plan:
    """Lay out the skeleton on the drawing board."""
    places = {row["code"][-3:]: row["point"] for row in fig.wijken}
    places.update({name: at[:2] for name, at in bones["neighbours"].items()})

    def back(shape: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(shapely.segmentize(shape, 60.0), lambda xy: np.round(warp.back(xy), 1))

    def course(points: list[Any]) -> shapely.LineString:
        known = [places[point] if isinstance(point, str) else point for point in points]
        return shapely.LineString(rounded(np.array(known, dtype=float)))

    plan = Plan(warp)
    for row in bones["road"]:
        plan.courses.append(Course(row["name"], row["kind"], "road", back(course(row["via"]))))
    strips = []
    for group, room_m in _ROOM_M.items():
        for row in bones[group]:
            line, width_m = course(row["points"]), float(row.get("width_m", 0.0))
            plan.courses.append(Course(row["name"], row.get("kind", group), group, back(line), width_m))
            strips.append(back(line.buffer(width_m / 2 + room_m, quad_segs=3)))
    plan.corridor = shapely.union_all(strips)
    keep_off = shapely.union_all([shapely.buffer(plan.corridor, 3), *shapely.buffer(plan.lines("road"), 12)])
    for group, outlines in (("green", plan.greens), ("pond", plan.ponds), ("industry", plan.industry)):
        for row in bones[group]:
            outline = back(blob(row["at"], rng))
            if group == "green":
                pieces = shapely.get_parts(shapely.difference(outline, keep_off))
                outline = max(pieces, key=shapely.area)
            outlines.append(Outline(row["name"], row.get("kind", group), bool(row.get("public", False)), outline))
    return plan
