"""The one exception that users are meant to read."""


class InputError(ValueError):
    """Something the user gave is wrong; the message names it and the remedy.

    Scripts print the message alone, without a traceback.
    """
