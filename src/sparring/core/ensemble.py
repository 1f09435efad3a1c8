"""Several small games trained at once: their weights stacked, one step of all in one call.

A step of a small game is mostly the cost of calling: eight of them take eight times the calls. Here
`vmap` runs one step over stacked weights, and each game still sees its own data and draws its own
latents, so that each is trained as it would be alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from sparring.core.errors import Failure, WrongUse
from sparring.core.game import Backward, Batch, Batches, Game, Terms, Turn, total

# Weights in a layer above which stacking gains nothing. Measured on one core, batch 256, 8 games
# (benchmarks/images_together.py): compiled they train 4.3 times as fast as one after another with
# layers of 32, 2.5 times with 64, 1.4 times with 128, 1.2 times with 256, and no faster with 512;
# uncompiled 2.1, 1.5, 1.0 and .8 times. Beyond, the time is in the products of matrices, which
# stacking doesn't shorten.
WIDEST, WIDEST_UNCOMPILED = 256 * 256, 128 * 128

Tensors = Mapping[str, Tensor]


def train_together(
    games: Sequence[Game],
    batches: Sequence[Batches],
    *,
    steps: int,
    seed: int = 0,
    compiled: bool = True,
) -> list[dict[str, float]]:
    """Train several games of one kind at once, each as it would be trained alone.

    They differ in their weights, their data and what they draw; all take their turns together, one
    after another. Differs from `train`: it runs in one process on the CPU in float32, nothing is
    watched or kept, and the random numbers are other ones than those of a game trained alone.

    Args:
        games: at least two, made alike but for their weights; their weights are changed in place.
        batches: an endless stream of batches for each, all of one batch size.
        steps: how many steps, at least 1.
        seed: of everything random in the training.
        compiled: compile the step first, which takes 10 to 30 seconds and pays from some thousand
            steps on.

    Returns:
        Of each game its players' terms at the last step, as `player/term`.

    Raises:
        WrongUse: for games that aren't alike, that can't be stacked, or that would be slower so
            than one after another: those with convolutions or wide layers.

    Example:
        >>> from sparring.games import GAN
        >>> from sparring.networks import MLP
        >>> from sparring.priors import Normal
        >>> from sparring.data import Batches, InMemory
        >>> games = [GAN(MLP((4,), (2,), (8,)), MLP((2,), (), (8,)), Normal(4)) for _ in range(3)]
        >>> batches = [Batches(InMemory(torch.randn(64, 2)), 16, seed) for seed in range(3)]
        >>> terms = train_together(games, batches, steps=2, compiled=False)
        >>> len(terms), sorted(terms[0])
        (3, ['discriminator/loss', 'generator/loss'])
    """
    if steps < 1:
        raise WrongUse(f"steps must be at least 1, got {steps}.")
    refuse_to_stack(games, batches, compiled)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        # Under vmap a game must keep nothing from one turn for another.
        games[0].traced = games[0].stacked = True
        try:
            together = _Together(games, batches, steps, compiled)
            for step in range(steps):
                together.step(step)
        finally:
            games[0].traced = games[0].stacked = False
        together.hand_back()
    return together.last()


def refuse_to_stack(
    games: Sequence[Game], batches: Sequence[Batches], compiled: bool = True
) -> None:
    """Say why games can't be trained together, or shouldn't.

    Raises:
        WrongUse: with the reason.
    """
    if len(games) < 2 or len(games) != len(batches):
        raise WrongUse(
            f"train_together needs at least two games and a stream of batches for each, got "
            f"{len(games)} games and {len(batches)} streams."
        )
    first = games[0]
    first.check()
    for game in games[1:]:
        if type(game) is not type(first) or _shapes(game) != _shapes(first):
            raise WrongUse(
                "games that are trained together must be made alike but for their weights; train "
                "games of several kinds one after another."
            )
    if len({id(p) for game in games for p in game.parameters()}) < sum(
        len(list(game.parameters())) for game in games
    ):
        raise WrongUse("games that are trained together must not share weights; copy the networks.")
    if len({stream.batch_size for stream in batches}) > 1:
        raise WrongUse("the batches of games that are trained together must be of one size.")
    _refuse_slow(first, WIDEST if compiled else WIDEST_UNCOMPILED)
    for name, player in first.players.items():
        if type(player.gradient) is not Backward or player.projection is not None:
            raise WrongUse(
                f"player {name!r} of {type(first).__name__} takes its gradient or constrains its "
                f"weights in a way that can't be stacked; train the games one after another."
            )


def _shapes(game: Game) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in game.state_dict(keep_vars=True).items()}


def _refuse_slow(game: Game, widest: int) -> None:
    instead = "would be slower together than one after another; use `train` for each of them."
    for name, module in game.named_modules():
        if isinstance(module, nn.modules.conv._ConvNd):
            raise WrongUse(f"games with convolutions (here {name}) {instead}")
    for name, parameter in game.named_parameters():
        if parameter.numel() > widest:
            raise WrongUse(
                f"games with more than {widest} weights in a layer (here {parameter.numel()} in "
                f"{name}) {instead}"
            )


class _Losses(nn.Module):
    """A game whose call is a player's loss, so that it can be called with other weights."""

    def __init__(self, game: Game) -> None:
        super().__init__()
        self.game = game

    def forward(self, player: str, batch: Batch) -> dict[str, Tensor]:
        return dict(self.game.players[player].loss(batch))


