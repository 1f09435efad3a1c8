"""Every game by name: its class, what it is, and whom to cite."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparring.core import Game
from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.games.biggan import BigGAN
from sparring.games.ctgan import CTGAN
from sparring.games.dcgan import DCGAN
from sparring.games.egan import EGAN
from sparring.games.gan import GAN
from sparring.games.infogan import InfoGAN
from sparring.games.lapgan import LAPGAN
from sparring.games.lsgan import LSGAN
from sparring.games.matching import Matching
from sparring.games.nade import NADE
from sparring.games.pacgan import PacGAN
from sparring.games.progan import ProGAN
from sparring.games.r3gan import R3GAN
from sparring.games.s3gan import S3GAN
from sparring.games.sagan import SAGAN
from sparring.games.sngan import SNGAN
from sparring.games.stylegan2 import StyleGAN2
from sparring.games.tvae import TVAE
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP


@dataclass(frozen=True)
class Entry:
    """A row of the catalogue.

    Attributes:
        game: the class.
        title: what it is, in one line.
        citation: BibTeX.
        suggested: options that suit a kind of data better than the class's own, by modality.
        encoding: how tables are encoded for it.
        batches: "shuffled", "conditioned" where rows are drawn by what is asked of them, or
            "few-labels" where labelled items come in addition.
        networks: the only pair of networks that it plays with; None where any will do.
        prefers: the networks that are its own where any will do, by modality.
        judged: from the shape of items and the options, the shape of what its discriminator sees;
            None where that is the items'.
        rule: the update rule that it needs, as data; None where any will do.
        unlabelled: whether it learns from items whose class isn't known as well.
    """

    game: type[Game]
    title: str
    citation: str
    suggested: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    encoding: str = "scores"
    batches: str = "shuffled"
    networks: str | None = None
    prefers: Mapping[str, str] = field(default_factory=dict)
    judged: Callable[[tuple[int, ...], Mapping[str, Any]], tuple[int, ...]] | None = None
    rule: Mapping[str, Any] | None = None
    unlabelled: bool = False

    def make(self, *parts: Any, **options: Any) -> Game:
        """A game of this class."""
        return self.game(*parts, **options)


def _bibtex(key: str, title: str, authors: str, year: int, arxiv: str) -> str:
    return (
        f"@article{{{key},\n  title = {{{title}}},\n  author = {{{authors}}},\n"
        f"  year = {{{year}}},\n  journal = {{arXiv preprint arXiv:{arxiv}}},\n}}"
    )


def _adam(lr: float, first: float, second: float, **options: Any) -> dict[str, Any]:
    """Both players' optimizers, and other options beside them."""
    adam = {"part": "Adam", "lr": lr, "betas": [first, second]}
    return {**options, "generator_optimizer": adam, "discriminator_optimizer": adam}


def _two_rates(making: float, judging: float, second: float, **options: Any) -> dict[str, Any]:
    """Optimizers at two rates, and other options beside them.

    Several times the papers', whose batches are a few times to 32 times as large and whose
    trainings are a hundred times as long.
    """
    return {
        **options,
        "generator_optimizer": {"part": "Adam", "lr": making, "betas": [0.0, second]},
        "discriminator_optimizer": {"part": "Adam", "lr": judging, "betas": [0.0, second]},
    }


# What Radford et al. 2016 (arXiv 1511.06434, section 3) found to be stable for pictures.
_DCGAN = _adam(2e-4, 0.5, 0.999)
_FAST = _adam(1e-3, 0.0, 0.99)
_PLAIN = {"image": _DCGAN, "table": _FAST, "matrix": _FAST, "points": _FAST}

# Under the plain loss every value of a code becomes one picture; this loss keeps variety.
_CODED = _adam(
    1e-3,
    0.0,
    0.99,
    loss={"part": "RelativisticPaired"},
    extra_regularizers=[{"part": "R1", "gamma": 1.0}, {"part": "R2", "gamma": 1.0}],
)

_MODES = _bibtex(
    "xu2019ctgan",
    "Modeling Tabular data using Conditional GAN",
    "Xu, Lei and Skoularidou, Maria and Cuesta-Infante, Alfredo and Veeramachaneni, Kalyan",
    2019,
    "1907.00503",
)

