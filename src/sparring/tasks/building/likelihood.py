"""Networks of models that have a likelihood or a bound of it."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from torch import nn

from sparring.games import PixelVAE
from sparring.games.above import Above
from sparring.games.posteriors import IndependentNormal
from sparring.losses import (
    Bernoulli,
    Dequantised,
    DequantisedRows,
    DiscretisedLogistic,
    Gaussian,
    LogisticMixture,
    MuLaw,
    Pixels,
    Plain,
    Space,
)
from sparring.networks import (
    IAF,
    MAF,
    MLP,
    NICE,
    ConvolutionalEncoder,
    Coupling,
    DCGANDiscriminator,
    DCGANGenerator,
    DeepCoupling,
    GatedPixelCNN,
    InverseAutoregressive,
    MapDecoder,
    MapEncoder,
    MaskedAutoencoder,
    MultiscalePixelCNN,
    NeuralSpline,
    PixelCNN,
    PixelCNNPlusPlus,
    PixelRNN,
    RealNVP,
    WaveNet,
)
from sparring.networks.maps import quarter
from sparring.priors import Normal
from sparring.tasks.arguments import check_arguments, taken_by
from sparring.tasks.building.fit import Built, Fit, Parts
from sparring.tasks.network_options import made, shared_out


def _pixels(
    fit: Fit, options: dict[str, Any], levels: Callable[..., Pixels] = LogisticMixture
) -> Pixels:
    """What is said of pixels: as the options have it, else by how many levels there are."""
    usual = Bernoulli if fit.tones == 2 else partial(levels, levels=fit.tones)
    law: Pixels = options.pop("pixels", usual)(fit.shape[0])
    return law


def _pair(
    fit: Fit, encoded: tuple[int, ...], hidden: tuple[int, ...], pixels: Pixels
) -> tuple[MLP, MLP]:
    """Linear layers from pictures to what is asked for, and from latents to pixels."""
    return (
        MLP(fit.shape, encoded, hidden, fit.condition),
        MLP((fit.latent,), (pixels.outputs, *fit.shape[1:]), hidden, fit.condition),
    )


def _autoencoder(fit: Fit, **suggested: Any) -> Parts:
    """Encoder to what a posterior takes, and decoder."""
    options = {**suggested, **made(fit.options)}
    pixels = _pixels(fit, options, DiscretisedLogistic)
    hidden = (fit.width,) * options.pop("depth", 2)
    law = options.pop("posterior", None)
    posterior = IndependentNormal() if law is None else law(fit.latent)
    shared_out(options, MLP)
    pair = _pair(fit, (posterior.numbers, fit.latent), hidden, pixels)
    return Parts((*pair, Normal(fit.latent), pixels, fit.labels()), {"posterior": posterior})


def _iaf_autoencoder(fit: Fit) -> Parts:
    return _autoencoder(fit, posterior=InverseAutoregressive)


def _adversarial_autoencoder(fit: Fit) -> Parts:
    """Encoder, decoder, and a discriminator of latents."""
    options = made(fit.options)
    pixels = _pixels(fit, options, DiscretisedLogistic)
    hidden = (fit.width,) * options.pop("depth", 2)
    shared_out(options, MLP)
    pair, rival = _pair(fit, (fit.latent,), hidden, pixels), MLP((fit.latent,), (), hidden)
    return Parts((*pair, rival, Normal(fit.latent), pixels, fit.labels()))


def _pixelvae(fit: Fit) -> Parts:
    """Linear layers to latents and from these to maps, and few layers over pixels."""
    channels, size, _ = fit.shape
    options = {"depth": 3, **made(fit.options)}
    if "latents" in options:
        return _maps_of_latents(fit, options)
    pixels = _pixels(fit, options)
    maps, hidden = options.pop("maps", 4), (options.pop("hidden", 200),) * 2
    (own,) = shared_out(options, GatedPixelCNN)
    encoder = MLP(fit.shape, (2, fit.latent), hidden, fit.condition)
    decoder = MLP((fit.latent,), (maps, size, size), hidden, fit.condition)
    network = GatedPixelCNN(channels, pixels.outputs, fit.width, maps=maps, **own)
    prior = Normal(fit.latent)
    return Parts((encoder, decoder, network, prior, pixels, size, channels, fit.labels()))


def _maps_of_latents(fit: Fit, options: dict[str, Any]) -> Parts:
    """Maps of latents a quarter as wide as pictures; above them a PixelVAE of normal pixels."""
    channels, size, _ = fit.shape
    pixels = _pixels(fit, options)
    maps, latents = options.pop("maps", 8), options.pop("latents")
    hidden = (options.pop("hidden", 200),)
    (own,) = shared_out(options, GatedPixelCNN)
    side, between = quarter(size), Gaussian(latents)
    above = PixelVAE(
        MLP((latents, side, side), (2, fit.latent), hidden),
        MLP((fit.latent,), (maps, side, side), hidden),
        GatedPixelCNN(latents, between.outputs, fit.width, maps=maps, **own),
        Normal(fit.latent),
        between,
        side,
        latents,
    )
    encoder = MapEncoder(channels, 2, latents, 2 * fit.width, fit.condition)
    decoder = MapDecoder(latents, maps, size, 2 * fit.width, fit.condition)
    network = GatedPixelCNN(channels, pixels.outputs, fit.width, maps=maps, **own)
    prior = Above(above, (latents, side, side))
    return Parts((encoder, decoder, network, prior, pixels, size, channels, fit.labels()))


def _vae_gan(fit: Fit) -> Parts:
    channels, size, _ = fit.shape
    encoding, making, judging = shared_out(
        made(fit.options), ConvolutionalEncoder, DCGANGenerator, DCGANDiscriminator
    )
    trio = (
        ConvolutionalEncoder(channels, size, (2, fit.latent), fit.width, fit.condition, **encoding),
        DCGANGenerator(fit.latent, channels, size, fit.width, fit.condition, **making),
        DCGANDiscriminator(channels, size, fit.width, fit.condition, **judging),
    )
    return Parts((*trio, Normal(fit.latent), fit.labels()))


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
        pixels = _pixels(fit, options)
        (own,) = shared_out(options, network)
        if "colours" in taken_by(network) and not isinstance(pixels, LogisticMixture):
            # Where what is said of a colour doesn't look at the others, they take turns.
            own["colours"] = channels
        if "side" in taken_by(network):
            own["side"] = size
        built = network(channels, pixels.outputs, width=fit.width, condition=fit.condition, **own)
        return Parts((built, pixels, size, channels, fit.labels()))

    return build


def _sample_by_sample(fit: Fit) -> Parts:
    (own,) = shared_out(made(fit.options), WaveNet)
    law = MuLaw(levels=own.get("levels", 256))
    network = WaveNet(law.outputs, fit.width, condition=fit.condition, **own)
    return Parts((network, law, fit.shape[-1], fit.labels()))


def _space(fit: Fit, options: dict[str, Any]) -> Space:
    """How items are vectors: levels of pictures and choices of rows are spread."""
    if fit.spans:
        return DequantisedRows(fit.spans)
    if len(fit.shape) < 3:
        return Plain(fit.shape)
    own: dict[str, Any] = {n: options.pop(n) for n in ("levels", "logit") if n in options}
    check_arguments("the networks", Dequantised, own)
    return Dequantised(fit.shape, **{"levels": fit.tones, **own})


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
    "wavenet": Built(
        _sample_by_sample,
        "dilated convolutions, each sample of a sound from those before it",
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
    "iaf-autoencoder": Built(
        _iaf_autoencoder,
        "the same, with latents that depend on each other",
        own=True,
    ),
    "pixelvae": Built(
        _pixelvae,
        "linear layers to latents and maps, and gates over pixels under these; or maps of latents",
        own=True,
    ),
    "vae-gan": Built(
        _vae_gan,
        "DCGAN's pair and a convolutional encoder",
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
