"""Games of one, which raise the likelihood of the data or a bound of it."""

from sparring.games.autoregressive import Autoregressive
from sparring.games.rows.entry import Entry, bibtex

LIKELIHOOD: dict[str, Entry] = {
    "pixelcnn": Entry(
        Autoregressive,
        "one pixel after the other, each given those before; exact likelihoods",
        bibtex(
            "oord2016pixelrnn",
            "Pixel Recurrent Neural Networks",
            'van den Oord, A{\\"a}ron and Kalchbrenner, Nal and Kavukcuoglu, Koray',
            2016,
            "1601.06759",
        ),
        networks="pixelcnn",
        only="image",
    ),
}
