"""A seed becomes a person: attributes, face shape and colours, spread evenly over what people look like."""

from dataclasses import dataclass

import numpy as np

from .assets import Assets
from .face_shape import draw_shape
from .geometry import F32
from .hair_styles import curliness
from .people_tables import BROWS, FEATURES, HAIR_COLOURS, HAIR_STYLES, IRISES, OPEN_EYES, TONES, hair_table

ATTRIBUTE_NAMES = (
    "tone",
    "tone_r",
    "tone_g",
    "tone_b",
    "female",
    "age",
    "african",
    "asian",
    "caucasian",
    "hair_r",
    "hair_g",
    "hair_b",
    *(f"style_{s}" for s in HAIR_STYLES),
    "curl",
    "grey_strands",
    "brow_weight",
    "iris_r",
    "iris_g",
    "iris_b",
    "beard",
    "freckles",
    "glasses",
    "glasses_shape",
    "weight",
    "makeup",
)


@dataclass
class Identity:
    """One person. Colours are linear RGB; `age` 0..1 spans 18..80; `vertices` is the morphed base mesh [V,3]."""

    seed: int
    female: bool
    age: float
    ancestry: np.ndarray
    tone: float
    skin: np.ndarray
    lip: np.ndarray
    makeup: float
    hair: str
    hair_name: str
    hair_colour: np.ndarray
    curl: float
    grey: float
    hair_seed: int
    brow: int
    brow_weight: float
    iris_name: str
    beard: float
    freckles: float
    glasses: bool
    glasses_shape: float
    glasses_colour: np.ndarray
    gloss: float
    weight: float
    shape: np.ndarray
    vertices: np.ndarray

    def attributes(self) -> np.ndarray:
        """float32 [A] in the order of ATTRIBUTE_NAMES."""
        styles = [float(self.hair == s) for s in HAIR_STYLES]
        return np.array(
            [
                self.tone,
                *self.skin,
                self.female,
                self.age,
                *self.ancestry,
                *self.hair_colour,
                *styles,
                self.curl,
                self.grey,
                self.brow_weight,
                *IRISES[self.iris_name][1],
                self.beard,
                self.freckles,
                self.glasses,
                self.glasses_shape / 5,
                self.weight,
                self.makeup,
            ],
            F32,
        )


def linear(srgb) -> np.ndarray:
    """sRGB 0..1 to linear with the plain 2.2 power the shaders use."""
    return np.asarray(srgb, float) ** 2.2


def _spread(seed: int, k: int) -> float:
    """Low-discrepancy 0..1 (additive recurrence), so that few seeds already cover the range evenly."""
    return (
        0.5 + (seed % 1_000_000) * (0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.8191725133961645)[k]
    ) % 1.0


def _choice(rng: np.random.Generator, table: dict[str, float]) -> str:
    p = np.array(list(table.values()))
    return str(rng.choice(list(table), p=p / p.sum()))


def _colours(rng, tone: float, age: float, ancestry: np.ndarray) -> tuple[str, str]:
    """Hair and iris names; lighter hair is likelier on lighter tones, never impossible."""
    fair = (1 - tone) ** 1.5
    hair = _choice(
        rng,
        {
            "black": 0.15 + 1.3 * tone,
            "dark": 0.3 + 0.3 * tone,
            "brown": 0.3,
            "chestnut": 0.22 * fair + 0.02,
            "auburn": 0.26 * fair + 0.01,
            "darkblond": 0.2 * fair,
            "blond": 0.28 * fair + 0.01,
        },
    )
    if age > 0.55 and rng.random() < 0.3 + 1.2 * (age - 0.55):
        hair = str(rng.choice(["grey", "white"]))
    iris = _choice(
        rng,
        {
            "dark": 0.1 + tone,
            "brown": 0.3 + 0.5 * tone,
            "amber": 0.1,
            "hazel": 0.05 + 0.2 * fair,
            "green": 0.02 + 0.25 * fair,
            "blue": 0.01 + 0.6 * fair,
            "grey": 0.01 + 0.2 * fair,
        },
    )
    return hair, iris