GAMES: dict[str, Entry] = {
    "r3gan": Entry(
        R3GAN,
        "relativistic pairing with R1 and R2 penalties; the default for all but tables",
        _bibtex(
            "huang2024r3gan",
            "The GAN is dead; long live the GAN! A Modern GAN Baseline",
            "Huang, Yiwen and Gokaslan, Aaron and Kuleshov, Volodymyr and Tompkin, James",
            2024,
            "2501.05441",
        ),
        {
            "image": _adam(1e-3, 0.0, 0.99, gamma=1.0),
            "table": _adam(1e-3, 0.0, 0.99, gamma=1.0),
            "matrix": _adam(1e-3, 0.0, 0.99, gamma=1.0),
            "points": _adam(1e-3, 0.0, 0.99, gamma=0.1),
        },
    ),
    "gan": Entry(
        GAN,
        "the first GAN, with the non-saturating loss",
        _bibtex(
            "goodfellow2014gan",
            "Generative Adversarial Networks",
            "Goodfellow, Ian J. and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and "
            "Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua",
            2014,
            "1406.2661",
        ),
        _PLAIN,
    ),
    "lsgan": Entry(
        LSGAN,
        "scores pulled to targets by least squares",
        _bibtex(
            "mao2017lsgan",
            "Least Squares Generative Adversarial Networks",
            "Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, Zhen and "
            "Smolley, Stephen Paul",
            2017,
            "1611.04076",
        ),
        _PLAIN,
    ),
    "wgan": Entry(
        WGAN,
        "the earth mover's distance, by clipped weights",
        _bibtex(
            "arjovsky2017wgan",
            "Wasserstein GAN",
            "Arjovsky, Martin and Chintala, Soumith and Bottou, Léon",
            2017,
            "1701.07875",
        ),
    ),
    "wgan-gp": Entry(
        WGANGP,
        "the earth mover's distance, by a gradient penalty",
        _bibtex(
            "gulrajani2017wgangp",
            "Improved Training of Wasserstein GANs",
            "Gulrajani, Ishaan and Ahmed, Faruk and Arjovsky, Martin and Dumoulin, Vincent and "
            "Courville, Aaron",
            2017,
            "1704.00028",
        ),
    ),
    "sngan": Entry(
        SNGAN,
        "the hinge loss under spectral normalisation",
        _bibtex(
            "miyato2018sngan",
            "Spectral Normalization for Generative Adversarial Networks",
            "Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi",
            2018,
            "1802.05957",
        ),
    ),
    "dcgan": Entry(
        DCGAN,
        "convolutions under batch normalisation, in the paper's recipe",
        _bibtex(
            "radford2016dcgan",
            "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial "
            "Networks",
            "Radford, Alec and Metz, Luke and Chintala, Soumith",
            2016,
            "1511.06434",
        ),
        prefers={"image": "dcgan-batchnorm"},
    ),
    "s3gan": Entry(
        S3GAN,
        "classes of pictures from few labels, with self-supervision by rotations",
        _bibtex(
            "lucic2019s3gan",
            "High-Fidelity Image Generation With Fewer Labels",
            "Lucic, Mario and Tschannen, Michael and Ritter, Marvin and Zhai, Xiaohua and "
            "Bachem, Olivier and Gelly, Sylvain",
            2019,
            "1903.02271",
        ),
        {"image": _adam(1e-3, 0.0, 0.9)},
        batches="few-labels",
        prefers={"image": "dcgan"},
        unlabelled=True,
    ),
    "sagan": Entry(
        SAGAN,
        "self-attention, both players spectrally normalised, at two rates",
        _bibtex(
            "zhang2018sagan",
            "Self-Attention Generative Adversarial Networks",
            "Zhang, Han and Goodfellow, Ian and Metaxas, Dimitris and Odena, Augustus",
            2018,
            "1805.08318",
        ),
        {"image": _two_rates(5e-4, 1e-3, 0.9)},
        prefers={"image": "sagan"},
    ),
    "biggan": Entry(
        BigGAN,
        "latents at every resolution, orthogonal filters, variety traded for quality",
        _bibtex(
            "brock2018biggan",
            "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
            "Brock, Andrew and Donahue, Jeff and Simonyan, Karen",
            2018,
            "1809.11096",
        ),
        {"image": _two_rates(5e-4, 1e-3, 0.999, discriminator_turns=1)},
        prefers={"image": "biggan"},
    ),
    "stylegan2": Entry(
        StyleGAN2,
        "styles for every layer, with R1 and path lengths",
        _bibtex(
            "karras2020stylegan2",
            "Analyzing and Improving the Image Quality of StyleGAN",
            "Karras, Tero and Laine, Samuli and Aittala, Miika and Hellsten, Janne and "
            "Lehtinen, Jaakko and Aila, Timo",
            2020,
            "1912.04958",
        ),
        prefers={"image": "style"},
    ),
    "nade": Entry(
        NADE,
        "one column of a table after the other, in any order; the default for tables",
        _bibtex(
            "uria2014nade",
            "A Deep and Tractable Density Estimator",
            "Uria, Benigno and Murray, Iain and Larochelle, Hugo",
            2014,
            "1310.1757",
        ),
        encoding="tokens",
        networks="conditionals",
    ),
    "pacgan": Entry(
        PacGAN,
        "packs of items judged as one, against lack of variety",
        _bibtex(
            "lin2018pacgan",
            "PacGAN: The power of two samples in generative adversarial networks",
            "Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
            2018,
            "1712.04086",
        ),
        _PLAIN,
        judged=lambda shape, options: (shape[0] * options.get("pac", 2), *shape[1:]),
    ),
    "egan": Entry(
        EGAN,
        "three moves of the generator, of which the fittest survives",
        _bibtex(
            "wang2018egan",
            "Evolutionary Generative Adversarial Networks",
            "Wang, Chaoyue and Xu, Chang and Yao, Xin and Tao, Dacheng",
            2018,
            "1803.00657",
        ),
        _PLAIN,
        rule={"part": "Evolution"},
    ),
    "infogan": Entry(
        InfoGAN,
        "codes among the latents that can be read off the items",
        _bibtex(
            "chen2016infogan",
            "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative "
            "Adversarial Nets",
            "Chen, Xi and Duan, Yan and Houthooft, Rein and Schulman, John and Sutskever, Ilya and "
            "Abbeel, Pieter",
            2016,
            "1606.03657",
        ),
        {**_PLAIN, "image": _CODED},
        prefers={"image": "infogan"},
    ),
    "matching": Entry(
        Matching,
        "pictures to texts: a real picture with a wrong text counts as generated",
        _bibtex(
            "reed2016matching",
            "Generative Adversarial Text to Image Synthesis",
            "Reed, Scott and Akata, Zeynep and Yan, Xinchen and Logeswaran, Lajanugen and "
            "Schiele, Bernt and Lee, Honglak",
            2016,
            "1605.05396",
        ),
        {"image": _FAST},
        prefers={"image": "words"},
    ),
    "lapgan": Entry(
        LAPGAN,
        "a pyramid of games, each of which adds what the smaller picture lacks",
        _bibtex(
            "denton2015lapgan",
            "Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks",
            "Denton, Emily and Chintala, Soumith and Szlam, Arthur and Fergus, Rob",
            2015,
            "1506.05751",
        ),
        {"image": _DCGAN},
        networks="laplacian",
    ),
    "progan": Entry(
        ProGAN,
        "networks that grow from small pictures to large ones",
        _bibtex(
            "karras2018progan",
            "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
            "Karras, Tero and Aila, Timo and Laine, Samuli and Lehtinen, Jaakko",
            2018,
            "1710.10196",
        ),
        networks="progressive",
    ),
    "ctgan": Entry(
        CTGAN,
        "rows of a table, asked for by one of their categories",
        _MODES,
        encoding="modes",
        batches="conditioned",
        networks="ctgan",
    ),
    "tvae": Entry(
        TVAE,
        "a variational autoencoder of rows of a table",
        _MODES.replace("xu2019ctgan", "xu2019tvae"),
        encoding="modes",
        networks="tvae",
    ),
}


def find_game(name: str) -> Entry:
    """The entry of a game.

    Raises:
        WrongUse: if there is none of that name.

    Example:
        >>> find_game("lsgan").game.__name__
        'LSGAN'
    """
    if name not in GAMES:
        raise WrongUse(f"there is no game {name!r}{closest(name, GAMES)}")
    return GAMES[name]