class _Together:
    """The stacked weights, an optimizer for each player, and the gradient of all games at once."""

    def __init__(
        self, games: Sequence[Game], batches: Sequence[Batches], steps: int, compiled: bool
    ) -> None:
        self.games, self.batches, self.steps = games, batches, steps
        self.losses = _Losses(games[0])
        self.terms: dict[str, Terms] = {}
        for game in games:
            game.train()
            game.shares = False  # turns are functions here, which keep nothing
        weights, self.buffers = stack_module_state(list(games))  # type: ignore[arg-type]
        self.weights = {
            name: nn.Parameter(stacked.detach(), requires_grad=trainable)
            for (name, stacked), trainable in zip(
                weights.items(), (p.requires_grad for p in games[0].parameters()), strict=True
            )
        }
        names = {parameter: name for name, parameter in games[0].named_parameters()}
        self.own = {
            name: [names[parameter] for parameter in player.parameters()]
            for name, player in games[0].players.items()
        }
        # Their rules are elementwise: on stacked weights they do what they would on each.
        self.optimizers = {
            name: player.optimizer.build([self.weights[path] for path in self.own[name]])
            for name, player in games[0].players.items()
        }
        self.gradients = {name: self._gradient_of(name) for name in self.own}
        self._refuse_what_breaks()
        self.compiled: set[str] = set()
        if compiled:
            # The compiler keeps what it made by code, not by function: all games share ours.
            torch.compiler.reset()
            # Shapes never change, and dynamic ones trip the compiler in stacked calls.
            self.gradients = {
                name: self._once(name, torch.compile(function, dynamic=False, fullgraph=True))
                for name, function in self.gradients.items()
            }

    def _gradient_of(self, player: str) -> Callable[..., tuple[dict[str, Tensor], Terms]]:
        def loss(own: Tensors, other: Tensors, batch: Batch) -> tuple[Tensor, Terms]:
            tensors = {f"game.{path}": tensor for path, tensor in {**other, **own}.items()}
            terms = functional_call(self.losses, tensors, (player, batch))
            return total(terms), terms

        every = vmap(grad_and_value(loss, has_aux=True), randomness="different")

        def gradient(own: Tensors, other: Tensors, batch: Batch) -> tuple[Any, Terms]:
            gradients, (_, terms) = every(own, other, batch)
            return gradients, terms

        return gradient

    def _once(self, player: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, compiled at its first call and refused where a later one would compile."""

        def call(*tensors: Any) -> Any:
            if player not in self.compiled:
                self.compiled.add(player)
                return function(*tensors)
            try:
                with torch.compiler.set_stance("fail_on_recompile"):
                    return function(*tensors)
            except RuntimeError as error:
                if "recompile" not in str(error):
                    raise
                raise WrongUse(
                    f"the loss of player {player!r} of {type(self.games[0]).__name__} changes with "
                    f"the steps and would be compiled at every one; give compiled=False."
                ) from error

        return call

    def _refuse_what_breaks(self) -> None:
        """Take every gradient once, and forget it, to see whether it can be stacked at all."""
        places = [stream.state_dict() for stream in self.batches]
        batch = _stack(self.batches)
        for stream, place in zip(self.batches, places, strict=True):
            stream.load_state_dict(place)
        for name in self.own:
            buffers = {path: buffer.clone() for path, buffer in self.buffers.items()}
            try:
                with torch.random.fork_rng(devices=[]):
                    self.gradients[name](*self._tensors(name, buffers), batch)
            except RuntimeError as error:
                reason = str(error).strip().splitlines()[0].rstrip(".")
                raise WrongUse(
                    f"the loss of player {name!r} of {type(self.games[0]).__name__} can't be "
                    f"stacked ({reason}); train the games one after another."
                ) from error
            for path, buffer in buffers.items():
                if not torch.equal(buffer, self.buffers[path]):
                    raise WrongUse(
                        f"{path} of {type(self.games[0]).__name__} is changed by the loss of "
                        f"player {name!r}, which can't be stacked; train the games one after "
                        f"another, or use networks without running statistics."
                    )

    def _tensors(self, player: str, buffers: Tensors) -> tuple[Tensors, Tensors]:
        weights = {path: weight.detach() for path, weight in self.weights.items()}
        own = {path: weights.pop(path) for path in self.own[player]}
        return own, {**weights, **buffers}

    def step(self, number: int) -> None:
        """Every turn that is due, taken by all games."""
        game = self.games[0]
        game.step, game.steps, game.done = number, self.steps, number / self.steps
        batch: Batch | None = None
        for turn in self._due(game):
            for _ in range(turn.times):
                if batch is None or turn.fresh:
                    batch = _stack(self.batches)
                self._move(turn.player, batch)

    @staticmethod
    def _due(game: Game) -> Iterator[Turn]:
        return (turn for turn in game.order() if game.step % turn.every == 0)

    def _move(self, name: str, batch: Batch) -> None:
        game, optimizer = self.games[0], self.optimizers[name]
        gradients, self.terms[name] = self.gradients[name](
            *self._tensors(name, self.buffers), batch
        )
        for path in self.own[name]:
            self.weights[path].grad = gradients[path]
        for group in optimizer.param_groups:
            group.update(game.players[name].optimizer.settings(game.step, game.done))
        optimizer.step()

    def hand_back(self) -> None:
        """Give every game its weights."""
        with torch.no_grad():
            for path, stacked in self.weights.items():
                if not bool(stacked.isfinite().all()):
                    raise Failure(
                        f"{path} of one of the games is no longer finite; lower the learning rate."
                    )
                for index, game in enumerate(self.games):
                    game.get_parameter(path).copy_(stacked[index])
        for game in self.games:
            game.step, game.steps, game.done = self.steps, self.steps, 1.0

    def last(self) -> list[dict[str, float]]:
        """Each game's latest terms."""
        return [
            {
                f"{player}/{term}": float(values[index])
                for player, terms in self.terms.items()
                for term, values in terms.items()
            }
            for index in range(len(self.games))
        ]


def _stack(streams: Sequence[Batches]) -> dict[str, Tensor]:
    """The next batch of every stream, (games, n, ...)."""
    found = [next(stream) for stream in streams]
    return {name: torch.stack([batch[name] for batch in found]) for name in found[0]}