def make_identity(
    assets: Assets, seed: int, tone: float | None = None, age: float | None = None, female: bool | None = None
) -> Identity:
    """The person of a seed; the same seed is always the same person. Given values (tone and age 0..1) replace the drawn ones."""
    rng = np.random.default_rng([seed, 71])
    drawn = float(np.clip(_spread(seed, 0) + rng.normal(0, 0.02), 0, 1)), float(_spread(seed, 1)), _spread(seed, 2) < 0.5
    tone, age, female = (d if given is None else given for d, given in zip(drawn, (tone, age, female)))
    concentration = np.array(
        [0.15 + 1.6 * max(0, tone - 0.35), 0.35 + 0.5 * (0.15 < tone < 0.65), 0.15 + 1.2 * max(0, 0.75 - tone)]
    )
    ancestry = rng.dirichlet(concentration)
    sex = "female" if female else "male"
    vertices = assets.vertices.copy()
    for name, x in zip(("african", "asian", "caucasian"), ancestry):
        assets.morph(vertices, f"{name}-{sex}-young", x * (1 - age))
        assets.morph(vertices, f"{name}-{sex}-old", x * age)
    weight = float(np.clip(rng.normal(0, 0.42), -0.8, 0.95))
    for name, x in (("young", 1 - age), ("old", age)):
        assets.morph(vertices, f"u-{sex}-{name}-average-{'max' if weight > 0 else 'min'}", x * abs(weight))
    shape = draw_shape(assets, rng, vertices, female)
    for name, x in FEATURES[female].items():
        assets.morph(vertices, name, x)
    for name in OPEN_EYES:  # the old targets nearly close the eyes once an expression narrows them further
        assets.morph(vertices, name, 0.08 + 0.3 * age)
    k = tone * (len(TONES) - 1)
    i = min(int(k), len(TONES) - 2)
    srgb = (TONES[i] * (1 - k + i) + TONES[i + 1] * (k - i)) * (1 + rng.normal(0, [0.01, 0.012, 0.022]))
    hair = _choice(rng, hair_table(female, tone, float(ancestry[0]), age))
    hair_name, iris = _colours(rng, tone, age, ancestry)
    beard = 0.0 if female else float(rng.choice([0.03, 0.3, 0.55, 0.95], p=[0.4, 0.22, 0.16, 0.22]))
    return Identity(
        seed,
        bool(female),
        age,
        ancestry,
        tone,
        linear(np.clip(srgb, 0, 1)) * 0.82,
        linear(
            np.array([rng.uniform(0.52, 0.72), rng.uniform(0.24, 0.38), rng.uniform(0.27, 0.40)]) * (1 - 0.35 * tone)
        ),
        float(rng.uniform(0.05, 0.8)) if female else 0.0,
        hair,
        hair_name,
        np.array(HAIR_COLOURS[hair_name]),
        curliness(hair),
        float(np.clip((age - 0.4) * 1.1, 0, 0.6)),
        int(rng.integers(1_000_000)),
        int(rng.choice(BROWS[bool(female)])),
        float(rng.uniform(0.08, 0.42) if female else rng.uniform(0.25, 0.75)) * (1 - 0.25 * age),
        iris,
        beard,
        float(rng.choice([0, 0.5, 1.0], p=[0.75, 0.13, 0.12])) if tone < 0.5 else 0.0,
        _spread(seed, 3) < 0.25,
        float(rng.uniform(2.0, 5.0)),
        np.array([(0.012, 0.01, 0.01), (0.08, 0.03, 0.012), (0.3, 0.27, 0.22), (0.02, 0.03, 0.08)][rng.integers(4)]),
        float(rng.uniform(0.35, 0.9)),
        weight,
        shape,
        vertices,
    )
