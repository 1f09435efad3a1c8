"""One system, one file."""

from sparring.games.ctgan import CTGAN
from sparring.games.gan import GAN
from sparring.games.lsgan import LSGAN
from sparring.games.nade import NADE
from sparring.games.r3gan import R3GAN
from sparring.games.sngan import SNGAN
from sparring.games.tvae import TVAE
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP

__all__ = ["CTGAN", "GAN", "LSGAN", "NADE", "R3GAN", "SNGAN", "TVAE", "WGAN", "WGANGP"]
