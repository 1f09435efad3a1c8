"""Games that raise the likelihood of the data or a bound of it, and their kin."""

from sparring.games.aae import AAE
from sparring.games.autoregressive import Autoregressive
from sparring.games.dbm import DBM
from sparring.games.flow import Flow
from sparring.games.flow_gan import FlowGAN
from sparring.games.iwae import IWAE
from sparring.games.made import MADE
from sparring.games.pixelvae import PixelVAE
from sparring.games.rbm import RBM
from sparring.games.rows.entry import Entry, bibtex
from sparring.games.vae import VAE
from sparring.games.vae_gan import VAEGAN
from sparring.games.waveforms import Waveforms

_VAE = bibtex(
    "kingma2014vae",
    "Auto-Encoding Variational Bayes",
    "Kingma, Diederik P. and Welling, Max",
    2014,
    "1312.6114",
)

_IAF = bibtex(
    "kingma2016iaf",
    "Improving Variational Inference with Inverse Autoregressive Flow",
    "Kingma, Diederik P. and Salimans, Tim and Jozefowicz, Rafal and Chen, Xi and "
    "Sutskever, Ilya and Welling, Max",
    2016,
    "1606.04934",
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
        "the same at several resolutions; pixels by mixtures of logistics",
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
        "the same with memories along the diagonals, which see almost all before",
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
    "wavenet": Entry(
        Waveforms,
        "one sample of a sound after the other; exact likelihoods",
        bibtex(
            "oord2016wavenet",
            "WaveNet: A Generative Model for Raw Audio",
            'van den Oord, A{\\"a}ron and Dieleman, Sander and Zen, Heiga and Simonyan, Karen and '
            "Vinyals, Oriol and Graves, Alex and Kalchbrenner, Nal and Senior, Andrew and "
            "Kavukcuoglu, Koray",
            2016,
            "1609.03499",
        ),
        networks="wavenet",
        only="audio",
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
    "iaf-vae": Entry(
        VAE,
        "a VAE whose latents depend on each other, given the picture",
        _IAF,
        networks="iaf-autoencoder",
        only="image",
    ),
    "pixelvae": Entry(
        PixelVAE,
        "a VAE whose pixels follow each other under what the latents say",
        bibtex(
            "gulrajani2017pixelvae",
            "PixelVAE: A Latent Variable Model for Natural Images",
            "Gulrajani, Ishaan and Kumar, Kundan and Ahmed, Faruk and Taiga, Adrien Ali and "
            "Visin, Francesco and Vazquez, David and Courville, Aaron",
            2016,
            "1611.05013",
        ),
        networks="pixelvae",
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
    "vae-gan": Entry(
        VAEGAN,
        "a VAE whose pictures come back alike to a discriminator of pictures",
        bibtex(
            "larsen2016vaegan",
            "Autoencoding beyond pixels using a learned similarity metric",
            "Larsen, Anders Boesen Lindbo and S{\\o}nderby, S{\\o}ren Kaae and Larochelle, Hugo "
            "and Winther, Ole",
            2015,
            "1512.09300",
        ),
        networks="vae-gan",
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
    "nice": Entry(
        Flow,
        "a flow of additive couplings; exact densities, for anything",
        bibtex(
            "dinh2015nice",
            "NICE: Non-linear Independent Components Estimation",
            "Dinh, Laurent and Krueger, David and Bengio, Yoshua",
            2014,
            "1410.8516",
        ),
        networks="nice",
    ),
    "realnvp": Entry(
        Flow,
        "the same with scales in every coupling",
        bibtex(
            "dinh2017realnvp",
            "Density estimation using Real NVP",
            "Dinh, Laurent and Sohl-Dickstein, Jascha and Bengio, Samy",
            2016,
            "1605.08803",
        ),
        networks="realnvp",
    ),
    "maf": Entry(
        Flow,
        "a flow in which each number looks at those before; slow to sample",
        bibtex(
            "papamakarios2017maf",
            "Masked Autoregressive Flow for Density Estimation",
            "Papamakarios, George and Pavlakou, Theo and Murray, Iain",
            2017,
            "1705.07057",
        ),
        networks="maf",
    ),
    "iaf": Entry(
        Flow,
        "the same the other way round: quick to sample, slow to train",
        _IAF,
        networks="iaf",
    ),
    "neural-spline": Entry(
        Flow,
        "a flow whose numbers go through splines; the closest densities of few numbers",
        bibtex(
            "durkan2019nsf",
            "Neural Spline Flows",
            "Durkan, Conor and Bekasov, Artur and Murray, Iain and Papamakarios, George",
            2019,
            "1906.04032",
        ),
        networks="neural-spline",
    ),
    "flow-gan": Entry(
        FlowGAN,
        "a flow taught by a discriminator, by likelihood or by both",
        bibtex(
            "grover2018flowgan",
            "Flow-GAN: Combining Maximum Likelihood and Adversarial Learning in Generative Models",
            "Grover, Aditya and Dhar, Manik and Ermon, Stefano",
            2017,
            "1705.08868",
        ),
        networks="flow-pair",
    ),
}
