"""What people look like: skin tones, hair and iris colours, hairstyles and how far faces vary."""

import numpy as np

# sRGB anchors from very pale to very dark; linear interpolation by `tone` in 0..1.
TONES = (
    np.array(
        [
            (228, 190, 171),
            (221, 178, 153),
            (209, 161, 130),
            (190, 139, 106),
            (163, 114, 84),
            (132, 90, 67),
            (103, 71, 56),
            (77, 54, 46),
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
    "green": ((0.08, 0.15, 0.07), (0.19, 0.29, 0.14), (0.22, 0.15, 0.04)),
    "blue": ((0.08, 0.17, 0.32), (0.22, 0.38, 0.55), (0.15, 0.15, 0.1)),
    "grey": ((0.17, 0.21, 0.24), (0.34, 0.39, 0.42), (0.1, 0.1, 0.08)),
}
HAIR_STYLES = (
    "bald",
    "buzz",
    "short01",
    "short02",
    "short03",
    "short04",
    "afro01",
    "bob01",
    "bob02",
    "long01",
    "ponytail01",
    "braid01",
)
FEMALE_STYLES = {
    "bob01": 0.17,
    "bob02": 0.15,
    "long01": 0.24,
    "ponytail01": 0.15,
    "braid01": 0.09,
    "short03": 0.08,
    "afro01": 0.07,
    "buzz": 0.05,
}
MALE_STYLES = {
    "short01": 0.18,
    "short02": 0.2,
    "short03": 0.12,
    "short04": 0.16,
    "buzz": 0.14,
    "bald": 0.1,
    "afro01": 0.07,
    "long01": 0.03,
}
SHAPE_SIGMA = {
    "eyebrows": 0.16,
    "neck": 0.12,
    "mouth": 0.14,
    "head": 0.2,
    "forehead": 0.2,
    "ears": 0.2,
    "nose": 0.3,
    "chin": 0.28,
    "cheek": 0.28,
    "eyes": 0.24,
}
# Morph targets every face of a sex gets, so that the average is not stern or masculine. Key: female.
FEATURES = {
    True: {
        "chin/chin-width-decr": 0.3,
        "head/head-oval": 0.3,
        "mouth/mouth-upperlip-volume-incr": 0.2,
        "mouth/mouth-lowerlip-volume-incr": 0.2,
        "eyebrows/eyebrows-trans-up": 0.35,
        "chin/chin-triangle": 0.15,
        "cheek/l-cheek-bones-incr": 0.2,
        "cheek/r-cheek-bones-incr": 0.2,
        "eyes/l-eye-scale-incr": 0.2,
        "eyes/r-eye-scale-incr": 0.2,
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
