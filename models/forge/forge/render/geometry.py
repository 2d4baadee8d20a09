"""Small linear algebra and parametric surfaces. Units are decimetres (MakeHuman's), y is up, z towards the camera."""

import math

import numpy as np

F32 = np.float32


def normalise(a: np.ndarray) -> np.ndarray:
    """Unit vectors along the last axis; zero vectors stay zero."""
    return a / np.maximum(np.linalg.norm(a, axis=-1, keepdims=True), 1e-9)


def rotation(axis: str, degrees: float) -> np.ndarray:
    """Right-handed 3x3 rotation about a coordinate axis."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    if axis == "x":
        return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    if axis == "y":
        return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def about(matrix: np.ndarray, pivot: np.ndarray) -> np.ndarray:
    """4x4 transform that applies a 3x3 matrix about a pivot point."""
    out = np.eye(4)
    out[:3, :3] = matrix
    out[:3, 3] = pivot - matrix @ pivot
    return out


def towards(azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector to a light: azimuth 0 is the camera's side (+z), positive to image right; degrees."""
    a, e = math.radians(azimuth), math.radians(elevation)
    return np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])


def look_at(eye: np.ndarray, target: np.ndarray, up=(0.0, 1.0, 0.0)) -> np.ndarray:
    """4x4 view matrix."""
    forward = normalise(np.asarray(target, float) - eye)
    side = normalise(np.cross(forward, up))
    view = np.eye(4)
    view[0, :3], view[1, :3], view[2, :3] = side, np.cross(side, forward), -forward
    view[:3, 3] = -view[:3, :3] @ eye
    return view


def perspective(fov: float, aspect: float, near: float, far: float, shift=(0.0, 0.0)) -> np.ndarray:
    """4x4 projection; `fov` is vertical in radians, `shift` moves the picture in normalised device units."""
    t = 1 / math.tan(fov / 2)
    return np.array(
        [
            [t / aspect, 0, -shift[0], 0],
            [0, t, -shift[1], 0],
            [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0, 0, -1, 0],
        ]
    )


def orthographic(half: float, near: float, far: float) -> np.ndarray:
    """4x4 orthographic projection of a square of half size `half`."""
    return np.array(
        [
            [1 / half, 0, 0, 0],
            [0, 1 / half, 0, 0],
            [0, 0, -2 / (far - near), -(far + near) / (far - near)],
            [0, 0, 0, 1],
        ]
    )


def grid_triangles(rows: int, columns: int, closed: bool) -> np.ndarray:
    """Triangles [T,3] of a rows x columns vertex grid; `closed` joins the last column to the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    k = (j + 1) % columns
    a, b, c, d = i * columns + j, i * columns + k, (i + 1) * columns + k, (i + 1) * columns + j
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)]).astype(
        np.int32
    )


def sphere(rows: int = 18, columns: int = 26) -> tuple[np.ndarray, np.ndarray]:
    """Unit sphere with its pole on +z: points [N,3], triangles [T,3]."""
    theta, phi = np.linspace(0, np.pi, rows)[:, None], np.arange(columns)[None] * 2 * np.pi / columns
    points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi], -1)
    return points.reshape(-1, 3).astype(F32), grid_triangles(rows, columns, True)


def tube(path: np.ndarray, radius, closed: bool, sides: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Tube along path [N,3]; `radius` scalar or [N]. Returns points and triangles."""
    path = np.asarray(path, float)
    tangent = normalise(np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0))
    u = normalise(np.cross(tangent, [0.01, 0.2, 1.0]))
    v = np.cross(tangent, u)
    angle = np.arange(sides) * 2 * np.pi / sides
    ring = np.cos(angle)[None, :, None] * u[:, None] + np.sin(angle)[None, :, None] * v[:, None]
    points = (path[:, None] + np.broadcast_to(np.asarray(radius, float), len(path))[:, None, None] * ring).reshape(
        -1, 3
    )
    rows = len(path) + (1 if closed else 0)
    triangles = grid_triangles(rows, sides, True)
    return points, (triangles % len(points)).astype(np.int32)
