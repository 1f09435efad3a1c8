"""A training that starts from another one's networks, so that few items are enough.

Mo et al. 2020 (FreezeD, arXiv 2002.10964): both networks start from those of a large data set, and
the discriminator's first layers, which see edges and textures, stay as they are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from sparring.core import Game, evaluating
from sparring.core.errors import WrongUse
from sparring.tasks.model import ModelSpec, load_model
from sparring.tasks.run import Run

# A smaller share of the layers is a coincidence of names, and no transfer.
_LEAST = 0.5


def transfer(game: Game, spec: ModelSpec, folder: str | Path, frozen: int = 0) -> float:
    """Give a new game the weights of a trained one wherever names and shapes agree.

    Only the players' networks are looked at: what augmentations and regularizers keep begins anew.
    When a training goes on from its checkpoint, call `freeze` alone.

    Args:
        game: what will be trained; its networks are changed in place.
        spec: what it was built from.
        folder: of a run, or of its model.
        frozen: how many of the discriminator's layers stay as they are, see `freeze`.

    Returns:
        The share of the layers whose weights were taken, in [.5, 1].

    Raises:
        WrongUse: if there is no model, its items have other channels or another size, fewer than
            half of the layers fit, or a layer to be frozen doesn't.
        Failure: if the model is damaged.
    """
    folder = Path(folder)
    inside = Run(folder).model
    other, _, trained = load_model(inside if inside.is_dir() else folder)
    if other.fit.shape != spec.fit.shape:
        raise WrongUse(
            f"a transfer needs items of one shape, got {_shape(spec)} here and {_shape(other)} in "
            f"{folder}; give the size that the model has, or a model of items like these."
        )
    mine, theirs = _owned(game), _owned(trained)
    fitting = {name for name in mine if name in theirs and mine[name].shape == theirs[name].shape}
    weights = {name for name in mine if mine[name].dim() > 1}
    share = len(weights & fitting) / len(weights)
    still = _first_layers(game, spec, frozen)
    missing = sorted(still - fitting)
    if share < _LEAST or missing:
        what = f"{missing[0]}, which would be frozen, isn't" if missing else f"{share:.0%} are"
        raise WrongUse(
            f"at least half of the layers and all frozen ones must be in {folder}, and {what}; "
            f"its networks are {other.networks!r} of width {other.fit.width}, latents of length "
            f"{other.fit.latent}: give the same."
        )
    with torch.no_grad():
        for name in fitting:
            mine[name].copy_(theirs[name])
    _freeze(mine, still)
    return share


def freeze(game: Game, spec: ModelSpec, frozen: int) -> None:
    """Take the discriminator's first layers out of the training.

    A layer is a module with a weight of its own, a convolution or a linear map, counted in the
    order in which items pass them; biases and normalisations count with the layer before them.

    Args:
        game: before it is trained.
        spec: what it was built from.
        frozen: how many, at least 0 and fewer than there are.

    Raises:
        WrongUse: for a number out of this range, or a game without a discriminator.
    """
    _freeze(_owned(game), _first_layers(game, spec, frozen))


def _freeze(tensors: dict[str, Tensor], names: set[str]) -> None:
    for name in names:
        if isinstance(tensors[name], nn.Parameter):
            tensors[name].requires_grad_(False)


def _owned(game: Game) -> dict[str, Tensor]:
    """Parameters and buffers of the players' networks by their names in the game."""
    networks = {network for player in game.players.values() for network in player.networks}
    paths = [f"{path}." for path, module in game.named_modules() if module in networks]
    tensors: dict[str, Tensor] = game.state_dict(keep_vars=True)
    return {name: tensors[name] for name in tensors if name.startswith(tuple(paths))}


def _first_layers(game: Game, spec: ModelSpec, frozen: int) -> set[str]:
    """Names, in the game, of the tensors of the discriminator's first layers."""
    if frozen == 0:
        return set()
    network = getattr(game, "discriminator", None)
    if not isinstance(network, nn.Module):
        raise WrongUse(
            f"frozen is for games with a discriminator, and {spec.game!r} has none; leave it out."
        )
    layers = _layers(network, spec.fit.judged or spec.fit.shape, getattr(game, "labels", None))
    if not 0 < frozen < len(layers):
        raise WrongUse(
            f"frozen must be at least 0 and below the {len(layers)} layers of the discriminator, "
            f"got {frozen}."
        )
    within = {tensor for layer in layers[:frozen] for tensor in layer}
    tensors: dict[str, Any] = network.state_dict(keep_vars=True)
    return {f"discriminator.{name}" for name in tensors if tensors[name] in within}


def _layers(network: nn.Module, shape: Sequence[int], labels: Any) -> list[set[Tensor]]:
    """Parameters of each layer, in the order in which two items of nothing pass them."""
    layers: list[set[Tensor]] = []

    # After a module has answered, since what is parametrised asks for its weight before that.
    def passed(module: nn.Module, *_: Any) -> None:
        own: set[Tensor] = set(module.parameters(recurse=False))
        if any(tensor.dim() > 1 for tensor in own) and not any(own & layer for layer in layers):
            layers.append(own)
        elif layers:
            layers[-1] |= own

    hooks = [module.register_forward_hook(passed) for module in network.modules()]
    try:
        with torch.random.fork_rng(devices=[]), evaluating(network):
            items = torch.zeros(2, *shape)
            network(items) if labels is None else network(items, labels.sample(2))
    finally:
        for hook in hooks:
            hook.remove()
    return layers


def _shape(spec: ModelSpec) -> str:
    return "x".join(map(str, spec.fit.shape))
