"""Networks of tables."""

from sparring.networks import (
    Conditionals,
    CTGANDiscriminator,
    CTGANGenerator,
    TVAEDecoder,
    TVAEEncoder,
)
from sparring.priors import Normal
from sparring.tasks.building.fit import Built, Fit, Parts


def _ctgan(fit: Fit) -> Parts:
    asked = sum(width for kind, width in fit.spans if kind == "category")
    hidden = (fit.width,) * 2
    generator = CTGANGenerator(fit.latent, fit.spans, hidden)
    discriminator = CTGANDiscriminator(fit.shape[0], asked, hidden=hidden)
    return Parts(
        (generator, discriminator, Normal(fit.latent)),
        {"spans": fit.spans, "frequencies": fit.frequencies},
    )


def _tvae(fit: Fit) -> Parts:
    hidden = (fit.width,) * 2
    pair = (
        TVAEEncoder(fit.shape[0], fit.latent, hidden),
        TVAEDecoder(fit.shape[0], fit.latent, hidden),
    )
    return Parts((*pair, Normal(fit.latent)), {"spans": fit.spans})


def _conditionals(fit: Fit) -> Parts:
    network = Conditionals(fit.spans, fit.width, fit.parents or None, fit.dropout)
    return Parts((network,))


TABLES: dict[str, Built] = {
    "conditionals": Built(
        _conditionals,
        "one small network a column",
        own=True,
    ),
    "ctgan": Built(
        _ctgan,
        "CTGAN's own pair",
        own=True,
    ),
    "tvae": Built(
        _tvae,
        "TVAE's own pair",
        own=True,
    ),
}
