"""One system, one file."""

from sparring.games.gan import GAN
from sparring.games.lsgan import LSGAN
from sparring.games.r3gan import R3GAN
from sparring.games.sngan import SNGAN
from sparring.games.wgan import WGAN
from sparring.games.wgan_gp import WGANGP

__all__ = ["GAN", "LSGAN", "R3GAN", "SNGAN", "WGAN", "WGANGP"]
