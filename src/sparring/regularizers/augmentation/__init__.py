"""What the discriminator sees in the stead of items: changes of them, at random."""

from sparring.regularizers.augmentation.adaptive import ADA
from sparring.regularizers.augmentation.base import Augmentation
from sparring.regularizers.augmentation.change import Chance, Change, change_all
from sparring.regularizers.augmentation.colour import (
    Brightness,
    Contrast,
    Hue,
    LumaFlip,
    Saturation,
)
from sparring.regularizers.augmentation.diffaugment import (
    Cutout,
    DiffAugment,
    Jitter,
    Translation,
)
from sparring.regularizers.augmentation.geometry import (
    Flip,
    QuarterTurn,
    Rotate,
    Scale,
    Shift,
    Slide,
    Stretch,
)
from sparring.regularizers.augmentation.scheduled import Augment

__all__ = [
    "ADA",
    "Augment",
    "Augmentation",
    "Brightness",
    "Chance",
    "Change",
    "Contrast",
    "Cutout",
    "DiffAugment",
    "Flip",
    "Hue",
    "Jitter",
    "LumaFlip",
    "QuarterTurn",
    "Rotate",
    "Saturation",
    "Scale",
    "Shift",
    "Slide",
    "Stretch",
    "Translation",
    "change_all",
]
