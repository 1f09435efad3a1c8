"""Modalities from their descriptions."""

from collections.abc import Mapping
from typing import Any

from sparring.core.errors import WrongUse
from sparring.data.image import Image
from sparring.data.matrix import Matrix
from sparring.data.modality import Modality
from sparring.data.points import Points
from sparring.data.sound import Sound
from sparring.data.table import Table

_ALL = (Image, Table, Matrix, Points, Sound)
MODALITIES: dict[str, type[Modality]] = {made.name: made for made in _ALL}


def modality_from(description: Mapping[str, Any]) -> Modality:
    """The modality that `Modality.describe` described.

    Args:
        description: as it comes out of JSON.

    Raises:
        WrongUse: no description, or one that is damaged or from a newer version.

    Example:
        >>> modality_from({"modality": "image", "size": 8, "channels": 1}).shape
        (1, 8, 8)
    """
    name = description.get("modality")
    if name not in MODALITIES:
        raise WrongUse(
            f"The description of the data must name one of {', '.join(MODALITIES)}, got {name!r}: "
            f"the file is damaged or from a newer version."
        )
    try:
        return MODALITIES[name].from_description(description)
    except (KeyError, TypeError) as error:
        raise WrongUse(
            f"The description of the {name} data is incomplete ({error}): the file is damaged or "
            f"from a newer version."
        ) from error
