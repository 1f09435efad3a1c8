"""What a report measures of latents that are found for pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sparring.metrics.kernel import InverseMultiquadric, squared_mmd
from sparring.report.figures import Kind
from sparring.report.measures import Measure, Round, Sample

FOLLOWS = Kind(
    "latent_mmd",
    "Latents beside their prior",
    "quality",
    "lower",
    "Squared kernel distance between the latents of held-out pictures and draws from the prior, "
    "from 0 to 2; where they are apart, what the prior draws was never decoded in training.",
)
SAYS = Kind(
    "latent_nats",
    "What latents say (nats)",
    "quality",
    "higher",
    "The divergence of a held-out picture's latents from the prior, a mean: how much they say of "
    "it. At 0 they say nothing, and the decoder goes without them.",
)
KINDS = (FOLLOWS, SAYS)


@dataclass(frozen=True)
class Latents:
    """What can be asked of a game's latents.

    Attributes:
        infer: n pictures and their class numbers, if any, and a seed -> a latent of each, (n, k).
        prior: n and a seed -> draws from the prior, (n, k).
        says: n pictures and their class numbers, and a seed -> the divergence of each one's
            latents from the prior, (n,) nats; None where latents have no law of their own.
    """

    infer: Callable[[Any, np.ndarray | None, int], np.ndarray]
    prior: Callable[[int, int], np.ndarray]
    says: Callable[[Any, np.ndarray | None, int], np.ndarray] | None = None


def latents_of(latents: Latents) -> list[Measure]:
    """Whether latents follow their prior, and how much they say.

    Samples are latents in the one, divergences in the other, in the place of pictures.
    """
    says = latents.says
    return [_follows(latents), *([] if says is None else [_says(says)])]


def _follows(latents: Latents) -> Measure:
    def inferred(round: Round) -> Sample:
        found = latents.infer(round.heldout.items, round.heldout.labels, round.seed)
        return Sample(found, np.asarray)

    def one(round: Round) -> Mapping[str, Sample]:
        middle = inferred(round).items.mean(0)
        return {"one latent for all": Sample(np.tile(middle, (len(round.heldout), 1)), np.asarray)}

    def drawn(round: Round) -> tuple[str, Sample]:
        found = latents.prior(len(round.heldout), 2 * round.seed)
        return "other draws from the prior", Sample(found, np.asarray)

    def value(round: Round, sample: Sample) -> Mapping[str, float]:
        prior = latents.prior(len(sample), 2 * round.seed + 1)
        kernel = InverseMultiquadric(2 * float(prior.var(0).sum()))
        return {FOLLOWS.name: squared_mmd(prior, sample.items, kernel)}

    return Measure((FOLLOWS,), value, generated=inferred, floors=one, ceiling=drawn)


def _says(says: Callable[[Any, np.ndarray | None, int], np.ndarray]) -> Measure:
    def of(round: Round, sample: Sample) -> Sample:
        return Sample(says(sample.items, sample.labels, round.seed), np.asarray)

    def value(_: Round, sample: Sample) -> Mapping[str, float]:
        return {SAYS.name: float(np.mean(sample.items))}

    return Measure(
        (SAYS,),
        value,
        generated=lambda round: of(round, round.heldout),
        floors=lambda round: {
            "latents that say nothing": Sample(np.zeros(len(round.heldout)), np.asarray)
        },
        ceiling=lambda round: ("training pictures", of(round, round.reference)),
    )
