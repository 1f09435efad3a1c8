"""Networks of models that have a likelihood or a bound of it."""

import math
from collections.abc import Callable
from typing import Any

from torch import nn

from sparring.losses import (
    Bernoulli,
    Dequantised,
    DequantisedRows,
    DiscretisedLogistic,
    LogisticMixture,
    Plain,
    Space,
)
from sparring.networks import (
    IAF,
    MAF,
    MLP,
    NICE,
    Coupling,
    DeepCoupling,
    GatedPixelCNN,
    NeuralSpline,
    PixelCNN,
    RealNVP,
)
from sparring.priors import Normal
from sparring.tasks.arguments import check_arguments, taken_by
from sparring.tasks.building.fit import Built, Fit, Parts
from sparring.tasks.network_options import made, shared_out


def _autoencoder(fit: Fit, judged: bool = False) -> Parts:
    """Encoder to means and log variances, and decoder; or to latents, which are judged."""
    channels, size, _ = fit.shape
    options = made(fit.options)
    pixels = options.pop("pixels", Bernoulli if fit.binary else DiscretisedLogistic)(channels)
    hidden = (fit.width,) * options.pop("depth", 2)
    shared_out(options, MLP)
    encoded = (fit.latent,) if judged else (2, fit.latent)
    pair = (
        MLP(fit.shape, encoded, hidden, fit.condition),
        MLP((fit.latent,), (pixels.outputs, size, size), hidden, fit.condition),
    )
    rival = (MLP((fit.latent,), (), hidden),) if judged else ()
    return Parts((*pair, *rival, Normal(fit.latent), pixels, fit.labels()))


def _adversarial_autoencoder(fit: Fit) -> Parts:
    return _autoencoder(fit, judged=True)


def _boltzmann(fit: Fit) -> Parts:
    shared_out(made(fit.options), Coupling)
    return Parts((Coupling(math.prod(fit.shape), fit.width), fit.shape))


def _deep_boltzmann(fit: Fit) -> Parts:
    (own,) = shared_out(made(fit.options), DeepCoupling)
    top = own.pop("top", 2 * fit.width)
    return Parts((DeepCoupling(math.prod(fit.shape), fit.width, top), fit.shape))


def _pixel_by_pixel(network: type[nn.Module]) -> Callable[[Fit], Parts]:
    """Builds a network(channels, outputs, width, ...) and what it says of pixels."""

    def build(fit: Fit) -> Parts:
        channels, size, _ = fit.shape
        options = made(fit.options)
        pixels = options.pop("pixels", Bernoulli if fit.binary else LogisticMixture)(channels)
        (own,) = shared_out(options, network)
        if "colours" in taken_by(network) and not isinstance(pixels, LogisticMixture):
            # Where what is said of a colour doesn't look at the others, they take turns.
            own["colours"] = channels
        built = network(channels, pixels.outputs, fit.width, condition=fit.condition, **own)
        return Parts((built, pixels, size, channels, fit.labels()))

    return build


def _space(fit: Fit, options: dict[str, Any]) -> Space:
    """How items are vectors: levels of pictures and choices of rows are spread."""
    if fit.spans:
        return DequantisedRows(fit.spans)
    if len(fit.shape) < 3:
        return Plain(fit.shape)
    own: dict[str, Any] = {n: options.pop(n) for n in ("levels", "logit") if n in options}
    check_arguments("the networks", Dequantised, own)
    return Dequantised(fit.shape, **{"levels": 2 if fit.binary else 256, **own})


def _flow(network: type[nn.Module]) -> Callable[[Fit], Parts]:
    """Builds a network(shape, width, ..., condition), a prior and the space of items."""

    def build(fit: Fit) -> Parts:
        options = made(fit.options)
        space = _space(fit, options)
        (own,) = shared_out(options, network)
        built = network(fit.shape, width=fit.width, condition=fit.condition, **own)
        return Parts((built, Normal(space.numbers), space, fit.labels()))

    return build


def _flow_pair(fit: Fit) -> Parts:
    """The flow is an option; a discriminator of linear layers as wide."""
    options = made(fit.options)
    space, flow = _space(fit, options), options.pop("flow", RealNVP)
    hidden = (fit.width,) * options.pop("depth", 3)
    (judging,) = shared_out(options, MLP)
    network = flow(fit.shape, width=fit.width, condition=fit.condition)
    judge = MLP(fit.shape, (), hidden, fit.condition, **judging)
    return Parts((network, judge, Normal(space.numbers), space, fit.labels()))


LIKELIHOOD: dict[str, Built] = {
    "pixelcnn": Built(
        _pixel_by_pixel(PixelCNN),
        "masked convolutions, each pixel from those before it",
        own=True,
    ),
    "gated-pixelcnn": Built(
        _pixel_by_pixel(GatedPixelCNN),
        "gates, and two stacks without blind spot",
        own=True,
    ),
    "autoencoder": Built(
        _autoencoder,
        "linear layers, from pictures to latents and back",
        own=True,
    ),
    "adversarial-autoencoder": Built(
        _adversarial_autoencoder,
        "the same, and a discriminator of latents",
        own=True,
    ),
    "boltzmann": Built(
        _boltzmann,
        "visible and hidden units, and couplings between them",
        own=True,
    ),
    "deep-boltzmann": Built(
        _deep_boltzmann,
        "two layers of hidden units, and couplings between all three",
        own=True,
    ),
    "nice": Built(_flow(NICE), "additive couplings, and a scale of each number", own=True),
    "realnvp": Built(_flow(RealNVP), "affine couplings of checkerboards", own=True),
    "maf": Built(_flow(MAF), "masked layers, each number from those before it", own=True),
    "iaf": Built(_flow(IAF), "the same, from the latents before it", own=True),
    "neural-spline": Built(
        _flow(NeuralSpline), "masked layers that set the knots of splines", own=True
    ),
    "flow-pair": Built(
        _flow_pair, "a flow (RealNVP if none is named) and linear layers that judge", own=True
    ),
}
