"""What is drawn has its true size: each thing's outline and the areas of its colours, in metres.

The colours of the looks are chosen such that they tell what is what: a red car has red paint, dark tyres, pale panes.
Areas are those of drawings that somebody has looked at: who changes a drawing looks at it, and measures it again.
"""

from dataclasses import replace

import numpy as np
import pytest
from measured import find_extent, measure_colours

from framewright.scenes import figures, plants, space, toon, vehicles
from framewright.scenes.paint import Canvas

RED, GREEN, BLUE, YELLOW = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (1.0, 1.0, 0.0)
PERSON = figures.Person(1.8, (1.0, 0.8, 0.6), BLUE, RED, GREEN, False, False, None)
DRESSED = replace(PERSON, long_hair=True, coat=True, bag=YELLOW)
DOG = figures.Dog(0.5, RED, BLUE, True)


def rng():
    return np.random.default_rng(0)


def draw_on(paint, *where):
    canvas = Canvas(3, 3, 4, 60.0, 1.0)
    paint(*where[:1], canvas, *where[1:]) if isinstance(where[0], np.random.Generator) else paint(canvas, *where)
    return canvas.sprite()


DRAWINGS = {
    "a saloon": lambda: vehicles.draw_car(vehicles.Car(RED, False), 0.3, 0, 0, 100.0),
    "a hatchback": lambda: vehicles.draw_car(vehicles.Car(RED, True), 0.0, 0, 0, 100.0),
    "a bus": lambda: vehicles.draw_bus(vehicles.Bus(RED, 7.0), 0.3, 0, 0, 60.0),
    "who stands": lambda: figures.draw_person(PERSON, 0, 0, 0, 120.0),
    "who is seen from the front": lambda: figures.draw_person(PERSON, 0, 0, -np.pi / 2, 120.0),
    "who strides": lambda: figures.draw_person(PERSON, 1.2, 1, 0, 120.0),
    "who wears a coat and a bag": lambda: figures.draw_person(DRESSED, 4.0, 1, 0.5, 120.0),
    "a dog that stands": lambda: figures.draw_dog(DOG, 0, 0, 0, 250.0),
    "a dog that trots": lambda: figures.draw_dog(replace(DOG, pointed=False), 0.8, 1, 0.6, 250.0),
    "a cyclist": lambda: figures.draw_cyclist(figures.Cyclist(GREEN, replace(PERSON, bag=YELLOW)), 0.5, 1, 0, 120.0),
    "a tree": lambda: plants.draw_tree(rng(), 6.0, (0.3, 0.5, 0.2), 40.0),
    "a bush": lambda: plants.draw_tree(rng(), 3.0, (0.3, 0.5, 0.2), 40.0, 0.02),
    "a lamp": lambda: plants.draw_lamp(3.5, 100.0),
    "a post": lambda: plants.draw_post(100.0, BLUE),
    "a bench": lambda: plants.draw_bench(100.0),
    "a bin": lambda: plants.bin_(150.0, GREEN),
    "a balloon": lambda: toon._balloon(80.0),
    "a cloud": lambda: toon._cloud(rng(), 80.0),
    "a house": lambda: draw_on(toon._house, rng(), 0.0, 0.0, 1.5),
    "a pine": lambda: draw_on(toon._pine, 0.0, 0.0, 3.0, (0.2, 0.6, 0.3)),
    "near hills": lambda: toon._hills(rng(), 6.0, 40.0, 1.5, (0.34, 0.6, 0.28)),
    "far hills": lambda: toon._hills(rng(), 6.0, 40.0, 5.4, (0.55, 0.72, 0.83)),
    "a planet": lambda: space._planet(rng(), 80),
}

