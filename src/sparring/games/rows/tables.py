"""Games of tables."""

from sparring.games.ctgan import CTGAN
from sparring.games.nade import NADE
from sparring.games.rows.entry import Entry, bibtex
from sparring.games.tvae import TVAE

_MODES = bibtex(
    "xu2019ctgan",
    "Modeling Tabular data using Conditional GAN",
    "Xu, Lei and Skoularidou, Maria and Cuesta-Infante, Alfredo and Veeramachaneni, Kalyan",
    2019,
    "1907.00503",
)

TABLES: dict[str, Entry] = {
    "nade": Entry(
        NADE,
        "one column of a table after the other, in any order; the default for tables",
        bibtex(
            "uria2014nade",
            "A Deep and Tractable Density Estimator",
            "Uria, Benigno and Murray, Iain and Larochelle, Hugo",
            2014,
            "1310.1757",
        ),
        encoding="tokens",
        networks="conditionals",
    ),
    "ctgan": Entry(
        CTGAN,
        "rows of a table, asked for by one of their categories",
        _MODES,
        encoding="modes",
        batches="conditioned",
        networks="ctgan",
    ),
    "tvae": Entry(
        TVAE,
        "a variational autoencoder of rows of a table",
        _MODES.replace("xu2019ctgan", "xu2019tvae"),
        encoding="modes",
        networks="tvae",
    ),
}
