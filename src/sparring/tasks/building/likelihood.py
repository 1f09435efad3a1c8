"""Networks of models that have a likelihood or a bound of it."""

import math
from collections.abc import Callable

from torch import nn

from sparring.losses import Bernoulli, DiscretisedLogistic, LogisticMixture
from sparring.networks import (
    MLP,
    Coupling,
    DeepCoupling,
    GatedPixelCNN,
    MaskedAutoencoder,
    MultiscalePixelCNN,
    PixelCNN,
    PixelCNNPlusPlus,
    PixelRNN,
)
from sparring.priors import Normal
from sparring.tasks.arguments import taken_by
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
        if "side" in taken_by(network):
            own["side"] = size
        built = network(channels, pixels.outputs, width=fit.width, condition=fit.condition, **own)
        return Parts((built, pixels, size, channels, fit.labels()))

    return build


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
    "pixelcnn++": Built(
        _pixel_by_pixel(PixelCNNPlusPlus),
        "two streams at several resolutions",
        own=True,
    ),
    "pixelrnn": Built(
        _pixel_by_pixel(PixelRNN),
        "LSTMs along the diagonals of a picture, from both sides",
        own=True,
    ),
    "multiscale-pixelcnn": Built(
        _pixel_by_pixel(MultiscalePixelCNN),
        "a small PixelCNN, and residual networks that double its pictures",
        own=True,
    ),
    "masked-autoencoder": Built(
        _pixel_by_pixel(MaskedAutoencoder),
        "linear layers masked so that pixels follow from one another",
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
}
