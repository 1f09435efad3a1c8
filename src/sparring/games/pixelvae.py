"""The PixelVAE: latents say what a picture shows, and pixels follow each other under them."""

from typing import cast

import torch
from torch import Tensor, nn

from sparring.core import Batch, Moving, OptimizerSpec, WrongUse, draw, evaluating
from sparring.games.above import Above
from sparring.games.drawing import PixelByPixel, draw_pixels
from sparring.games.tempering import Tempered
from sparring.games.vae import VAE
from sparring.losses.pixels import Pixels
from sparring.priors import Normal, Prior


class PixelVAE(VAE, Tempered):
    """A VAE whose decoder makes feature maps, under which an autoregressive network says pixels.

    Gulrajani et al. 2017 (arXiv 1611.05013), eq. 1: log p(x|z) = sum over pixels i of log p(x_i |
    x_<i, z). With `Above` another PixelVAE for its prior it is hierarchical (section 3.1): latents
    are maps, which follow each other under latents of their own. With few layers the network can't
    see far, and what holds of the whole picture is left to the latents. Differs from the paper:
    maps go into every layer's gates, and the latents above are inferred from those below and not
    from the picture.

    Args:
        encoder: from pictures to what `posterior` takes.
        decoder: from latents to maps (n, m, s, s).
        network: from pictures, and maps as their condition, to what `pixels` takes of every pixel;
            it sees none that follow.
        prior: of the latents, standard normal, or `Above`.
        pixels: the distribution that the network says.
        side: length of the pictures.
        channels: of the pictures.
        labels, posterior, beta, free_bits, draws, optimizer: as for `VAE`; encoder and decoder see
            the conditions.

    Raises:
        WrongUse: as for `VAE`, and if the network can't draw pixel by pixel.

    Example:
        >>> from sparring.losses import Bernoulli
        >>> from sparring.networks import MLP, GatedPixelCNN
        >>> pair = MLP((1, 8, 8), (2, 4)), MLP((4,), (3, 8, 8))
        >>> network = GatedPixelCNN(1, 1, width=4, depth=2, maps=3)
        >>> game = PixelVAE(*pair, network, Normal(4), Bernoulli(), 8)
        >>> x = game.sample(3)
        >>> x.shape, game.encode(x).shape, game.log_prob(x).shape
        (torch.Size([3, 1, 8, 8]), torch.Size([3, 4]), torch.Size([3]))
    """

    averaged = (*VAE.averaged, "network")
    at_once = 256  # each takes many maps of a picture's size

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        network: nn.Module,
        prior: Prior,
        pixels: Pixels,
        side: int,
        channels: int = 1,
        labels: Prior | None = None,
        posterior: nn.Module | None = None,
        *,
        beta: float | Moving = 1.0,
        free_bits: float = 0.0,
        draws: int = 20,
        optimizer: OptimizerSpec | None = None,
    ) -> None:
        if not isinstance(network, PixelByPixel):
            raise WrongUse(
                f"{type(network).__name__} can't draw pixel by pixel; PixelVAE needs a network "
                f"such as GatedPixelCNN."
            )
        parts = encoder, decoder, prior, pixels, labels, posterior
        options = {"beta": beta, "free_bits": free_bits, "draws": draws, "optimizer": optimizer}
        super().__init__(*parts, **options)  # type: ignore[arg-type]
        self.network, self.shape = network, (channels, side, side)
        model = self.players["model"]
        model.networks = [*model.networks, network]

    def surprise(self, x: Tensor, z: Tensor, y: Tensor | None) -> Tensor:
        maps, several = self.decode(z, y), len(z) // len(x)
        x = x.repeat_interleave(several, 0) if several > 1 else x
        return self.pixels.surprise(x, self.network(x, maps)).view(-1, several)

    def latent(self, n: int) -> Tensor:
        """n latents from the prior, and uniform numbers that draw each pixel, (n, numbers)."""
        z, shape = self.prior.sample(n).flatten(1), (self.pixels.noises, *self.shape[1:])
        uniform = draw(lambda count: torch.rand(count, *shape, device=z.device), n)
        return torch.cat([z, uniform.flatten(1).to(z.dtype)], 1)

    def ends(self, n: int, condition: Batch | None = None) -> Tensor:
        """n draws from the prior alone, (n, numbers)."""
        return self.prior.sample(n).flatten(1)

    def sample(
        self, n: int, condition: Batch | None = None, latent: Tensor | None = None
    ) -> Tensor:
        """n pictures; `latent` may be latents alone, of which each pixel is the median then.

        A temperature is that of the pixels, given the latents.
        """
        y = self.wanted(n, condition)
        with torch.no_grad(), evaluating(self):
            latent = self.latent(n) if latent is None else latent
            prior = self.prior
            shape = prior.shape if isinstance(prior, Above) else (cast(Normal, prior).dimensions,)
            z, uniform = latent.tensor_split([torch.Size(shape).numel()], 1)
            noises = (self.pixels.noises, *self.shape[1:])
            if uniform.shape[1] == 0:
                uniform = z.new_full((n, torch.Size(noises).numel()), 0.5)
            maps = self.decode(z.unflatten(1, shape), y)
            steps, uniform = cast(PixelByPixel, self.network), uniform.unflatten(1, noises)
            warmth = self.temperature
            return draw_pixels(steps, self.pixels, uniform, self.shape, maps, {}, warmth)
