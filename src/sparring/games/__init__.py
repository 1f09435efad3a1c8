"""One system, one file."""

from sparring.games.aae import AAE
from sparring.games.autoregressive import Autoregressive
from sparring.games.biggan import BigGAN
from sparring.games.ctgan import CTGAN
from sparring.games.dbm import DBM
from sparring.games.dcgan import DCGAN
from sparring.games.deep_image_prior import DeepImagePrior
from sparring.games.egan import EGAN
from sparring.games.flow import Flow
from sparring.games.flow_gan import FlowGAN
from sparring.games.gan import GAN
from sparring.games.infogan import InfoGAN
from sparring.games.iwae import IWAE
from sparring.games.lapgan import LAPGAN
from sparring.games.lsgan import LSGAN
from sparring.games.made import MADE
from sparring.games.matching import Matching
from sparring.games.nade import NADE
from sparring.games.pacgan import PacGAN
from sparring.games.pixelvae import PixelVAE
from sparring.games.progan import ProGAN
from sparring.games.r3gan import R3GAN
from sparring.games.rbm import RBM
from sparring.games.rotation import Rotation
from sparring.games.s3gan import S3GAN
from sparring.games.sagan import SAGAN
from sparring.games.sngan import SNGAN
from sparring.games.stylegan2 import StyleGAN2
from sparring.games.tvae import TVAE
from sparring.games.vae import VAE
from sparring.games.vae_gan import VAEGAN
from sparring.games.waveforms import Waveforms
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP

__all__ = [
    "AAE",
    "CTGAN",
    "DBM",
    "DCGAN",
    "EGAN",
    "GAN",
    "IWAE",
    "LAPGAN",
    "LSGAN",
    "MADE",
    "NADE",
    "R3GAN",
    "RBM",
    "S3GAN",
    "SAGAN",
    "SNGAN",
    "TVAE",
    "VAE",
    "VAEGAN",
    "WGAN",
    "WGANGP",
    "Autoregressive",
    "BigGAN",
    "Flow",
    "FlowGAN",
    "DeepImagePrior",
    "InfoGAN",
    "Matching",
    "PacGAN",
    "PixelVAE",
    "ProGAN",
    "Rotation",
    "StyleGAN2",
    "Waveforms",
]
