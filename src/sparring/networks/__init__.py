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
from sparring.networks.encoder import ConvolutionalEncoder
from sparring.networks.equalised import (
    EqualisedConv2d,
    EqualisedLinear,
    MinibatchDeviation,
    PixelNorm,
)
from sparring.networks.field import FieldGenerator
from sparring.networks.flows import IAF, MAF, NICE, NeuralSpline, RealNVP
from sparring.networks.gated_pixelcnn import GatedPixelCNN
from sparring.networks.hourglass import Hourglass
from sparring.networks.infogan import InfoGANDiscriminator, InfoGANGenerator
from sparring.networks.inverse_autoregressive import InverseAutoregressive
from sparring.networks.laplacian import LaplacianDiscriminator, LaplacianGenerator
from sparring.networks.made import MaskedAutoencoder
from sparring.networks.maps import MapDecoder, MapEncoder
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
from sparring.networks.wavenet import WaveNet
from sparring.networks.words import WordsDiscriminator, WordsGenerator

__all__ = [
    "BatchNormDiscriminator",
    "D2DCE",
    "IAF",
    "MAF",
    "MLP",
    "NICE",
    "AuxiliaryClassifier",
    "BigGANDiscriminator",
    "BigGANGenerator",
    "CTGANDiscriminator",
    "CTGANGenerator",
    "Concatenation",
    "ConditionalBatchNorm",
    "Conditionals",
    "ConvolutionalEncoder",
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
    "InverseAutoregressive",
    "LaplacianDiscriminator",
    "LaplacianGenerator",
    "MixedOutput",
    "MultiscalePixelCNN",
    "NeuralSpline",
    "ProgressiveDiscriminator",
    "ProgressiveGenerator",
    "Projection",
    "ResidualDiscriminator",
    "ResidualGenerator",
    "SAGANDiscriminator",
    "SAGANGenerator",
    "RealNVP",
    "ScaledProjection",
    "SelfAttention",
    "EqualisedConv2d",
    "EqualisedLinear",
    "MapDecoder",
    "MapEncoder",
    "MappingNetwork",
    "MinibatchDeviation",
    "GatedPixelCNN",
    "MaskedAutoencoder",
    "Hourglass",
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
    "WaveNet",
    "WordsDiscriminator",
    "WordsGenerator",
]
