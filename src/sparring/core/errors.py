"""The two ways in which something goes wrong for a user."""


class WrongUse(ValueError):
    """What was asked cannot be done as asked: one sentence says what, where, and the remedy.

    The command line ends with exit code 2.
    """


class Failure(RuntimeError):
    """What was asked could not be finished: one sentence says why, and what to do.

    The command line ends with exit code 1.
    """
