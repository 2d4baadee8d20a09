"""What people look like: skin tones, hair and iris colours, hairstyles and how far faces vary."""

import numpy as np

from .hair_styles import CUTS

# sRGB anchors from very pale to very dark; linear interpolation by `tone` in 0..1.
TONES = (
    np.array(
        [
            (219, 178, 158),
            (206, 161, 137),
            (193, 146, 119),
            (175, 127, 100),
            (153, 108, 82),
            (129, 91, 68),
            (105, 75, 57),
            (80, 60, 48),
        ],
        float,
    )
    / 255
)
HAIR_COLOURS = {  # linear albedo
    "black": (0.016, 0.014, 0.014),
    "dark": (0.042, 0.026, 0.018),
    "brown": (0.10, 0.055, 0.03),
    "chestnut": (0.17, 0.07, 0.03),
    "auburn": (0.20, 0.055, 0.02),
    "darkblond": (0.17, 0.105, 0.05),
    "blond": (0.36, 0.25, 0.12),
    "grey": (0.22, 0.22, 0.225),
    "white": (0.46, 0.455, 0.44),
}
IRISES = {  # linear: rim, body, centre
    "dark": ((0.03, 0.015, 0.01), (0.07, 0.035, 0.018), (0.04, 0.02, 0.01)),
    "brown": ((0.07, 0.03, 0.014), (0.16, 0.075, 0.03), (0.10, 0.05, 0.02)),
    "amber": ((0.22, 0.11, 0.02), (0.36, 0.20, 0.05), (0.2, 0.1, 0.02)),
    "hazel": ((0.13, 0.09, 0.03), (0.22, 0.17, 0.07), (0.20, 0.09, 0.02)),
    "green": ((0.07, 0.11, 0.06), (0.18, 0.24, 0.13), (0.20, 0.14, 0.05)),
    "blue": ((0.08, 0.14, 0.23), (0.21, 0.32, 0.43), (0.16, 0.16, 0.12)),
    "grey": ((0.17, 0.21, 0.24), (0.34, 0.39, 0.42), (0.1, 0.1, 0.08)),
}
HAIR_STYLES = tuple(CUTS)
# Relative weights; `hair_table` turns them into a person's. Head coverings are 5 % of each sex.
FEMALE_STYLES = {
    "bald": 0.008,
    "buzz": 0.02,
    "crop": 0.012,
    "fade": 0.008,
    "tousled": 0.02,
    "curltop": 0.02,
    "afro": 0.03,
    "afrolow": 0.02,
    "sidepart": 0.012,
    "pixie": 0.07,
    "bob": 0.07,
    "bobfringe": 0.06,
    "bobside": 0.06,
    "lob": 0.07,
    "longcentre": 0.07,
    "longside": 0.07,
    "longfringe": 0.06,
    "longwavy": 0.07,
    "longcurly": 0.06,
    "coils": 0.04,
    "swept": 0.03,
    "ponytail": 0.07,
    "bun": 0.06,
    "topknot": 0.04,
    "braids": 0.04,
    "cornrows": 0.02,
    "locs": 0.025,
}
MALE_STYLES = {
    "bald": 0.05,
    "buzz": 0.08,
    "receding": 0.05,
    "balding": 0.04,
    "crop": 0.09,
    "fade": 0.08,
    "fadecurls": 0.06,
    "quiff": 0.07,
    "sidepart": 0.08,
    "slick": 0.06,
    "tousled": 0.08,
    "curltop": 0.06,
    "afro": 0.03,
    "afrolow": 0.04,
    "swept": 0.04,
    "lob": 0.015,
    "longcentre": 0.02,
    "longwavy": 0.01,
    "coils": 0.015,
    "ponytail": 0.015,
    "bun": 0.01,
    "topknot": 0.03,
    "cornrows": 0.02,
    "locs": 0.03,
}
COVERINGS = {True: {"hijab": 0.6, "headscarf": 0.2, "headwrap": 0.17, "turban": 0.03}, False: {"turban": 1.0}}
COVERED = 0.05
TEXTURED = ("afro", "afrolow", "coils", "cornrows", "locs", "fadecurls", "braids", "fade", "headwrap")


