"""Errors that speak to the user."""


class UserError(Exception):
    """Something the user can mend: one line that names the value and the remedy, shown without a traceback."""
