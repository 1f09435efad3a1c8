"""Games with a likelihood, and their kin, under the contract, tiny."""

from collections.abc import Callable
from typing import Any

import torch
from rows_of_pictures import CLASSES, PICTURE, POINT, plain, plain_pair

from sparring.core import (
    Game,
)
from sparring.data import InMemory
from sparring.games import (
    AAE,
    DBM,
    IWAE,
    MADE,
    RBM,
    VAE,
    VAEGAN,
    Autoregressive,
    Flow,
    FlowGAN,
    PixelVAE,
    Waveforms,
)
from sparring.games.above import Above
from sparring.losses import Dequantised, Gaussian, LogisticMixture, MuLaw, Plain
from sparring.networks import (
    IAF,
    MAF,
    MLP,
    NICE,
    ConvolutionalEncoder,
    Coupling,
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
from sparring.priors import Categorical, Normal


def pixelcnn(kind: Any, classes: int = 0, **options: Any) -> Game:
    """A game of one, of pictures whose levels are a mixture of logistics."""
    pixels = LogisticMixture(1, components=2)
    network = kind(1, pixels.outputs, width=2, condition=classes, **options)
    labels = Categorical([1, 2, 1]) if classes else None
    return Autoregressive(network, pixels, 8, 1, labels)


def made(classes: int = 0) -> Game:
    """Of normal pictures, in three orders of the pixels."""
    network = MaskedAutoencoder(1, 2, 8, width=16, orders=3, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return MADE(network, Gaussian(), 8, 1, labels)


def wavenet(classes: int = 0) -> Game:
    """A game of one, of short sounds of few levels."""
    network = WaveNet(8, 3, 2, 2, 4, classes, levels=8)
    labels = Categorical([1, 2, 1]) if classes else None
    return Waveforms(network, MuLaw(levels=8), 12, labels)


def autoencoder(kind: type[VAE], classes: int = 0, told: int = 2, **options: Any) -> Game:
    """Of normal pictures; few draws tell how probable one is."""
    encoder = MLP(PICTURE, (told, 3), hidden=(8,), condition=classes)
    decoder = MLP((3,), (2, *PICTURE[1:]), hidden=(8,), condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return kind(encoder, decoder, Normal(3), Gaussian(), labels, draws=2, **options)


def vae_gan(classes: int = 0) -> Game:
    """Without normalisation, which is of each process's own batch."""
    parts = plain_pair(16, classes)

    def none(_: int) -> torch.nn.Module:
        return torch.nn.Identity()

    encoder = ConvolutionalEncoder(1, 16, (2, 3), 2, classes, none)
    return plain(VAEGAN(encoder, **parts))


def adversarial_autoencoder(classes: int = 0) -> Game:
    """Of normal pictures, with latents of three numbers."""
    encoder = MLP(PICTURE, (3,), hidden=(8,), condition=classes)
    decoder = MLP((3,), (2, *PICTURE[1:]), hidden=(8,), condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return AAE(encoder, decoder, MLP((3,), (), hidden=(8,)), Normal(3), Gaussian(), labels)


def flow(kind: Any, shape: tuple[int, ...], classes: int = 0) -> Game:
    """A game of one; pictures get noise, points are as they are."""
    space = Dequantised(shape) if len(shape) == 3 else Plain(shape)
    network = kind(shape, width=4, depth=2, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return Flow(network, Normal(space.numbers), space, labels)


def flow_pair(shape: tuple[int, ...], classes: int = 0) -> Game:
    """A flow against a discriminator, and for its likelihood."""
    network = NICE(shape, width=4, depth=2, condition=classes)
    judge = MLP(shape, (), hidden=(8,), condition=classes)
    space = Dequantised(shape) if len(shape) == 3 else Plain(shape)
    labels = Categorical([1, 2, 1]) if classes else None
    return FlowGAN(network, judge, Normal(space.numbers), space, labels, weight=0.1)


def pixelvae() -> Game:
    """Of normal pictures under maps."""
    pair = MLP(PICTURE, (2, 3), hidden=(8,)), MLP((3,), (2, *PICTURE[1:]), hidden=(8,))
    network = GatedPixelCNN(1, 2, width=4, depth=1, kernel=3, maps=2)
    return PixelVAE(*pair, network, Normal(3), Gaussian(), 8, draws=2)


def two_levels(classes: int) -> Game:
    """Latents are two maps of 2 by 2, above which are latents of two numbers."""
    above = PixelVAE(
        MLP((2, 2, 2), (2, 2), hidden=(8,)),
        MLP((2,), (2, 2, 2), hidden=(8,)),
        GatedPixelCNN(2, 4, width=4, depth=1, kernel=3, maps=2),
        Normal(2),
        Gaussian(2),
        2,
        2,
    )
    encoder = MapEncoder(1, 2, 2, width=2, condition=classes)
    decoder = MapDecoder(2, 2, 8, width=2, condition=classes)
    network = GatedPixelCNN(1, 2, width=4, depth=1, kernel=3, maps=2)
    labels = Categorical([1, 2, 1])
    prior = Above(above, (2, 2, 2))
    return PixelVAE(encoder, decoder, network, prior, Gaussian(), 8, 1, labels, draws=2)


def bits(rows: int = 40) -> InMemory:
    """Random pictures of two levels."""
    source = torch.Generator().manual_seed(0)
    return InMemory(torch.randn(rows, *PICTURE, generator=source).sign())


UNCONDITIONAL: dict[str, Callable[[], Game]] = {
    "pixelcnn": lambda: pixelcnn(PixelCNN, blocks=1, kernel=3),
    "gated-pixelcnn": lambda: pixelcnn(GatedPixelCNN, depth=2, kernel=3),
    "pixelcnn++": lambda: pixelcnn(PixelCNNPlusPlus, depth=1, levels=2),
    "pixelrnn": lambda: pixelcnn(PixelRNN, kernel=3),
    "multiscale-pixelcnn": lambda: pixelcnn(MultiscalePixelCNN, side=8, depth=1),
    "made": lambda: made(),
    "wavenet": lambda: wavenet(),
    "vae": lambda: autoencoder(VAE, beta=0.5),
    "iwae": lambda: autoencoder(IWAE, k=3),
    "iaf-vae": lambda: autoencoder(VAE, told=3, posterior=InverseAutoregressive(3, 2, 8)),
    "pixelvae": lambda: pixelvae(),
    "rbm": lambda: RBM(Coupling(64, 8), PICTURE, chains=8, settling=3),
    "dbm": lambda: DBM(DeepCoupling(64, 8, 4), PICTURE, chains=8, settling=3),
    "aae": lambda: adversarial_autoencoder(),
    "nice": lambda: flow(NICE, PICTURE),
    "realnvp": lambda: flow(RealNVP, PICTURE),
    "maf": lambda: flow(MAF, POINT),
    "iaf": lambda: flow(IAF, POINT),
    "neural-spline": lambda: flow(NeuralSpline, POINT),
    "flow-gan": lambda: flow_pair(POINT),
    "vae-gan": lambda: vae_gan(),
}

CONDITIONAL: dict[str, Callable[[], Game]] = {
    "pixelcnn": lambda: pixelcnn(PixelCNN, CLASSES, blocks=1, kernel=3),
    "gated-pixelcnn": lambda: pixelcnn(GatedPixelCNN, CLASSES, depth=2, kernel=3),
    "pixelcnn++": lambda: pixelcnn(PixelCNNPlusPlus, CLASSES, depth=1, levels=2),
    "pixelrnn": lambda: pixelcnn(PixelRNN, CLASSES, kernel=3),
    "multiscale-pixelcnn": lambda: pixelcnn(MultiscalePixelCNN, CLASSES, side=8, depth=1),
    "made": lambda: made(CLASSES),
    "wavenet": lambda: wavenet(CLASSES),
    "vae": lambda: autoencoder(VAE, CLASSES, beta=0.5),
    "iwae": lambda: autoencoder(IWAE, CLASSES, k=3),
    "iaf-vae": lambda: autoencoder(VAE, CLASSES, told=3, posterior=InverseAutoregressive(3, 2, 8)),
    "pixelvae": lambda: two_levels(CLASSES),
    "rbm": lambda: RBM(Coupling(64, 8), PICTURE, persistent=False, settling=3),
    "dbm": lambda: DBM(DeepCoupling(64, 8, 4), PICTURE, rounds=2, settling=3),
    "aae": lambda: adversarial_autoencoder(CLASSES),
    "nice": lambda: flow(NICE, PICTURE, CLASSES),
    "realnvp": lambda: flow(RealNVP, PICTURE, CLASSES),
    "maf": lambda: flow(MAF, POINT, CLASSES),
    "iaf": lambda: flow(IAF, POINT, CLASSES),
    "neural-spline": lambda: flow(NeuralSpline, POINT, CLASSES),
    "flow-gan": lambda: flow_pair(PICTURE, CLASSES),
    "vae-gan": lambda: vae_gan(CLASSES),
}
