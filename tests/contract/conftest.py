"""The table of games: one row a catalogue entry, unconditional and class-conditional.

A new game comes under the contract with one line in `UNCONDITIONAL` and one in `CONDITIONAL`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import torch

from sparring.core import (
    Alternating,
    Batch,
    Callback,
    Consensus,
    Extragradient,
    Game,
    Optimistic,
    Simultaneous,
    TrainingState,
    share,
)
from sparring.core import Batches as Stream
from sparring.data import Batches, FewLabels, InMemory
from sparring.data.conditioned import Categories, Conditioned
from sparring.games import (
    AAE,
    CTGAN,
    DBM,
    DCGAN,
    EGAN,
    GAN,
    IWAE,
    LAPGAN,
    LSGAN,
    MADE,
    NADE,
    R3GAN,
    RBM,
    S3GAN,
    SAGAN,
    SNGAN,
    TVAE,
    VAE,
    VAEGAN,
    WGAN,
    WGANGP,
    Autoregressive,
    BigGAN,
    Flow,
    FlowGAN,
    InfoGAN,
    Matching,
    PacGAN,
    PixelVAE,
    ProGAN,
    StyleGAN2,
    Waveforms,
)
from sparring.games.above import Above
from sparring.losses import Dequantised, Gaussian, LogisticMixture, MuLaw, Plain
from sparring.networks import (
    IAF,
    MAF,
    MLP,
    NICE,
    Conditionals,
    ConvolutionalEncoder,
    Coupling,
    CTGANDiscriminator,
    CTGANGenerator,
    DCGANDiscriminator,
    DCGANGenerator,
    DeepCoupling,
    GatedPixelCNN,
    InverseAutoregressive,
    LaplacianDiscriminator,
    LaplacianGenerator,
    MapDecoder,
    MapEncoder,
    MaskedAutoencoder,
    MultiscalePixelCNN,
    NeuralSpline,
    PixelCNN,
    PixelCNNPlusPlus,
    PixelRNN,
    ProgressiveDiscriminator,
    ProgressiveGenerator,
    RealNVP,
    StyleDiscriminator,
    StyleGenerator,
    TVAEDecoder,
    TVAEEncoder,
    WaveNet,
)
from sparring.priors import Categorical, Normal
from sparring.regularizers import DRAGAN, R1, Lazy

POINT, PICTURE = (2,), (1, 8, 8)
CLASSES = 3


def pair(shape: tuple[int, ...], classes: int = 0) -> dict[str, Any]:
    """What every game of two networks is made of, tiny."""
    return {
        "generator": MLP((3,), shape, hidden=(8,), condition=classes),
        "discriminator": MLP(shape, (), hidden=(8,), condition=classes),
        "prior": Normal(3),
        "labels": Categorical([1, 2, 1]) if classes else None,
    }


def packed(shape: tuple[int, ...], classes: int = 0) -> Game:
    """Packs of 2: what the discriminator sees, and is told, is twice as wide."""
    seen = (2 * shape[0], *shape[1:])
    judge = MLP(seen, (), hidden=(8,), condition=2 * classes)
    return PacGAN(**{**pair(shape, classes), "discriminator": judge}, pac=2)


def plain(game: Game) -> Game:
    """With weights that lie as files keep them; how else they may lie, test_layout has."""
    return game.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]


def pyramid(classes: int = 0) -> Game:
    """Two levels, 8 and 4 pixels."""
    maker = LaplacianGenerator(3, 1, 8, width=2, condition=classes)
    judge = LaplacianDiscriminator(1, 8, width=2, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(LAPGAN(maker, judge, Normal(64 + 3), labels))


def growing(classes: int = 0) -> Game:
    """The second of two levels is being faded in: all parts play."""
    maker = ProgressiveGenerator(3, 1, 8, width=4, condition=classes)
    judge = ProgressiveDiscriminator(1, 8, width=4, condition=classes, group=2)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(ProGAN(maker, judge, Normal(3), labels, start=0.25, growth=1.0))


def styles(classes: int = 0) -> Game:
    """Two levels; R1 and path lengths every other step, for whole groups in every process."""
    maker = StyleGenerator(3, 1, 8, width=2, condition=classes)
    judge = StyleDiscriminator(1, 8, width=2, group=2, condition=classes)
    labels = Categorical([1, 2, 1]) if classes else None
    return plain(StyleGAN2(maker, judge, Normal(3), labels, penalty_every=2, path_every=2))


def coded(shape: tuple[int, ...], classes: int = 0) -> Game:
    """Two choices, a number, and as much noise as is left of five."""
    maker = MLP((5,), shape, hidden=(8,), condition=classes)
    parts = {**pair(shape, classes), "generator": maker, "prior": Normal(5)}
    return InfoGAN(**parts, categories=(2,), continuous=1)


def plain_pair(size: int, classes: int) -> dict[str, Any]:
    """DCGAN's networks without normalisation, which is of each process's own batch."""

    def none(_: int) -> torch.nn.Module:
        return torch.nn.Identity()

    return {
        "generator": DCGANGenerator(3, 1, size, 2, condition=classes, norm=none),
        "discriminator": DCGANDiscriminator(1, size, 2, condition=classes),
        "prior": Normal(3),
        "labels": Categorical([1, 2, 1]) if classes else None,
    }


def pictures(rows: int = 40) -> InMemory:
    """Random pictures of which some have a label."""
    source = torch.Generator().manual_seed(0)
    y = torch.randint(CLASSES, (rows,), generator=source)
    y[torch.arange(rows) % 3 > 0] = -1
    return InMemory(torch.randn(rows, 1, 8, 8, generator=source), y)


NUMBERS = (("bounded", 1), ("mode", 3), ("number", 1))
MIXED = (("category", 3), *NUMBERS, ("category", 2))


def encoded(spans: tuple[tuple[str, int], ...], rows: int = 40) -> InMemory:
    """Random rows of a table; their choices are one-hot."""
    source = torch.Generator().manual_seed(0)
    blocks = []
    for kind, width in spans:
        x = torch.rand(rows, width, generator=source)
        one_hot = torch.nn.functional.one_hot(x.argmax(1), width).to(x.dtype)
        blocks.append(one_hot if kind in ("mode", "category") else 2 * x - 1)
    return InMemory(torch.cat(blocks, 1))


def columns(spans: tuple[tuple[str, int], ...]) -> tuple[tuple[str, int], ...]:
    """The same table as columns of tokens: what is one number is put into bins."""
    return tuple(("token", width) if width > 1 else ("ordinal", 20) for _, width in spans)


def tokens(spans: tuple[tuple[str, int], ...], rows: int = 40) -> InMemory:
    """Random tokens and positions in them; some are not known."""
    source = torch.Generator().manual_seed(0)
    sizes = torch.tensor([size for _, size in columns(spans)])
    x = torch.rand(rows, len(sizes), generator=source) * sizes
    return InMemory(x.masked_fill(torch.rand(x.shape, generator=source) < 0.1, -1))


def ctgan(spans: tuple[tuple[str, int], ...]) -> Game:
    """Packs of 2, and no normalisation over the batch, which is each process's own."""
    asked = Categories(encoded(spans), spans)
    width, values = sum(width for _, width in spans), len(asked.counts)
    return CTGAN(
        CTGANGenerator(3, spans, hidden=(8, 8), norm=torch.nn.LayerNorm),
        CTGANDiscriminator(width, values, packing=2, hidden=(16, 16), dropout=0.2),
        Normal(3),
        spans=spans,
        frequencies=asked.frequencies,
    )


