"""Networks by family."""

from sparring.networks.attention import SelfAttention
from sparring.networks.batch_normalised import BatchNormDiscriminator
from sparring.networks.biggan import BigGANDiscriminator, BigGANGenerator
from sparring.networks.boltzmann import Coupling, DeepCoupling
from sparring.networks.conditional_norm import ConditionalBatchNorm
from sparring.networks.conditionals import Conditionals
from sparring.networks.conditioning import (
    D2DCE,
    AuxiliaryClassifier,
    Concatenation,
    Conditioning,
    Projection,
    ScaledProjection,
)
from sparring.networks.convolutional import DCGANDiscriminator, DCGANGenerator
from sparring.networks.ctgan import CTGANDiscriminator, CTGANGenerator
from sparring.networks.discriminator import Discriminator
from sparring.networks.embedding import Embedded
from sparring.networks.equalised import (
    EqualisedConv2d,
    EqualisedLinear,
    MinibatchDeviation,
    PixelNorm,
)
from sparring.networks.field import FieldGenerator
from sparring.networks.gated_pixelcnn import GatedPixelCNN
from sparring.networks.infogan import InfoGANDiscriminator, InfoGANGenerator
from sparring.networks.laplacian import LaplacianDiscriminator, LaplacianGenerator
from sparring.networks.made import MaskedAutoencoder
from sparring.networks.masked import MaskedConv2d
from sparring.networks.masked_mlp import MaskedMLP
from sparring.networks.mixed import MixedOutput
from sparring.networks.mlp import MLP
from sparring.networks.multiscale import MultiscalePixelCNN
from sparring.networks.pixelcnn import PixelCNN
from sparring.networks.pixelcnn_plus_plus import PixelCNNPlusPlus
from sparring.networks.pixelrnn import PixelRNN
from sparring.networks.progressive import ProgressiveDiscriminator, ProgressiveGenerator
from sparring.networks.residual import ResidualDiscriminator, ResidualGenerator
from sparring.networks.sagan import SAGANDiscriminator, SAGANGenerator
from sparring.networks.stacked import StackedDiscriminator, StackedGenerator
from sparring.networks.style import MappingNetwork, StyleDiscriminator, StyleGenerator
from sparring.networks.tvae import TVAEDecoder, TVAEEncoder
from sparring.networks.words import WordsDiscriminator, WordsGenerator

__all__ = [
    "BatchNormDiscriminator",
    "D2DCE",
    "MLP",
    "AuxiliaryClassifier",
    "BigGANDiscriminator",
    "BigGANGenerator",
    "CTGANDiscriminator",
    "CTGANGenerator",
    "Concatenation",
    "ConditionalBatchNorm",
    "Conditionals",
    "Coupling",
    "DeepCoupling",
    "Conditioning",
    "DCGANDiscriminator",
    "DCGANGenerator",
    "Discriminator",
    "Embedded",
    "FieldGenerator",
    "InfoGANDiscriminator",
    "InfoGANGenerator",
    "LaplacianDiscriminator",
    "LaplacianGenerator",
    "MixedOutput",
    "MultiscalePixelCNN",
    "ProgressiveDiscriminator",
    "ProgressiveGenerator",
    "Projection",
    "ResidualDiscriminator",
    "ResidualGenerator",
    "SAGANDiscriminator",
    "SAGANGenerator",
    "ScaledProjection",
    "SelfAttention",
    "EqualisedConv2d",
    "EqualisedLinear",
    "MappingNetwork",
    "MinibatchDeviation",
    "GatedPixelCNN",
    "MaskedAutoencoder",
    "MaskedConv2d",
    "MaskedMLP",
    "PixelCNN",
    "PixelCNNPlusPlus",
    "PixelRNN",
    "PixelNorm",
    "StackedDiscriminator",
    "StackedGenerator",
    "StyleDiscriminator",
    "StyleGenerator",
    "TVAEDecoder",
    "TVAEEncoder",
    "WordsDiscriminator",
    "WordsGenerator",
]
