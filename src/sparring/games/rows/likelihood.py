"""Games that raise the likelihood of the data or a bound of it, and their kin."""

from sparring.games.aae import AAE
from sparring.games.autoregressive import Autoregressive
from sparring.games.dbm import DBM
from sparring.games.iwae import IWAE
from sparring.games.made import MADE
from sparring.games.rbm import RBM
from sparring.games.rows.entry import Entry, bibtex
from sparring.games.vae import VAE

_VAE = bibtex(
    "kingma2014vae",
    "Auto-Encoding Variational Bayes",
    "Kingma, Diederik P. and Welling, Max",
    2014,
    "1312.6114",
)

_PIXEL_RNN = bibtex(
    "oord2016pixelrnn",
    "Pixel Recurrent Neural Networks",
    'van den Oord, A{\\"a}ron and Kalchbrenner, Nal and Kavukcuoglu, Koray',
    2016,
    "1601.06759",
)

_PCD = (
    "@inproceedings{tieleman2008pcd,\n  title = {Training Restricted Boltzmann Machines using "
    "Approximations to the Likelihood Gradient},\n  author = {Tieleman, Tijmen},\n"
    "  year = {2008},\n  booktitle = {International Conference on Machine Learning},\n}"
)

LIKELIHOOD: dict[str, Entry] = {
    "pixelcnn": Entry(
        Autoregressive,
        "one pixel after the other, each given those before; exact likelihoods",
        _PIXEL_RNN,
        networks="pixelcnn",
        only="image",
    ),
    "gated-pixelcnn": Entry(
        Autoregressive,
        "the same with gates and without blind spot",
        bibtex(
            "oord2016gated",
            "Conditional Image Generation with PixelCNN Decoders",
            'van den Oord, A{\\"a}ron and Kalchbrenner, Nal and Vinyals, Oriol and Espeholt, '
            "Lasse and Graves, Alex and Kavukcuoglu, Koray",
            2016,
            "1606.05328",
        ),
        networks="gated-pixelcnn",
        only="image",
    ),
    "pixelcnn++": Entry(
        Autoregressive,
        "the same at several resolutions, with ways across; pixels by mixtures of logistics",
        bibtex(
            "salimans2017pixelcnnpp",
            "PixelCNN++: Improving the PixelCNN with Discretized Logistic Mixture Likelihood and "
            "Other Modifications",
            "Salimans, Tim and Karpathy, Andrej and Chen, Xi and Kingma, Diederik P.",
            2017,
            "1701.05517",
        ),
        networks="pixelcnn++",
        only="image",
    ),
    "pixelrnn": Entry(
        Autoregressive,
        "the same with memories along the diagonals, which see almost all pixels before each",
        _PIXEL_RNN,
        networks="pixelrnn",
        only="image",
    ),
    "multiscale-pixelcnn": Entry(
        Autoregressive,
        "groups of pixels drawn at once, a small picture first and ever finer ones; fast",
        bibtex(
            "reed2017multiscale",
            "Parallel Multiscale Autoregressive Density Estimation",
            'Reed, Scott and van den Oord, A{\\"a}ron and Kalchbrenner, Nal and Colmenarejo, '
            "Sergio G{\\'o}mez and Wang, Ziyu and Belov, Dan and de Freitas, Nando",
            2017,
            "1703.03664",
        ),
        networks="multiscale-pixelcnn",
        only="image",
    ),
    "made": Entry(
        MADE,
        "masked linear layers, in several orders of the pixels at once",
        bibtex(
            "germain2015made",
            "MADE: Masked Autoencoder for Distribution Estimation",
            "Germain, Mathieu and Gregor, Karol and Murray, Iain and Larochelle, Hugo",
            2015,
            "1502.03509",
        ),
        networks="masked-autoencoder",
        only="image",
    ),
    "vae": Entry(
        VAE,
        "an encoder and a decoder, which raise a bound of the likelihood",
        _VAE,
        networks="autoencoder",
        only="image",
    ),
    "iwae": Entry(
        IWAE,
        "the same with several latents a picture, for a tighter bound",
        bibtex(
            "burda2016iwae",
            "Importance Weighted Autoencoders",
            "Burda, Yuri and Grosse, Roger and Salakhutdinov, Ruslan",
            2016,
            "1509.00519",
        ),
        networks="autoencoder",
        only="image",
    ),
    "aae": Entry(
        AAE,
        "an autoencoder whose latents are made to follow a prior by a discriminator",
        bibtex(
            "makhzani2016aae",
            "Adversarial Autoencoders",
            "Makhzani, Alireza and Shlens, Jonathon and Jaitly, Navdeep and Goodfellow, Ian and "
            "Frey, Brendan",
            2015,
            "1511.05644",
        ),
        networks="adversarial-autoencoder",
        only="image",
    ),
    "rbm": Entry(
        RBM,
        "units that are on or off, coupled in two layers; binary pictures",
        _PCD,
        networks="boltzmann",
        only="image",
        conditions=False,
    ),
    "dbm": Entry(
        DBM,
        "the same in three layers, by mean fields and chains",
        "@inproceedings{salakhutdinov2009dbm,\n  title = {Deep Boltzmann Machines},\n"
        "  author = {Salakhutdinov, Ruslan and Hinton, Geoffrey},\n  year = {2009},\n"
        "  booktitle = {Artificial Intelligence and Statistics},\n}",
        networks="deep-boltzmann",
        only="image",
        conditions=False,
    ),
}
