"""Networks by family."""

from sparring.networks.convolutional import DCGANDiscriminator, DCGANGenerator
from sparring.networks.mixed import MixedOutput
from sparring.networks.mlp import MLP
from sparring.networks.residual import ResidualDiscriminator, ResidualGenerator

__all__ = [
    "MLP",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "MixedOutput",
    "ResidualDiscriminator",
    "ResidualGenerator",
]
