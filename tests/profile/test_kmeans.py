"""K-means against scikit-learn's: the same groups and the same centres, also where rows repeat."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from kortrijk_geo.profile.kmeans import _means, k_means


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize(("rows", "columns"), [(9, 1), (14, 6), (60, 3), (300, 8)])
@pytest.mark.parametrize("repeated", [False, True])
def test_groups_are_those_of_scikit_learn(rows: int, columns: int, k: int, *, repeated: bool) -> None:
    random = np.random.default_rng(rows + k)
    points = random.standard_normal((rows, columns))
    if repeated:
        points[: rows // 3] = points[rows // 3 : 2 * (rows // 3)]
    for ordered in (points, np.asfortranarray(points)):
        with threadpool_limits(limits=1):
            theirs = KMeans(n_clusters=k, n_init=10, random_state=k).fit(ordered)
        centres, group = k_means(ordered, k, restarts=10, seed=k)
        np.testing.assert_array_equal(group, theirs.labels_)
        np.testing.assert_array_equal(centres, theirs.cluster_centers_)


def test_a_group_that_lost_its_rows_takes_the_farthest() -> None:
    # Two starts in one place: the second gets no row, and takes the one farthest away.
    points = np.array([[0.0], [2.0], [10.0]])
    centres = np.array([[1.0], [1.0]])
    np.testing.assert_array_equal(_means(points, centres, np.zeros(3, dtype=np.int64)), [[1.0], [10.0]])
