"""Parsers for the data files of the mesh repositories (Wavefront OBJ, MakeHuman proxies, targets), read from bare git clones."""

import subprocess
from dataclasses import dataclass

import numpy as np


class GitData:
    """Reads files at HEAD of a bare clone, so that no work tree is needed."""

    def __init__(self, repository: str):
        self._repository = repository

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(["git", f"--git-dir={self._repository}", *arguments], capture_output=True, check=False)
        if done.returncode:
            raise FileNotFoundError(
                f"{self._repository}: git {' '.join(arguments)}: {done.stderr.decode('utf8', 'replace').strip()}"
            )
        return done.stdout.decode("utf8", "replace")

    def text(self, path: str) -> str:
        """Contents of a file; raises FileNotFoundError when it is absent."""
        return self._git("show", f"HEAD:{path}")

    def names(self, folder: str) -> list[str]:
        """Paths of all files below a folder."""
        return self._git("ls-tree", "-r", "--name-only", "HEAD", folder).split()


@dataclass
class Obj:
    """Wavefront mesh: vertices [V,3], texture coordinates [T,2], polygon corners and the group of each polygon."""

    vertices: np.ndarray
    texture: np.ndarray
    faces: list[list[int]]
    texture_faces: list[list[int]]
    groups: np.ndarray

    def group(self, name: str) -> np.ndarray:
        """Sorted vertex ids of a named group."""
        return np.unique(np.concatenate([np.array(f) for f, g in zip(self.faces, self.groups) if g == name]))


def parse_obj(text: str) -> Obj:
    """Reads positions, texture coordinates, polygons and groups; everything else is skipped."""
    vertices, texture, faces, texture_faces, groups, group = [], [], [], [], [], ""
    for line in text.splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in rest[:3]])
        elif kind == "vt":
            texture.append([float(x) for x in rest[:2]])
        elif kind == "g":
            group = rest[0] if rest else ""
        elif kind == "f":
            corners = [c.split("/") for c in rest]
            faces.append([int(c[0]) - 1 for c in corners])
            texture_faces.append([int(c[1]) - 1 if len(c) > 1 and c[1] else 0 for c in corners])
            groups.append(group)
    return Obj(np.array(vertices), np.array(texture or [[0.0, 0.0]]), faces, texture_faces, np.array(groups))


@dataclass
class Binding:
    """MakeHuman proxy: each row binds a vertex to three base vertices (ids, weights, offset)."""

    rows: np.ndarray  # [N,9]
    scale: np.ndarray  # [3,3] rows (vertex a, vertex b, rest distance), zeros when an axis is not scaled
    hidden: np.ndarray  # base vertices the garment covers


def parse_binding(text: str) -> Binding:
    """Reads an .mhclo file."""
    header, rows, hidden, section = {}, [], [], ""
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("verts", "delete_verts"):
            section = words[0]
        elif section == "verts" and words[0].lstrip("-")[0].isdigit():
            if len(words) == 1:
                rows.append([float(words[0])] * 3 + [1.0, 0, 0, 0, 0, 0])
            else:
                rows.append([float(x) for x in words[:9]])
        elif section == "delete_verts" and words[0][0].isdigit():
            hidden += _ranges(words)
        else:
            header[words[0]] = words[1:]
    scale = [
        [float(x) for x in header[k][:3]] if header.get(k) else [0.0, 0.0, 0.0]
        for k in ("x_scale", "y_scale", "z_scale")
    ]
    return Binding(np.array(rows), np.array(scale), np.array(hidden, int))


def _ranges(words: list[str]) -> list[int]:
    """Expands `3 7 - 9` to 3, 7, 8, 9."""
    out: list[int] = []
    k = 0
    while k < len(words):
        if k + 2 < len(words) and words[k + 1] == "-":
            out += range(int(words[k]), int(words[k + 2]) + 1)
            k += 3
        else:
            out.append(int(words[k]))
            k += 1
    return out


def parse_target(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Morph target as vertex ids [N] and offsets [N,3]."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    table = np.array(rows, float).reshape(-1, 4)
    return table[:, 0].astype(int), table[:, 1:]
