"""What a report measures of the ways between latents: how evenly pictures change along them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sparring.core.errors import WrongUse
from sparring.metrics.path_length import path_length
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

_STEP = 0.05
_MOST = 500

KINDS = (
    Kind(
        "path_length",
        "Perceptual path length",
        "quality",
        "lower",
        "How fast the features change on the way from one latent to another, squared: low where "
        "pictures change little by little, and where all are alike, so read it with the diversity.",
    ),
)


@dataclass(frozen=True)
class Ways:
    """Ways between latents.

    Attributes:
        start, end: latents (n, k), float64.
        make: from n latents to n decoded items, those asked for at the same place the same.
        spherical: whether the ways are arcs; else they are straight.
    """

    start: np.ndarray
    end: np.ndarray
    make: Callable[[np.ndarray], Any]
    spherical: bool


class Lengths(Sample):
    """A length that is known, in the place of items.

    Args:
        length: mean squared change of the features per squared part of a way.
        n: ways.
    """

    def __init__(self, length: float, n: int) -> None:
        super().__init__(length, np.asarray)
        self._n = n

    def __len__(self) -> int:
        return self._n


def path_length_of(ways: Callable[[int, int], Ways]) -> Measure:
    """The length of ways between latents, beside those of ways that are known.

    Ways between held-out images of one class (any, where none is asked for), straight in the
    features, are the shortest that lead as far: the ceiling. Images that stay as they are and turn
    into others at one place on the way are the floor; images that fade into others stand beside it.

    Args:
        ways: (n, seed) -> n ways between latents; both ends are asked for the same.
    """

    def made(round: Round) -> Sample:
        return _walked(round, ways(min(_MOST, len(round.reference)), round.seed))

    def fading(round: Round) -> Mapping[str, Sample]:
        first, last = _pairs(round)
        shape = first.items.shape[1:]
        fades = Ways(
            first.items.reshape(len(first), -1).astype(np.float64),
            last.items.reshape(len(last), -1).astype(np.float64),
            lambda x: x.round().clip(0, 255).astype(np.uint8).reshape(-1, *shape),
            spherical=False,
        )
        return {"held-out images that fade into others": _walked(round, fades)}

    return Measure(
        KINDS,
        lambda round, sample: {KINDS[0].name: cast(Lengths, sample).items},
        generated=made,
        floors=lambda round: {
            "held-out images that jump into others": _straight(round, apart=1 / _STEP)
        },
        controls=fading,
        ceiling=lambda round: ("straight between held-out images", _straight(round)),
        real=lambda round: len(_pairs(round)[0]),
    )


def _walked(round: Round, ways: Ways) -> Lengths:
    n = len(ways.start)
    # All at a time, so that each place knows what is asked for there.
    length = path_length(
        ways.make, ways.start, ways.end, round.features,
        step=_STEP, spherical=ways.spherical, seed=round.seed, at_once=n,
    )  # fmt: skip
    return Lengths(length, n)


def _straight(round: Round, apart: float = 1.0) -> Lengths:
    """Mean squared distance of held-out pairs.

    A way straight in the features has just this length. One that jumps at a place that may be
    anywhere does so within a step of length e in a share e of all cases: D e / e^2 = D / e.
    """
    first, last = _pairs(round)
    squares = np.square(first.vectors - last.vectors).sum(axis=1)
    return Lengths(float(squares.mean()) * apart, len(first))


def _pairs(round: Round) -> tuple[Sample, Sample]:
    """Held-out items and others: of the same class where the generator is asked for one."""
    held = round.heldout
    random = np.random.default_rng(round.seed)
    groups = [np.arange(len(held))]
    if round.labelled is not None and held.labels is not None:
        _, places = np.unique(held.labels, axis=0, return_inverse=True)
        groups = [np.flatnonzero(places.reshape(-1) == one) for one in range(places.max() + 1)]
    orders = [random.permutation(group) for group in groups if len(group) > 1]
    if not orders:
        raise WrongUse("two held-out images must be of one class; hold out more.")
    first, last = np.concatenate(orders), np.concatenate([np.roll(o, 1) for o in orders])
    chosen = random.permutation(len(first))[:_MOST]
    return held.take(first[chosen]), held.take(last[chosen])
