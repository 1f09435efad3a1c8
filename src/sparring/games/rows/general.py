"""Games that play with anything: pictures, tables and points."""

from sparring.games.egan import EGAN
from sparring.games.gan import GAN
from sparring.games.lsgan import LSGAN
from sparring.games.pacgan import PacGAN
from sparring.games.r3gan import R3GAN
from sparring.games.rows.entry import PLAIN, Entry, adam, bibtex
from sparring.games.sngan import SNGAN
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP

GENERAL: dict[str, Entry] = {
    "r3gan": Entry(
        R3GAN,
        "relativistic pairing with R1 and R2 penalties; the default for all but tables",
        bibtex(
            "huang2024r3gan",
            "The GAN is dead; long live the GAN! A Modern GAN Baseline",
            "Huang, Yiwen and Gokaslan, Aaron and Kuleshov, Volodymyr and Tompkin, James",
            2024,
            "2501.05441",
        ),
        {
            "image": adam(1e-3, 0.0, 0.99, gamma=1.0),
            "table": adam(1e-3, 0.0, 0.99, gamma=1.0),
            "matrix": adam(1e-3, 0.0, 0.99, gamma=1.0),
            "points": adam(1e-3, 0.0, 0.99, gamma=0.1),
        },
    ),
    "gan": Entry(
        GAN,
        "the first GAN, with the non-saturating loss",
        bibtex(
            "goodfellow2014gan",
            "Generative Adversarial Networks",
            "Goodfellow, Ian J. and Pouget-Abadie, Jean and Mirza, Mehdi and Xu, Bing and "
            "Warde-Farley, David and Ozair, Sherjil and Courville, Aaron and Bengio, Yoshua",
            2014,
            "1406.2661",
        ),
        PLAIN,
    ),
    "lsgan": Entry(
        LSGAN,
        "scores pulled to targets by least squares",
        bibtex(
            "mao2017lsgan",
            "Least Squares Generative Adversarial Networks",
            "Mao, Xudong and Li, Qing and Xie, Haoran and Lau, Raymond Y. K. and Wang, Zhen and "
            "Smolley, Stephen Paul",
            2017,
            "1611.04076",
        ),
        PLAIN,
    ),
    "wgan": Entry(
        WGAN,
        "the earth mover's distance, by clipped weights",
        bibtex(
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
        bibtex(
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
        bibtex(
            "miyato2018sngan",
            "Spectral Normalization for Generative Adversarial Networks",
            "Miyato, Takeru and Kataoka, Toshiki and Koyama, Masanori and Yoshida, Yuichi",
            2018,
            "1802.05957",
        ),
    ),
    "pacgan": Entry(
        PacGAN,
        "packs of items judged as one, against lack of variety",
        bibtex(
            "lin2018pacgan",
            "PacGAN: The power of two samples in generative adversarial networks",
            "Lin, Zinan and Khetan, Ashish and Fanti, Giulia and Oh, Sewoong",
            2018,
            "1712.04086",
        ),
        PLAIN,
        judged=lambda shape, options: (shape[0] * options.get("pac", 2), *shape[1:]),
    ),
    "egan": Entry(
        EGAN,
        "three moves of the generator, of which the fittest survives",
        bibtex(
            "wang2018egan",
            "Evolutionary Generative Adversarial Networks",
            "Wang, Chaoyue and Xu, Chang and Yao, Xin and Tao, Dacheng",
            2018,
            "1803.00657",
        ),
        PLAIN,
        rule={"part": "Evolution"},
    ),
}