MEASURED = {
    "a saloon": (
        (-2.18, -0.01, 2.18, 1.48),
        {
            "dark": (1.0394, -0.056, 0.469),
            "deep red": (0.1409, -0.02, 0.503),
            "grey": (0.5397, -0.209, 1.024),
            "light": (0.111, 0.099, 0.42),
            "pale red": (0.0875, 0.627, 1.145),
            "red": (2.2752, -0.131, 0.747),
        },
    ),
    "a hatchback": (
        (-1.94, -0.01, 1.95, 1.55),
        {
            "dark": (1.0239, -0.093, 0.504),
            "deep red": (0.1289, -0.047, 0.502),
            "grey": (0.6248, -0.429, 1.095),
            "light": (0.1066, 0.106, 0.424),
            "pale red": (0.0922, 0.315, 1.201),
            "red": (2.2185, -0.196, 0.796),
        },
    ),
    "a bus": (
        (-3.52, -0.02, 3.66, 2.83),
        {
            "dark": (4.1125, 0.013, 1.218),
            "grey": (6.6453, 0.274, 1.811),
            "light": (0.7081, -0.436, 1.088),
            "pale red": (1.5358, 0.155, 2.537),
            "red": (5.0889, -0.405, 1.159),
        },
    ),
    "who stands": (
        (-0.14, 0.01, 0.21, 1.81),
        {
            "blue": (0.031, -0.033, 1.692),
            "deep blue": (0.0105, 0.022, 1.622),
            "deep green": (0.031, 0.086, 0.321),
            "deep red": (0.0378, 0.077, 1.22),
            "green": (0.1082, -0.002, 0.544),
            "grey": (0.0031, 0.069, 1.543),
            "pale red": (0.0068, 0.033, 1.359),
            "red": (0.0964, -0.013, 1.208),
        },
    ),
    "who is seen from the front": (
        (-0.25, 0.01, 0.26, 1.81),
        {
            "blue": (0.0075, -0.002, 1.762),
            "deep green": (0.0705, 0.046, 0.499),
            "deep red": (0.0654, 0.127, 1.11),
            "green": (0.1599, -0.014, 0.489),
            "pale red": (0.0334, -0.012, 1.423),
            "red": (0.2463, -0.027, 1.224),
        },
    ),
    "who strides": (
        (-0.4, 0.01, 0.43, 1.76),
        {
            "blue": (0.031, 0.002, 1.655),
            "deep blue": (0.0103, 0.057, 1.586),
            "deep green": (0.0671, 0.027, 0.367),
            "deep red": (0.0239, 0.137, 1.223),
            "green": (0.2003, -0.003, 0.526),
            "grey": (0.0038, 0.114, 1.509),
            "pale red": (0.0064, 0.133, 1.346),
            "red": (0.1195, 0.053, 1.169),
        },
    ),
    "who wears a coat and a bag": (
        (-0.35, 0.01, 0.3, 1.77),
        {
            "blue": (0.0383, -0.007, 1.633),
            "deep blue": (0.0135, 0.053, 1.576),
            "deep green": (0.0474, 0.03, 0.242),
            "deep red": (0.084, 0.071, 0.965),
            "green": (0.1112, -0.023, 0.349),
            "grey": (0.0024, 0.126, 1.415),
            "pale red": (0.0037, 0.15, 0.97),
            "red": (0.2615, -0.032, 1.038),
        },
    ),
    "a dog that stands": (
        (-0.48, -0.02, 0.61, 0.81),
        {
            "blue": (0.0058, 0.297, 0.691),
            "deep blue": (0.003, 0.351, 0.687),
            "deep red": (0.0573, 0.139, 0.34),
            "red": (0.1948, 0.041, 0.411),
        },
    ),
    "a dog that trots": (
        (-0.45, -0.01, 0.5, 0.72),
        {
            "blue": (0.0079, 0.266, 0.64),
            "deep blue": (0.0027, 0.312, 0.627),
            "deep red": (0.0633, 0.098, 0.305),
            "red": (0.1914, 0.003, 0.381),
        },
    ),
    "a cyclist": (
        (-0.88, -0.02, 0.88, 1.86),
        {
            "dark": (0.2226, 0.0, 0.362),
            "deep green": (0.0468, 0.087, 0.939),
            "deep red": (0.0844, 0.008, 1.207),
            "green": (0.2942, 0.035, 0.78),
            "grey": (0.0204, 0.027, 0.502),
            "light": (0.0667, 0.0, 0.329),
            "pale red": (0.0319, 0.236, 1.198),
            "red": (0.1881, -0.082, 1.276),
        },
    ),
    "a tree": (
        (-2.33, -0.13, 2.62, 6.17),
        {
            "dark": (1.2525, 0.333, 1.681),
            "deep green": (7.155, 0.124, 3.82),
            "green": (0.6062, -0.651, 4.915),
            "grey": (0.0813, 0.945, 3.162),
        },
    ),
    "a bush": (
        (-1.27, -0.13, 1.4, 3.05),
        {
            "dark": (0.2294, 0.326, 0.449),
            "deep green": (2.895, 0.075, 1.429),
            "green": (0.2963, -0.321, 2.198),
            "grey": (0.0244, 0.639, 0.962),
        },
    ),
    "a lamp": (
        (-0.25, -0.08, 0.26, 3.52),
        {"dark": (0.3849, 0.005, 1.365), "grey": (0.004, 0.005, 3.17), "pale red": (0.1754, 0.005, 3.148)},
    ),
    "a post": (
        (-0.35, -0.05, 0.35, 2.49),
        {
            "blue": (0.2657, 0.0, 2.1),
            "dark": (0.0545, 0.034, 0.856),
            "grey": (0.109, -0.01, 0.905),
            "light": (0.0893, 0.0, 2.094),
            "pale blue": (0.0101, -0.003, 2.111),
        },
    ),
    "a bench": (
        (-0.91, -0.04, 0.91, 0.89),
        {"dark": (0.0804, 0.0, 0.278), "deep red": (0.6364, 0.0, 0.616), "red": (0.018, 0.0, 0.465)},
    ),
    "a bin": (
        (-0.29, 0.0, 0.29, 0.97),
        {"deep green": (0.1879, 0.0, 0.56), "green": (0.2687, 0.0, 0.474)},
    ),
    "a balloon": (
        (-1.29, -0.01, 1.29, 4.14),
        {"dark": (1.337, 0.002, 2.376), "deep red": (0.2698, 0.018, 1.69), "red": (4.4258, -0.002, 2.633)},
    ),
    "a cloud": (
        (-1.85, 0.14, 1.81, 1.39),
        {"dark": (0.1792, 0.005, 0.689), "grey": (0.0531, -0.003, 0.684), "light": (2.9322, -0.043, 0.732)},
    ),
    "a house": (
        (-1.83, -0.03, 1.83, 2.73),
        {
            "dark": (0.6475, -0.001, 1.332),
            "deep red": (0.6906, 0.0, 1.015),
            "grey": (0.2189, 0.001, 0.745),
            "pale blue": (0.7367, 0.0, 0.858),
            "pale red": (2.8939, 0.0, 0.756),
            "red": (2.9639, 0.0, 2.051),
        },
    ),
    "a pine": (
        (-1.05, -0.02, 1.05, 3.2),
        {
            "dark": (0.5253, 0.021, 1.523),
            "deep green": (0.6758, 0.299, 1.54),
            "deep red": (0.1842, 0.007, 0.265),
            "green": (1.3775, -0.208, 1.461),
        },
    ),
    "near hills": (
        (-6.03, -0.05, 6.05, 3.77),
        {
            "dark": (2.2956, 0.5, 1.666),
            "deep green": (5.3556, 0.287, 1.068),
            "deep red": (0.4825, -0.854, 2.17),
            "green": (11.0819, -0.874, 0.773),
            "grey": (0.4244, -0.703, 1.946),
            "pale blue": (0.3962, -0.793, 1.828),
            "pale green": (1.7781, -0.01, 0.086),
            "pale red": (1.2913, -0.607, 1.81),
            "red": (1.8719, -1.169, 2.633),
        },
    ),
    "far hills": (
        (-6.03, -0.05, 6.05, 6.33),
        {"dark": (1.2537, 0.303, 5.267), "pale blue": (63.4131, -0.155, 2.589)},
    ),
    "a planet": (
        (-150.0, -81.0, 151.0, 80.0),
        {
            "dark": (7920.0, 31.8, -14.9),
            "deep red": (3889.0, -14.0, 10.7),
            "grey": (1772.0, 27.2, 0.5),
            "pale red": (4746.0, -35.6, 7.1),
            "red": (1550.0, -42.9, 20.5),
        },
    ),
}
"""Left, bottom, right and top of each, and of each colour its square metres and its middle; the planet in pixels."""


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_as_large_as_what_it_shows_and_has_its_colours_where_they_belong(name):
    sprite = DRAWINGS[name]()
    extent, colours = MEASURED[name]
    pixel = 1 / sprite.scale
    assert find_extent(sprite) == pytest.approx(extent, abs=1.1 * pixel)
    measured = measure_colours(sprite)
    assert {*measured} == {*colours}
    reach = extent[2] - extent[0]
    for colour, (area, x, y) in colours.items():
        assert measured[colour][0] == pytest.approx(area, rel=0.02, abs=20 * pixel**2), colour
        assert measured[colour][1:] == pytest.approx((x, y), abs=0.003 * reach + 0.2 * pixel), colour


