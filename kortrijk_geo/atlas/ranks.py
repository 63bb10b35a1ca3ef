"""Where one wijk stands among the others, and what stands out of it, in words; only known values count."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kortrijk_geo.text.dutch import limit_text, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kortrijk_geo.atlas.indicators import Better

# A wijk stands well or badly where it is, with all that share its rank, in the best or worst quarter of so many.
_QUARTER, _LEAST_RANKED = 0.25, 4
# So much under (or over) what it is held against is far.
FAR_SHARE = 0.25
_MOST_SENTENCES = 2


@dataclass(frozen=True)
class Rank:
    """How many known values are higher than one, lower, and, besides itself, the same; and of how many areas."""

    higher: int
    lower: int
    same: int
    areas: int

    @property
    def known(self) -> int:
        """How many areas have a known value."""
        return self.higher + self.lower + self.same + 1

    @property
    def text(self) -> str:
        """The rank counted from the nearer end: "hoogste van 14", "gedeeld 2de laagste van 12 bekende"."""
        of = f"van {self.known}" + (" bekende" if self.known < self.areas else "")
        if self.known == 1:
            return "enige bekende"
        if self.same == self.known - 1:
            return f"alle {self.known} gelijk"
        before, end = (self.higher, "hoogste") if self.higher <= self.lower else (self.lower, "laagste")
        place = f"{ordinal(before + 1)} {end}" if before else end
        return f"{'gedeeld ' if self.same else ''}{place} {of}"

    def standing(self, better: Better) -> Literal[-1, 0, 1]:
        """Whether it stands well (1) or badly (-1) among the others."""
        if better == "neither" or self.known < _LEAST_RANKED:
            return 0
        before, behind = (self.higher, self.lower) if better == "more" else (self.lower, self.higher)
        most = self.known * _QUARTER
        if before + self.same + 1 <= most:
            return 1
        return -1 if behind + self.same + 1 <= most else 0


def ordinal(number: int) -> str:
    """Write "1ste", "2de", "8ste", "20ste", "102de"."""
    last = number % 100
    return f"{number}{'ste' if last in {0, 1, 8} or last >= 20 else 'de'}"


def ranks(values: Sequence[float | None]) -> list[Rank | None]:
    """Return the rank of every value; None of an unknown one, which takes no place."""
    known = sorted(value for value in values if value is not None)
    return [None if value is None else _rank(value, known, len(values)) for value in values]


def _rank(value: float, known: list[float], areas: int) -> Rank:
    lower, upto = bisect_left(known, value), bisect_right(known, value)
    return Rank(higher=len(known) - upto, lower=lower, same=upto - lower - 1, areas=areas)


def far_text(value: float | None, indicator: dict[str, Any]) -> str:
    """Say that a value is far from what it is held against; empty where it is not, or is held against nothing."""
    goal = indicator["goal"]
    if value is None or goal is None or goal["value"] <= 0 or indicator["better"] == "less":
        return ""
    far = (goal["value"] - value) / goal["value"] >= FAR_SHARE
    sign = " %" if indicator["unit"] == "share" else ""
    articles = {"doel": "het", "norm": "de", "richtlijn": "de"}
    article = next((article for end, article in articles.items() if goal["word"].endswith(end)), "")
    held = f"{article} {goal['word']} van" if article else goal["word"]
    return f"ver onder {held} {limit_text(goal['value'], indicator['unit'])}{sign}" if far else ""


def remarks(
    areas: int, indicators: Sequence[dict[str, Any]], placed: Sequence[Sequence[Rank | None]]
) -> list[list[str]]:
    """Return one or two sentences of what stands out of every area: what stands worst, and what stands best.

    Parameters
    ----------
    areas
        How many there are.
    indicators
        The figures, with the ``values`` of all areas.
    placed
        The rank of every value of every figure.
    """
    # What is far under its goal says more where the other wijken are not.
    far = [sum(bool(far_text(value, each)) for value in each["values"]) for each in indicators]
    by_distinction = sorted(range(len(indicators)), key=far.__getitem__)
    return [_remarks_of(row, indicators, placed, by_distinction) for row in range(areas)]


def _remarks_of(
    row: int,
    indicators: Sequence[dict[str, Any]],
    placed: Sequence[Sequence[Rank | None]],
    by_distinction: Sequence[int],
) -> list[str]:
    found: dict[int, tuple[dict[str, Any], Rank, float]] = {
        place: (indicator, rank, indicator["values"][row])
        for place, (indicator, ranked) in enumerate(zip(indicators, placed, strict=True))
        if (rank := ranked[row]) is not None
    }
    known = list(found.values())
    if not known:
        return ["Van deze wijk is geen van deze cijfers bekend."]
    worst = [each for each in known if each[1].standing(each[0]["better"]) < 0]
    best = [each for each in known if each[1].standing(each[0]["better"]) > 0]
    far = [found[place] for place in by_distinction if place in found and far_text(found[place][2], found[place][0])]
    # Nearest to the end first; of equals what is far under its goal, then the order of the page.
    worst.sort(key=lambda each: (_behind(each[1], each[0]["better"]), not far_text(each[2], each[0])))
    best.sort(key=lambda each: _behind(each[1], "less" if each[0]["better"] == "more" else "more"))
    told = [("Zwakst", worst), ("Sterkst", best), ("Let op", [each for each in far if each not in worst[:1]])]
    sentences = [_sentence(lead, *which[0]) for lead, which in told if which][:_MOST_SENTENCES]
    return sentences or ["Geen cijfer springt eruit: geen enkel hoort bij het beste of het zwakste kwart."]


def _behind(rank: Rank, better: Better) -> int:
    return rank.lower if better == "more" else rank.higher


def _sentence(lead: str, indicator: dict[str, Any], rank: Rank, value: float) -> str:
    number = number_text(value, indicator["unit"], indicator["limits"])
    far = far_text(value, indicator)
    article = "" if rank.text.startswith(("gedeeld", "enige", "alle")) else "de "
    return f"{lead}: {_lower(indicator['label'])}, {number} ({article}{rank.text}{', ' + far if far else ''})."


def _lower(label: str) -> str:
    return label if label[:2].isupper() or label.startswith("Tree Equity") else label[:1].lower() + label[1:]
