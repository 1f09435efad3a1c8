"""Networks by family."""

from sparring.networks.conditionals import Conditionals
from sparring.networks.convolutional import DCGANDiscriminator, DCGANGenerator
from sparring.networks.ctgan import CTGANDiscriminator, CTGANGenerator
from sparring.networks.mixed import MixedOutput
from sparring.networks.mlp import MLP
from sparring.networks.residual import ResidualDiscriminator, ResidualGenerator
from sparring.networks.tvae import TVAEDecoder, TVAEEncoder

__all__ = [
    "MLP",
    "CTGANDiscriminator",
    "CTGANGenerator",
    "Conditionals",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "MixedOutput",
    "ResidualDiscriminator",
    "ResidualGenerator",
    "TVAEDecoder",
    "TVAEEncoder",
]
