"""How many types there would be if they had to come back more or less often: the same groups and resamples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kortrijk_geo.figure import Sensitivity, with_own

if TYPE_CHECKING:
    from kortrijk_geo.profile.clusters import Clusters
    from kortrijk_geo.profile.rules import ProfileRules


def sensitivities(clusters: Clusters | None, rules: ProfileRules) -> list[Sensitivity]:
    """Return the number of stable types at other thresholds; nothing where areas were not grouped in this run."""
    if clusters is None or rules.sensitivity is None:
        return []

    def types(least: float) -> float:
        stable = clusters.adjusted_rand >= least and clusters.silhouette > clusters.chance
        return float(len(clusters.centroids)) if stable else 0.0

    thresholds = with_own(rules.sensitivity.values, rules.stability.least_adjusted_rand)
    at = tuple((least, types(least)) for least in thresholds)
    label = "Overeenkomst bij herhaling, minstens"
    return [Sensitivity("types", "least_adjusted_rand", label, "", at, "types", rules.sensitivity.source)]
