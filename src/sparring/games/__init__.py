"""One system, one file."""

from sparring.games.biggan import BigGAN
from sparring.games.ctgan import CTGAN
from sparring.games.gan import GAN
from sparring.games.lapgan import LAPGAN
from sparring.games.lsgan import LSGAN
from sparring.games.nade import NADE
from sparring.games.r3gan import R3GAN
from sparring.games.sagan import SAGAN
from sparring.games.sngan import SNGAN
from sparring.games.tvae import TVAE
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP

__all__ = [
    "CTGAN",
    "GAN",
    "LAPGAN",
    "LSGAN",
    "NADE",
    "R3GAN",
    "SAGAN",
    "SNGAN",
    "TVAE",
    "WGAN",
    "WGANGP",
    "BigGAN",
]
