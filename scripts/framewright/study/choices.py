"""What a command line of Snakemake chooses: the options that change what a study is asked for."""

from collections.abc import Iterator, Sequence
from pathlib import Path

CONFIG, FILES = ("--config", "-C"), ("--configfile", "--configfiles")


def list_choices(arguments: Sequence[str], folder: Path) -> list[str]:
    """The options of a command line that change what a study is asked for, its files as seen from anywhere.

    `folder` is where Snakemake was called.
    """
    entries = [*list_values(arguments, CONFIG)]
    files = [str(folder / path) for path in list_values(arguments, FILES)]
    return [*(["--config", *entries] if entries else []), *(["--configfile", *files] if files else [])]


def list_values(arguments: Sequence[str], options: Sequence[str]) -> Iterator[str]:
    """The values of these options, each of which takes all that follows up to the next option."""
    taking = False
    for argument in arguments:
        if argument.startswith("-"):
            name, equals, value = argument.partition("=")
            taking = name in options and not equals
            if name in options and equals:
                yield value
        elif taking:
            yield argument
