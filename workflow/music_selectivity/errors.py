"""The one exception that users are meant to read, and errors of a disk that is gone."""

import errno


class InputError(ValueError):
    """Something the user gave is wrong; the message names it and the remedy.

    Scripts print the message alone, without a traceback.
    """


STORAGE_FAILURES = frozenset(
    {
        *(errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ENODEV, errno.ENXIO),
        *(errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.EREMOTEIO),
    }
)
"""Errors of a disk or network mount, of which the files on it are innocent."""