def tvae(spans: tuple[tuple[str, int], ...]) -> Game:
    """A game of one; of its conditional row it sees all, and is asked for nothing."""
    width = sum(width for _, width in spans)
    pair = TVAEEncoder(width, 3, hidden=(8,)), TVAEDecoder(width, 3, hidden=(8,))
    return TVAE(*pair, Normal(3), spans=spans)


def nade(spans: tuple[tuple[str, int], ...]) -> Game:
    """A game of one; every column can be asked for, whatever the row."""
    network = Conditionals(columns(spans), hidden=8, dropout=0.2)
    # A unit that sees nothing begins at its kink, where no slope is defined.
    torch.nn.init.normal_(network.bias)
    return NADE(network)


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


UNCONDITIONAL: dict[str, Callable[[], Game]] = {
    "gan": lambda: GAN(**pair(POINT), regularizers=[Lazy(R1(0.5), every=2), DRAGAN()]),
    "lsgan": lambda: LSGAN(**pair(PICTURE)),
    "wgan": lambda: WGAN(**pair(POINT), clip=0.1),
    "wgan-gp": lambda: WGANGP(**pair(PICTURE)),
    "sngan": lambda: SNGAN(**pair(POINT), discriminator_turns=2),
    "sagan": lambda: SAGAN(**pair(PICTURE)),
    "biggan": lambda: BigGAN(**pair(POINT), orthogonality=0.1),
    "r3gan": lambda: R3GAN(**pair(PICTURE)),
    "pacgan": lambda: packed(POINT),
    "egan": lambda: EGAN(**pair(PICTURE)),
    "infogan": lambda: coded(POINT),
    "matching": lambda: Matching(**pair(PICTURE)),
    "lapgan": lambda: pyramid(),
    "progan": lambda: growing(),
    "stylegan2": lambda: styles(),
    "dcgan": lambda: plain(DCGAN(**plain_pair(16, 0))),
    "s3gan": lambda: plain(S3GAN(**plain_pair(8, 0))),
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
    "nade": lambda: nade(NUMBERS),
    "ctgan": lambda: ctgan(NUMBERS),
    "tvae": lambda: tvae(NUMBERS),
}

