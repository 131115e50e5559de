"""Errors that speak to the user."""


class UserError(Exception):
    """Something the user can mend: one line that names the value and the remedy, shown without a traceback.

    The same job would end in the same way: a run does not try it again.
    """


class PassingError(UserError):
    """A UserError of a cause that may be gone at the next attempt, such as a full disk or a busy server."""
