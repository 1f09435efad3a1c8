"""The ways in which a table's columns can be encoded, by name."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.data.encoders import Encoder, Levels, NormalScores, fit_encoder
from sparring.data.modes import ModeSpecific, fit_modes
from sparring.data.tokenfitting import fit_tokens
from sparring.data.tokens import TOKEN_ENCODERS

Fit = Callable[[np.ndarray, bool, np.random.Generator], Encoder]

ENCODINGS: Mapping[str, Fit] = {"scores": fit_encoder, "modes": fit_modes, "tokens": fit_tokens}
"""Name -> from plain numbers, whether they are categories, and a generator, to an encoder."""

_ENCODERS: Mapping[str, type[Encoder]] = {
    **{encoder.name: encoder for encoder in (Levels, NormalScores, ModeSpecific)},
    **TOKEN_ENCODERS,
}


def find_encoding(name: str) -> Fit:
    """How a column's encoder is fitted.

    Raises:
        WrongUse: if there is no such encoding.

    Example:
        >>> find_encoding("tokens")(np.array([1.0, 2.0]), True, np.random.default_rng(0)).spans
        (('token', 2),)
    """
    if name not in ENCODINGS:
        raise WrongUse(f"there is no encoding {name!r}{closest(name, ENCODINGS)}")
    return ENCODINGS[name]


def encoder_from_description(description: Mapping[str, Any]) -> Encoder:
    """The encoder that `Encoder.describe` described."""
    made = _ENCODERS[description["encoder"]]
    fields = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in description.items()
        if key != "encoder"
    }
    return made(**fields)
