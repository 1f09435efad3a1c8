"""What the discriminator sees in the stead of items."""

from sparring.regularizers.augmentation.base import Augmentation

__all__ = ["Augmentation"]
