"""InfoGAN: some of the generator's input can be read off what it makes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Unpack

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sparring.core import Batch, Encodes, Player, Terms, WrongUse
from sparring.games.common import Common, Judges
from sparring.games.gan import GAN
from sparring.losses import AdversarialLoss, normal_surprise
from sparring.priors import Codes, Prior
