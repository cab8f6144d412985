"""The one exception that is shown to people as it is."""


class UserError(Exception):
    """Something a person can mend: the message says what happened and what to do next."""
