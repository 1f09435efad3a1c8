"""Clusters that stand for classes."""

import pytest
import torch

from sparring.core.errors import WrongUse
from sparring.data import InMemory
from sparring.tasks.clustering import cluster


def kinds(n=240):
    """Bars of three lengths from the upper edge, so that each has a way up."""
    torch.manual_seed(0)
    y = torch.arange(n) % 3
    x = torch.full((n, 1, 8, 8), -1.0)
    for row, kind in enumerate(y.tolist()):
        x[row, :, : 2 * kind + 2, 2 : 4 + kind] = 1.0
    return InMemory(x + 0.1 * torch.randn_like(x)), y


def test_clusters_are_the_kinds_that_there_are():
    source, y = kinds()
    found = cluster(source, 3, steps=60, batch_size=32, width=8).predict(source)
    # Every cluster is of one kind, and every kind is one cluster.
    pairs = {(a, b) for a, b in zip(found.tolist(), y.tolist(), strict=True)}
    assert len(pairs) == 3


def test_the_same_seed_gives_the_same_clusters():
    source, _ = kinds(60)
    first, again, other = (
        cluster(source, 4, seed, steps=3, width=4).predict(source) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    ("shape", "clusters", "said"),
    [
        ((9, 1, 8, 8), 1, "at least 2 and at most the 9 items, got 1"),
        ((9, 1, 8, 8), 10, "got 10"),
        ((9, 4), 2, r"is for square pictures, and items here have shape \(4,\)"),
        ((9, 1, 8, 6), 2, "is for square pictures"),
    ],
)
def test_what_cannot_be_clustered_is_refused(shape, clusters, said):
    with pytest.raises(WrongUse, match=said):
        cluster(InMemory(torch.zeros(shape)), clusters)
