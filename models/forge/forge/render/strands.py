"""Hair, brow and lash strands: camera-facing ribbons over a proxy mesh, so that they follow every face and pose."""

from dataclasses import dataclass

import numpy as np

from .assets import Assets
from .geometry import F32, normalise


@dataclass
class Strands:
    """One system of S strands with P points; `first` and `count` are its range in the shared index buffer."""

    kind: str  # hair, brow or lash
    proxy: str
    corners: np.ndarray  # [S,P,3] proxy vertices under each traced point
    barycentric: np.ndarray  # [S,P,3]
    index: np.ndarray  # [S,P] traced point before each drawn point (strands may stop early and are resampled)
    fraction: np.ndarray  # [S,P,1] position between that point and the next
    lift: np.ndarray  # [S,P] height above the surface
    jitter: np.ndarray  # [S,1 or P,3]
    phase: np.ndarray  # [S,1] of the curl
    curl: float  # radius of the curl
    width: np.ndarray  # [S,P]
    random: np.ndarray  # [S]
    t: np.ndarray  # [P] 0 at the root, 1 at the tip
    first: int = 0
    count: int = 0


def grow(
    assets: Assets, rng, proxy: str, kind: str, width: float, lift: float, jitter: float, curl: float, share: float
) -> Strands:
    """Builds a system from the first `share` of a proxy's traced strands. Lengths in decimetres."""
    p = assets.proxies[proxy]
    n = int(len(p.strand_triangle) * share)
    tri, bary = p.strand_triangle[:n], p.strand_barycentric[:n]
    points = tri.shape[1]
    stuck = (tri[:, 1:] == tri[:, :-1]) & (np.abs(bary[:, 1:] - bary[:, :-1]).sum(2) < 1e-4)
    alive = np.where(stuck.any(1), stuck.argmax(1), points - 1)
    tri, bary, alive = tri[alive >= 1], bary[alive >= 1], alive[alive >= 1]
    t = np.linspace(0, 1, points)
    at = t[None] * alive[:, None]
    index = np.minimum(at.astype(int), points - 2)
    random = rng.random(len(tri))
    body = (
        width
        * (0.6 + 0.8 * rng.random((len(tri), 1)))
        * np.clip((1 - t) * 1.5 + 0.06, 0, 1)
        * np.minimum(1, t * 6 + 0.5)[None]
    )
    corners = p.triangles[tri]
    if kind == "lash":  # lower lashes are finer
        body[p.rest[corners[:, 0, 0], 1] < assets.eye_centre[1]] *= 0.4
    raised = np.clip(random + rng.normal(0, 0.25, len(tri)), 0, 1)[:, None]
    return Strands(
        kind,
        proxy,
        corners,
        bary,
        index,
        (at - index).astype(F32)[..., None],
        lift=lift * (0.1 + 1.05 * raised) * np.sin(t * 2.2 + 0.25)[None],
        jitter=(rng.normal(0, 1, (len(tri), 1, 3)) * jitter * np.linspace(0.3, 1, points)[None, :, None]).astype(F32),
        phase=rng.random((len(tri), 1)) * 6.28,
        curl=curl,
        width=body,
        random=random,
        t=t,
    )


def place(
    s: Strands, points: np.ndarray, normals: np.ndarray, turn: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, tangents and surface normals [S*P,3] of the strands on a posed proxy [N,3]; `turn` is the head's rotation."""
    x = np.einsum("npkc,npk->npc", points[s.corners], s.barycentric)
    nx = np.einsum("npkc,npk->npc", normals[s.corners], s.barycentric)
    row = np.arange(len(x))[:, None]
    x, nx = x[row, s.index] * (1 - s.fraction) + x[row, s.index + 1] * s.fraction, nx[row, s.index]
    for _ in range(2):  # tracing snaps to samples: smooth the zigzag away
        x[:, 1:-1] = 0.25 * x[:, :-2] + 0.5 * x[:, 1:-1] + 0.25 * x[:, 2:]
    x = x + nx * s.lift[..., None].astype(F32) + s.jitter @ turn.T
    if s.curl > 0:
        side = np.cross(normalise(np.gradient(x, axis=1)), nx)
        angle = (s.phase + s.t[None] * (7 if s.curl < 0.06 else 10)).astype(F32)
        circle = np.sin(angle)[..., None] * side + np.cos(angle)[..., None] * nx
        x = x + F32(s.curl) * circle * np.minimum(1, s.t * 3)[None, :, None].astype(F32)
    return x.reshape(-1, 3), normalise(np.gradient(x, axis=1)).reshape(-1, 3), nx.reshape(-1, 3)
