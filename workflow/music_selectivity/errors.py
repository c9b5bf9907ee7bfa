"""The exception whose messages are written for users."""


class InputError(ValueError):
    """The user's input is wrong; the message names it and the remedy.

    Scripts print the message without a traceback.
    """
