"""Options of networks, written as data: {"part": "residual", "depth": 2} says what to build."""

import functools
from collections.abc import Mapping
from typing import Any

from torch import nn

from sparring.core.errors import WrongUse
from sparring.core.names import closest
from sparring.losses import Bernoulli, DiscretisedLogistic, Gaussian, Levels, LogisticMixture
from sparring.networks import (
    D2DCE,
    IAF,
    MAF,
    NICE,
    AuxiliaryClassifier,
    Concatenation,
    InverseAutoregressive,
    NeuralSpline,
    Projection,
    RealNVP,
    ScaledProjection,
)
from sparring.tasks.arguments import check_arguments, taken_by

CONDITIONINGS: dict[str, type[nn.Module]] = {
    part.__name__: part
    for part in (Projection, ScaledProjection, Concatenation, AuxiliaryClassifier, D2DCE)
}
PIXELS: dict[str, type[nn.Module]] = {
    part.__name__: part
    for part in (Bernoulli, Levels, DiscretisedLogistic, LogisticMixture, Gaussian)
}
FLOWS: dict[str, type[nn.Module]] = {
    part.__name__: part for part in (NICE, RealNVP, MAF, IAF, NeuralSpline)
}
POSTERIORS: dict[str, type[nn.Module]] = {InverseAutoregressive.__name__: InverseAutoregressive}
# Options that name a class, and what there is to be named.
_CLASSES = {
    "conditioning": CONDITIONINGS,
    "pixels": PIXELS,
    "flow": FLOWS,
    "posterior": POSTERIORS,
}
_GIVEN = (
    "latent",
    "channels",
    "size",
    "width",
    "condition",
    "outputs",
    "colours",
    "maps",
    "side",
    "shape",
    "shape_in",
    "visible",
    "shape_out",
    "hidden",
)


def named(networks: str | Mapping[str, Any] | None) -> tuple[str | None, dict[str, Any]]:
    """The name of networks and their options.

    Raises:
        WrongUse: for a description without a name.

    Example:
        >>> named({"part": "residual", "depth": 2}), named("dcgan")
        (('residual', {'depth': 2}), ('dcgan', {}))
    """
    if not isinstance(networks, Mapping):
        return networks, {}
    if not isinstance(networks.get("part"), str):
        raise WrongUse(
            f"networks must be a name or {{'part': name, ...}}, got {dict(networks)!r}; see "
            f"sparring list networks."
        )
    return networks["part"], {key: value for key, value in networks.items() if key != "part"}


def made(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options whose parts are made: a conditioning, what is said of pixels, a law of latents.

    Raises:
        WrongUse: for an unknown class, or an argument that it doesn't take.

    Example:
        >>> made({"conditioning": {"part": "Concatenation", "hidden": 8}})["conditioning"](4, 3)
        Concatenation(...)
    """
    options = dict(options)
    for option, classes in _CLASSES.items():
        asked = options.get(option)
        if asked is None:
            continue
        name, own = named(asked)
        if name not in classes:
            raise WrongUse(f"there are no {option} {name!r}{closest(str(name), classes)}")
        check_arguments(f"{option} {name}", classes[name], own)
        options[option] = functools.partial(classes[name], **own)
    return options


def shared_out(
    options: Mapping[str, Any], *networks: type[nn.Module]
) -> tuple[dict[str, Any], ...]:
    """What each of a game's networks takes of their common options.

    Raises:
        WrongUse: for an option that none of them takes, or a value of another type.

    Example:
        >>> from sparring.networks import ResidualDiscriminator, ResidualGenerator
        >>> shared_out({"depth": 2}, ResidualGenerator, ResidualDiscriminator)
        ({'depth': 2}, {'depth': 2})
    """
    taken = [[name for name in taken_by(network) if name not in _GIVEN] for network in networks]
    for name in options:
        if not any(name in names for names in taken):
            known = list(dict.fromkeys(name for names in taken for name in names))
            raise WrongUse(f"the networks have no option {name!r}{closest(name, known)}")
    shares = tuple({n: v for n, v in options.items() if n in names} for names in taken)
    for network, share in zip(networks, shares, strict=True):
        check_arguments(network.__name__, network, share)
    return shares