CONDITIONAL: dict[str, Callable[[], Game]] = {
    "gan": lambda: GAN(**pair(PICTURE, CLASSES), regularizers=[Lazy(R1(0.5), every=2), DRAGAN()]),
    "lsgan": lambda: LSGAN(**pair(POINT, CLASSES)),
    "wgan": lambda: WGAN(**pair(PICTURE, CLASSES), clip=0.1),
    "wgan-gp": lambda: WGANGP(**pair(POINT, CLASSES)),
    "sngan": lambda: SNGAN(**pair(PICTURE, CLASSES), discriminator_turns=2),
    "sagan": lambda: SAGAN(**pair(POINT, CLASSES)),
    "biggan": lambda: BigGAN(**pair(PICTURE, CLASSES), orthogonality=0.1),
    "r3gan": lambda: R3GAN(**pair(POINT, CLASSES)),
    "pacgan": lambda: packed(PICTURE, CLASSES),
    "egan": lambda: EGAN(**pair(POINT, CLASSES)),
    "infogan": lambda: coded(PICTURE, CLASSES),
    "matching": lambda: Matching(**pair(POINT, CLASSES), between=0.5),
    "lapgan": lambda: pyramid(CLASSES),
    "progan": lambda: growing(CLASSES),
    "stylegan2": lambda: styles(CLASSES),
    "dcgan": lambda: plain(DCGAN(**plain_pair(16, CLASSES))),
    "s3gan": lambda: plain(S3GAN(**plain_pair(8, CLASSES))),
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
    "nade": lambda: nade(MIXED),
    "ctgan": lambda: ctgan(MIXED),
    "tvae": lambda: tvae(MIXED),
}


# Games whose batches aren't plain noise: encoded rows, and what is asked of them.
def bits(rows: int = 40) -> InMemory:
    """Random pictures of two levels."""
    source = torch.Generator().manual_seed(0)
    return InMemory(torch.randn(rows, *PICTURE, generator=source).sign())


