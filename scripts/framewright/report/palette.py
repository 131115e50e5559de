"""One palette for all pictures: colours that colour-blind readers tell apart, those of Okabe and Ito (2008).

Lines differ in their dashes as well, so that a picture also works in grey.
"""

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    *("#0072b2", "#e69f00", "#009e73", "#d55e00"),
    *("#cc79a7", "#56b4e9", "#f0e442"),
)
INK, GREY, LINE, TRACK, PAPER = "#22272e", "#6b7480", "#e3e6ea", "#eef0f3", "#ffffff"
SERIES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
DARK = ("#004a73", "#8f6300", "#00614a", "#8a3d00", "#8f4a72", "#2b78a8")  # the same hues, for a second round
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)))
LEVELS = {"high": RED, "medium": ORANGE, "low": BLUE}  # from urgent to calm
KEPT, RARE = GREEN, "#a9b1bc"  # what went on; what is too rare for a colour of its own
DROPPED = (ORANGE, BLUE, RED, PURPLE, SKY, YELLOW, *DARK)  # one for each reason


def rgb_of(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour like `#0072b2`, each of 0 to 255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
