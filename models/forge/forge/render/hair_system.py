"""From a person's style and hair seed to strands on that person, and the paint of the scalp under them."""

import numpy as np

from .assets import Assets
from .geometry import F32, normalise
from .hair_bound import bound_hair
from .hair_growth import Grown, bare_crown, free_hair
from .hair_scalp import Hairline, head_space, smoothstep
from .hair_styles import CUTS
from .identity import Identity

BOUND = ("ponytail", "bun", "topknot", "twin", "cornrows")


def hairline(identity: Identity) -> Hairline:
    """The hairline of a person: recession by style and, for men, by age and chance."""
    rng = np.random.default_rng([identity.hair_seed, 5])
    own = 0.0 if identity.female else 0.35 * rng.random() * identity.age + 0.1 * rng.random()
    return Hairline(
        identity.female,
        max(own, CUTS[identity.hair].recession * rng.uniform(0.8, 1.1)),
        rng.uniform(-0.5, 3.0),
        tuple(rng.uniform(0, 6.28, 2)),
    )


def scalp_paint(assets: Assets, identity: Identity) -> np.ndarray:
    """[N] 0..1 how much of the hair's colour the scalp shows at every vertex of the body."""
    cut, rest = CUTS[identity.hair], assets.body_rest
    out, near = np.zeros(len(rest), F32), np.flatnonzero((rest[:, 1] > 6.4) & (assets.body_skin[:, 0] > 0.3))
    if cut.paint:
        p = rest[near]
        ear = 1 - np.clip(assets.masks["ear"][near] * 3 - 0.2, 0, 1)
        paint = cut.paint * smoothstep(0.01, 0.15, hairline(identity).inside(p)) * ear
        if cut.fade:
            paint = paint * (0.12 + 0.88 * smoothstep(*cut.fade, p[:, 1]))
        out[near] = paint * (1 - cut.thin_crown * 0.92 * bare_crown(p))
    return out


def hair(assets: Assets, identity: Identity, vertices: np.ndarray, density: float) -> list[Grown]:
    """Strands on the person with base mesh `vertices` [V,3], in the straight pose."""
    cut, space = CUTS[identity.hair], head_space(assets)
    rng, line = np.random.default_rng([identity.hair_seed, 9]), hairline(identity)
    if cut.special in BOUND:
        systems = bound_hair(space, cut, line, rng, density)
    else:
        loose = free_hair(space, cut, line, rng, density)
        systems = [] if loose is None else [loose]
    if systems:
        grid = space.displacement(assets.subdivision @ vertices, assets.body_rest)
    for s in systems:
        flat = s.points.reshape(-1, 3)
        high = smoothstep(6.3, 6.9, flat[:, 1])[:, None].astype(F32)
        head = np.zeros((1, len(assets.joint_names)), F32)
        head[0, assets.joint_names.index("head")] = 1
        s.joints = head * high + space.sample(space.joints, flat) * (1 - high) if high.min() < 1 else np.repeat(head, len(flat), 0)
        s.points = (flat + space.sample(grid, flat)).reshape(s.points.shape).astype(F32)
    return systems


def place_grown(s: Grown, skin, turn: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, tangents and normals [S*P,3] under `skin(points, weights)`; `turn` is the head's 3x3 rotation."""
    x = skin(s.points.reshape(-1, 3), s.joints).reshape(s.points.shape)
    return x.reshape(-1, 3), normalise(np.gradient(x, axis=1)).reshape(-1, 3), (s.normals @ turn.T).reshape(-1, 3)