@pytest.mark.parametrize("name", ["a saloon", "a bus", "who stands", "a cyclist"])
def test_a_drawing_at_half_the_scale_shows_the_same_in_metres(name):
    paint, look = {
        "a saloon": (vehicles.draw_car, vehicles.Car(RED, False)),
        "a bus": (vehicles.draw_bus, vehicles.Bus(RED, 7.0)),
        "who stands": (figures.draw_person, PERSON),
        "a cyclist": (figures.draw_cyclist, figures.Cyclist(GREEN, PERSON)),
    }[name]
    large, small = (paint(look, 0.0, 0.0, 0.0, scale) for scale in (120.0, 60.0))
    assert find_extent(small) == pytest.approx(find_extent(large), abs=0.03)


def test_wheels_turn_with_the_phase_and_stand_on_the_ground():
    for paint, look, turn, x in (
        (vehicles.draw_car, vehicles.Car(RED, False), 2 * np.pi / 5, 1.32),
        (vehicles.draw_bus, vehicles.Bus(RED, 7.0), 2 * np.pi / 5 / 0.75, 3.5 - 1.95),
    ):
        first, half, whole = (paint(look, phase, 0, 0, 100.0).rgba.astype(int) for phase in (0, turn / 2, turn))
        assert np.abs(first - half).max() > 80 and np.abs(first - whole).max() < 40
        assert find_extent(paint(look, 0, 0, 0, 100.0))[1] == pytest.approx(0, abs=0.03)
        place = np.argwhere(np.abs(first - half).max(2) > 60).mean(0)
        assert np.isfinite(place).all() and first.shape[1] > 100 * x


def test_a_car_is_as_long_as_it_says_and_so_is_a_bus():
    for look, paint in (
        (vehicles.Car(RED, True), vehicles.draw_car), (vehicles.Car(RED, False), vehicles.draw_car),
        (vehicles.Bus(RED, 6.6), vehicles.draw_bus), (vehicles.Bus(RED, 7.6), vehicles.draw_bus),
    ):  # fmt: skip
        left, _, right, _ = find_extent(paint(look, 0, 0, 0, 50.0))
        assert right - left == pytest.approx(look.length, abs=0.21)


def test_vehicles_are_chosen_from_all_paints_and_lengths():
    cars = [vehicles.some_car(np.random.default_rng(seed)) for seed in range(200)]
    assert {car.paint for car in cars} == {*vehicles.PAINTS} and 80 < sum(car.hatch for car in cars) < 120
    lengths = [vehicles.some_bus(np.random.default_rng(seed)).length for seed in range(200)]
    assert 6.6 <= min(lengths) < 6.62 and 7.58 < max(lengths) <= 7.6
