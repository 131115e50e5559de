"""What the card of the tracks must know of the settings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CardFacts:
    """What was covered, which detector found the objects, and which filters were on."""

    covered: bool = True  # faces, as far as they were found
    plates: bool = False  # licence plates too
    demo_detector: bool = False
    searched: bool = True  # for objects; without, the dataset has segments alone
    cartoon: bool = False
    aesthetic: bool = False
