"""Games of pictures."""

from sparring.games.biggan import BigGAN
from sparring.games.dcgan import DCGAN
from sparring.games.infogan import InfoGAN
from sparring.games.lapgan import LAPGAN
from sparring.games.matching import Matching
from sparring.games.progan import ProGAN
from sparring.games.rows.entry import DCGAN_RATES, FAST, PLAIN, Entry, adam, bibtex, two_rates
from sparring.games.s3gan import S3GAN
from sparring.games.sagan import SAGAN
from sparring.games.stylegan2 import StyleGAN2

# Under the plain loss every value of a code becomes one picture; this loss keeps variety.
_CODED = adam(
    1e-3,
    0.0,
    0.99,
    loss={"part": "RelativisticPaired"},
    extra_regularizers=[{"part": "R1", "gamma": 1.0}, {"part": "R2", "gamma": 1.0}],
)

PICTURES: dict[str, Entry] = {
    "dcgan": Entry(
        DCGAN,
        "convolutions under batch normalisation, in the paper's recipe",
        bibtex(
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
        bibtex(
            "lucic2019s3gan",
            "High-Fidelity Image Generation With Fewer Labels",
            "Lucic, Mario and Tschannen, Michael and Ritter, Marvin and Zhai, Xiaohua and "
            "Bachem, Olivier and Gelly, Sylvain",
            2019,
            "1903.02271",
        ),
        {"image": adam(1e-3, 0.0, 0.9)},
        batches="few-labels",
        prefers={"image": "dcgan"},
        unlabelled=True,
        only="image",
    ),
    "sagan": Entry(
        SAGAN,
        "self-attention, both players spectrally normalised, at two rates",
        bibtex(
            "zhang2018sagan",
            "Self-Attention Generative Adversarial Networks",
            "Zhang, Han and Goodfellow, Ian and Metaxas, Dimitris and Odena, Augustus",
            2018,
            "1805.08318",
        ),
        {"image": two_rates(5e-4, 1e-3, 0.9)},
        prefers={"image": "sagan"},
    ),
    "biggan": Entry(
        BigGAN,
        "latents at every resolution, orthogonal filters, variety traded for quality",
        bibtex(
            "brock2018biggan",
            "Large Scale GAN Training for High Fidelity Natural Image Synthesis",
            "Brock, Andrew and Donahue, Jeff and Simonyan, Karen",
            2018,
            "1809.11096",
        ),
        {"image": two_rates(5e-4, 1e-3, 0.999, discriminator_turns=1)},
        prefers={"image": "biggan"},
    ),
    "stylegan2": Entry(
        StyleGAN2,
        "styles for every layer, with R1 and path lengths",
        bibtex(
            "karras2020stylegan2",
            "Analyzing and Improving the Image Quality of StyleGAN",
            "Karras, Tero and Laine, Samuli and Aittala, Miika and Hellsten, Janne and "
            "Lehtinen, Jaakko and Aila, Timo",
            2020,
            "1912.04958",
        ),
        prefers={"image": "style"},
        only="image",
    ),
    "infogan": Entry(
        InfoGAN,
        "codes among the latents that can be read off the items",
        bibtex(
            "chen2016infogan",
            "InfoGAN: Interpretable Representation Learning by Information Maximizing Generative "
            "Adversarial Nets",
            "Chen, Xi and Duan, Yan and Houthooft, Rein and Schulman, John and Sutskever, Ilya and "
            "Abbeel, Pieter",
            2016,
            "1606.03657",
        ),
        {**PLAIN, "image": _CODED},
        prefers={"image": "infogan"},
    ),
    "matching": Entry(
        Matching,
        "pictures to texts: a real picture with a wrong text counts as generated",
        bibtex(
            "reed2016matching",
            "Generative Adversarial Text to Image Synthesis",
            "Reed, Scott and Akata, Zeynep and Yan, Xinchen and Logeswaran, Lajanugen and "
            "Schiele, Bernt and Lee, Honglak",
            2016,
            "1605.05396",
        ),
        {"image": FAST},
        prefers={"image": "words"},
    ),
    "lapgan": Entry(
        LAPGAN,
        "a pyramid of games, each of which adds what the smaller picture lacks",
        bibtex(
            "denton2015lapgan",
            "Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks",
            "Denton, Emily and Chintala, Soumith and Szlam, Arthur and Fergus, Rob",
            2015,
            "1506.05751",
        ),
        {"image": DCGAN_RATES},
        networks="laplacian",
        only="image",
    ),
    "progan": Entry(
        ProGAN,
        "networks that grow from small pictures to large ones",
        bibtex(
            "karras2018progan",
            "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
            "Karras, Tero and Aila, Timo and Laine, Samuli and Lehtinen, Jaakko",
            2018,
            "1710.10196",
        ),
        networks="progressive",
        only="image",
    ),
}
