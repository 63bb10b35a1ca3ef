"""What becomes of a pixel: one number that says whether a tree can stand there, and if not which rule took it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from kortrijk_geo.engine.morphology import opened
from kortrijk_geo.engine.pixel_loops import translate
from kortrijk_geo.pack.layers import BBK_CODES
from kortrijk_geo.trees.cover import WATER
from kortrijk_geo.trees.tally import look_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kortrijk_geo.trees.rules import PlantingRules

Kind = Literal["excluded", "plantable", "permission", "pit", "unknown"]
KINDS: tuple[Kind, ...] = ("excluded", "plantable", "permission", "pit", "unknown")
_SEALED = (1, 2, 3, 4)


@dataclass(frozen=True)
class Outcome:
    """One thing that can become of a pixel: what it is called and what kind it is."""

    id: str
    label: str
    kind: Kind


class Outcomes:
    """All outcomes of a set of rules, and the table that finds the one of a pixel.

    An outcome's number is its place in ``all``: 0 unknown, then the grounds, then the rules, then too narrow, then
    plantable. A pixel is told the first that holds: its ground excludes; a rule excludes; the open ground is too
    narrow; it is a pit that needs unsealing; a rule, or else its ground, needs permission; it can be planted.
    """

    def __init__(self, rules: PlantingRules) -> None:
        self._rules = rules
        self.all = (
            Outcome("unknown", "bodembedekking onbekend", "unknown"),
            *(Outcome(ground.id, ground.label, _GROUND_KIND[ground.effect]) for ground in rules.grounds),
            *(Outcome(r.id, r.label, "permission" if r.effect == "permission" else "excluded") for r in rules.rules),
            Outcome("narrow", "te weinig of te smalle open grond", "excluded"),
            Outcome("plantable", "plantbaar", "plantable"),
        )
        self.kind = np.array([KINDS.index(outcome.kind) for outcome in self.all], dtype=np.uint8)
        self._ground = np.zeros(256, dtype=np.uint8)
        for place, ground in enumerate(rules.grounds, start=1):
            self._ground[list(ground.codes)] = place
        soft = np.zeros(256, dtype=bool)
        soft[[code for code in BBK_CODES if code not in (*_SEALED, WATER)]] = True
        self._soft = soft
        self._openable = soft.copy()
        self._openable[[code for ground in rules.grounds if ground.effect == "unseal" for code in ground.codes]] = True
        self._table = self._make_table()

    def of(self, codes: NDArray[np.uint8], reasons: NDArray[np.uint8], narrow: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return the outcome of pixels from land cover code, number of the rule that takes them, and narrowness."""
        return look_up(self._ground, self._table, codes, reasons, narrow)

    def soft(self, codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Tell which pixels are unsealed ground."""
        return translate(codes, self._soft)

    def sides_px(self, pixel_m: tuple[float, float]) -> tuple[int, ...]:
        """Return per size class the side, in pixels, of the least square of open ground under a tree."""
        space, (across_m, down_m) = self._rules.space, pixel_m

        def side_px(least_m2: float, least_width_m: float) -> int:
            side = 1
            while side * min(pixel_m) < least_width_m or side**2 * across_m * down_m < least_m2:
                side += 1
            return side

        return tuple(map(side_px, space.least_m2.values(), space.least_width_m.values()))

    def narrow(self, codes: NDArray[np.uint8], *, pixel_m: tuple[float, float]) -> list[NDArray[np.bool_]]:
        """Tell for each size class where open ground is too narrow.

        Sealed ground that can be opened is judged as if it were open.
        """
        sides, soft, openable = self.sides_px(pixel_m), translate(codes, self._soft), translate(codes, self._openable)
        by_side = {
            side: ~np.where(soft, opened(soft, side), opened(openable, side)) if side > 1 else ~openable
            for side in set(sides)
        }
        return [by_side[side] for side in sides]

    def _make_table(self) -> NDArray[np.uint8]:
        rules, grounds = self._rules, self._rules.grounds
        narrow_number, plantable = len(self.all) - 2, len(self.all) - 1
        table = np.zeros((len(grounds) + 1, len(rules.rules) + 1, 2), dtype=np.uint8)
        for place, ground in enumerate(grounds, start=1):
            for rule in range(len(rules.rules) + 1):
                rule_number = len(grounds) + rule
                for narrow in (0, 1):
                    if ground.effect == "exclude":
                        number = place
                    elif 0 < rule <= rules.excluding:
                        number = rule_number
                    elif narrow:
                        number = narrow_number
                    elif ground.effect == "unseal":
                        number = place
                    elif rule:
                        number = rule_number
                    else:
                        number = place if ground.effect == "permission" else plantable
                    table[place, rule, narrow] = number
        return table


_GROUND_KIND: dict[str, Kind] = {
    "exclude": "excluded",
    "permission": "permission",
    "unseal": "pit",
    # Never an outcome by itself: open ground is plantable, or taken by something with its own number.
    "plant": "plantable",
}
