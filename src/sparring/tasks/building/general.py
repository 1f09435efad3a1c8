"""Networks for any items."""

from torch import nn

from sparring.networks import MLP, MixedOutput
from sparring.tasks.building.fit import Built, Fit, Pair, adversaries
from sparring.tasks.network_options import made, shared_out


def _mlp(fit: Fit) -> Pair:
    options = made(fit.options)
    depth = options.pop("depth", 3)
    _, judging = shared_out(options, MLP, MLP)
    hidden = (fit.width,) * depth
    output: nn.Module | None = MixedOutput(fit.spans) if fit.spans else None
    if len(fit.shape) == 3:  # pictures
        output = nn.Tanh()
    return (
        MLP((fit.latent,), fit.shape, hidden, fit.condition, output),
        MLP(fit.seen, (), hidden, fit.told, **judging),
    )


GENERAL: dict[str, Built] = {
    "mlp": Built(
        adversaries(_mlp),
        "linear layers; for points, tables and pictures of few pixels",
    ),
}