BATCHES: dict[str, Callable[[tuple[tuple[str, int], ...], int], Stream]] = {
    "nade": lambda spans, size: Batches(tokens(spans), size),
    "rbm": lambda _, size: Batches(bits(), size),
    "dbm": lambda _, size: Batches(bits(), size),
    "s3gan": lambda _, size: FewLabels(pictures(), size, labelled=4),
    "ctgan": lambda spans, size: Conditioned(encoded(spans), spans, size),
    "tvae": lambda spans, size: Batches(encoded(spans), size),
}

# Games that draw nothing while they are played, beside their batches.
UNDRAWN = {
    *("pixelcnn", "gated-pixelcnn", "pixelrnn", "multiscale-pixelcnn", "wavenet"),
    *("maf", "iaf", "neural-spline"),
}

RULES = [Alternating(), Simultaneous(), Extragradient(), Optimistic(), Consensus(0.1)]


class Noise:
    """Batches that follow from their number alone; each process takes its share."""

    def __init__(self, shape: tuple[int, ...], labelled: bool, batch_size: int = 8) -> None:
        self.shape, self.labelled, self.batch_size, self.number = shape, labelled, batch_size, 0

    def __next__(self) -> Batch:
        source = torch.Generator().manual_seed(self.number)
        self.number += 1
        batch = {"x": share(torch.randn(self.batch_size, *self.shape, generator=source))}
        if self.labelled:
            labels = torch.randint(CLASSES, (self.batch_size,), generator=source)
            batch["y"] = share(labels)
        return batch

    def state_dict(self) -> dict[str, Any]:
        return {"number": self.number}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.number = state["number"]


class RunningMean(Callback):
    """Averages weights as a real training would, and remembers how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def on_start(self, state: TrainingState) -> None:
        if "game" not in state.averages:
            state.averages["game"] = [t.clone() for t in state.game.averaged_tensors()]

    def on_step(self, state: TrainingState) -> None:
        self.calls += 1
        torch._foreach_lerp_(state.averages["game"], state.game.averaged_tensors(), 0.25)

    def state_dict(self) -> dict[str, Any]:
        return {"calls": self.calls}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.calls = state["calls"]


@dataclass(frozen=True)
class Row:
    """One game under the contract."""

    name: str
    conditional: bool

    def game(self, seed: int = 1) -> Game:
        """The same game every time; another seed, other weights."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            return (CONDITIONAL if self.conditional else UNCONDITIONAL)[self.name]()

    def batches(self, batch_size: int = 8) -> Stream:
        """A stream that fits the game, from its start."""
        if self.name in BATCHES:
            return BATCHES[self.name](MIXED if self.conditional else NUMBERS, batch_size)
        shape: tuple[int, ...] = tuple(self.game().sample(1).shape[1:])  # type: ignore[attr-defined]
        return Noise(shape, self.conditional, batch_size)

    @property
    def draws(self) -> bool:
        """Whether the game draws random numbers while it is played."""
        return self.name not in UNDRAWN

    def __str__(self) -> str:
        return f"{self.name}-conditional" if self.conditional else self.name


ROWS = [
    *(Row(name, conditional=False) for name in UNCONDITIONAL),
    *(Row(name, conditional=True) for name in CONDITIONAL),
]


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    """Every game in its turn."""
    return request.param


@pytest.fixture(params=RULES, ids=lambda rule: type(rule).__name__.lower())
def rule(request: pytest.FixtureRequest) -> Any:
    """Every update rule in its turn."""
    return request.param


@pytest.fixture
def rows() -> list[Row]:
    """The whole table."""
    return ROWS


@pytest.fixture
def running_mean() -> type[RunningMean]:
    """A callback that averages weights."""
    return RunningMean


@pytest.fixture
def weights() -> Callable[[Game], dict[str, torch.Tensor]]:
    """A game's weights and buffers at this moment, copied."""
    return lambda game: {name: tensor.clone() for name, tensor in game.state_dict().items()}
