"""The exception whose messages are written for users, and errors of failed storage."""

import errno


class InputError(ValueError):
    """The user's input is wrong; the message names it and the remedy.

    Scripts print the message without a traceback.
    """


STORAGE_FAILURES = frozenset(
    [
        errno.EIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ENODEV,
        errno.ENXIO,
        errno.ETIMEDOUT,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.EREMOTEIO,
    ]
)
"""Errors of a disk or network mount, which say nothing about the files on it."""
