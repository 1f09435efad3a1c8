"""The most memory that training on a file of pictures takes, in a process of its own.

python benchmarks/overhead_memory.py sparring pictures.npy
"""

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

LATENT, WIDTH, BATCH = 100, 64, 64


def optimizers() -> dict[str, Any]:
    """The optimizers of both players, as those of the other loops."""
    from plain import BETAS, LR

    adam = {"part": "Adam", "lr": LR, "betas": list(BETAS)}
    return {"generator_optimizer": adam, "discriminator_optimizer": adam}


def pictures(count: int) -> np.ndarray:
    """Pictures of 32x32 pixels in colour; times don't depend on what they show."""
    coarse = np.random.default_rng(0).integers(256, size=(count, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(4, axis=1).repeat(4, axis=2)


def peaks(images: int, args: Any) -> dict[str, int]:
    """The most memory in bytes that each variant takes for so many pictures."""
    return {variant: peak(variant, images, args) for variant in VARIANTS}


def peak(variant: str, images: int, args: Any) -> int:
    """The most memory in bytes that a process takes which reads pictures and trains on them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pictures.npy"
        np.save(file, pictures(images))
        settings = {"--steps": args.steps, "--width": args.width, "--threads": args.threads}
        told = [str(word) for pair in settings.items() for word in pair]
        command = [sys.executable, str(Path(__file__).resolve()), variant, str(file), *told]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout.splitlines()[-1])


def fitted(args: Any) -> None:
    """By `fit`."""
    from sparring.tasks import Synthesizer

    with tempfile.TemporaryDirectory() as folder:
        Synthesizer(
            game="gan", networks="dcgan", steps=args.steps, batch_size=BATCH, latent=LATENT,
            width=args.width, options=optimizers(), device="cpu", run=Path(folder) / "run",
        ).fit(args.file)  # fmt: skip


def plain(args: Any) -> None:
    """By a careful loop written by hand."""
    from plain import Careful
    from sparring.networks import DCGANDiscriminator, DCGANGenerator

    levels = torch.from_numpy(np.load(args.file)).permute(0, 3, 1, 2)
    networks = DCGANGenerator(LATENT, 3, 32, args.width), DCGANDiscriminator(3, 32, args.width)
    log = Path(tempfile.mkdtemp()) / "log.jsonl"
    Careful(*networks, levels, BATCH, LATENT, log).run(args.steps)


def composed(args: Any) -> None:
    """The same training as by `fit`, put together by hand from sparring's parts."""
    from plain import BETAS, LR
    from sparring.callbacks import Average, Checkpoint, Preview, Record, Watch
    from sparring.core import Adam, Backend, train
    from sparring.data import Batches, Image, Pictures
    from sparring.games import GAN
    from sparring.networks import DCGANDiscriminator, DCGANGenerator
    from sparring.priors import Normal

    image = Image(32, 3)
    source = Pictures(np.load(args.file))
    game = GAN(
        DCGANGenerator(LATENT, 3, 32, args.width), DCGANDiscriminator(3, 32, args.width),
        Normal(LATENT), generator_optimizer=Adam(LR, BETAS),
        discriminator_optimizer=Adam(LR, BETAS),
    )  # fmt: skip

    def show(x: torch.Tensor, path: Path) -> None:
        image.show(image.decode(x)).save(f"{path}.png")

    with tempfile.TemporaryDirectory() as folder:
        watched = source[torch.arange(min(256, len(source)))]["x"]
        beside = [
            Average(10_000), Watch(watched), Record(folder), Preview(folder, show),
            Checkpoint(folder, seconds=60),
        ]  # fmt: skip
        batches = Batches(source, BATCH)
        train(game, batches, steps=args.steps, backend=Backend("cpu"), callbacks=beside)


def peak_of_this_process() -> int:
    """The most bytes that were resident."""
    # Linux's ru_maxrss would be the parent's where that had more before it ran this.
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1])
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


VARIANTS = {"sparring": fitted, "composed": composed, "plain": plain}


def megabytes(peaks: dict[str, int]) -> dict[str, int]:
    """The same in whole MiB."""
    return {name: round(size / 2**20) for name, size in peaks.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("variant", choices=tuple(VARIANTS))
    parser.add_argument("file", help="of pictures (n, s, s, 3) uint8, .npy")
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    VARIANTS[args.variant](args)
    print(peak_of_this_process())


if __name__ == "__main__":
    main()