def hair_table(female: bool, tone: float, african: float, age: float) -> dict[str, float]:
    """Probability of every style for a person; african ancestry 0..1 and dark tones favour textured hair, age thin hair."""
    table = dict(FEMALE_STYLES if female else MALE_STYLES)
    textured = min(1.0, max(0.0, 2 * (african - 0.25)) + max(0.0, 3 * (tone - 0.6)))
    for style in table:
        if style in TEXTURED:
            table[style] *= 0.5 + 5 * textured
        elif style not in ("bald", "buzz", "balding", "ponytail", "bun", "topknot"):
            table[style] *= 1 - 0.6 * textured
    for style in ("receding", "balding", "bald"):
        if style in table and not female:
            table[style] *= 0.3 + 2.8 * age**1.5
    total = sum(table.values())
    table = {k: v / total * (1 - COVERED) for k, v in table.items()}
    covers = COVERINGS[bool(female)]
    whole = sum(covers.values())
    return table | {k: v / whole * COVERED for k, v in covers.items()}


SHAPE_SIGMA = {
    "eyebrows": 0.18,
    "neck": 0.12,
    "mouth": 0.17,
    "head": 0.20,
    "forehead": 0.20,
    "ears": 0.22,
    "nose": 0.33,
    "chin": 0.30,
    "cheek": 0.32,
    "eyes": 0.27,
}
# A face is known by a few features: in each region this many axes vary STRONG times as much, the others less.
STRONG_AXES, STRONG, CALM = 2, 1.7, 0.8
# Outliers: a region is drawn again while the root mean square of its coefficients exceeds this many sigmas.
REGION_LIMIT = 1.25
# Directions that read as heavy or masculine vary less on women.
SOFTENED = (
    "chin-width-incr",
    "chin-bones-incr",
    "chin-jaw-drop-incr",
    "chin-prominent-incr",
    "chin-prognathism-incr",
    "chin-height-incr",
    "head-square",
    "head-rectangular",
    "head-triangular",
    "head-scale-horiz-incr",
    "eyebrows-trans-down",
    "eyebrows-angle-down",
    "nose-scale-depth-incr",
    "nose-hump-incr",
    "nose-volume-incr",
    "nose-point-width-incr",
    "forehead-nubian-incr",
    "neck-scale-horiz-incr",
    "neck-double-incr",
    "mouth-upperlip-volume-decr",
    "mouth-lowerlip-volume-decr",
    "eye-scale-decr",
)
# Brow meshes; 8 to 12 are broad. Key: female.
BROWS = {True: (1, 2, 3, 4, 5, 6, 7), False: (1, 2, 3, 4, 5, 8, 10, 11, 12)}
OPEN_EYES = tuple(f"eyes/{side}-eye-height{k}-incr" for side in "lr" for k in (1, 2, 3))
# Morph targets every face of a sex gets, so that the average is not stern or masculine. Key: female.
FEATURES = {
    True: {
        "chin/chin-width-decr": 0.4,
        "chin/chin-bones-decr": 0.2,
        "head/head-oval": 0.3,
        "mouth/mouth-upperlip-volume-incr": 0.25,
        "mouth/mouth-lowerlip-volume-incr": 0.25,
        "eyebrows/eyebrows-trans-up": 0.4,
        "eyebrows/eyebrows-angle-up": 0.1,
        "forehead/forehead-nubian-decr": 0.15,
        "nose/nose-volume-decr": 0.2,
        "chin/chin-triangle": 0.15,
        "cheek/l-cheek-bones-incr": 0.2,
        "cheek/r-cheek-bones-incr": 0.2,
        "eyes/l-eye-scale-incr": 0.25,
        "eyes/r-eye-scale-incr": 0.25,
        "nose/nose-scale-horiz-decr": 0.2,
        "neck/neck-scale-horiz-decr": 0.3,
    },
    False: {
        "head/head-oval": 0.15,
        "cheek/l-cheek-bones-incr": 0.12,
        "cheek/r-cheek-bones-incr": 0.12,
        "eyebrows/eyebrows-trans-up": 0.15,
        "chin/chin-bones-incr": 0.1,
    },
}
