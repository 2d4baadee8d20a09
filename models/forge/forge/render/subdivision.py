"""One level of Catmull-Clark subdivision as a sparse matrix, with smooth boundaries (Catmull and Clark 1978)."""

import numpy as np
import scipy.sparse as sp


def _incidence(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape)


def catmull_clark(quads: np.ndarray, count: int) -> tuple[sp.csr_matrix, np.ndarray, np.ndarray]:
    """Stencil [M,count], new quads [4Q,4] and the source quad of each [4Q], for quads [Q,4] over `count` vertices."""
    faces = len(quads)
    edges = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    unique, edge_of, uses = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    edge_of, n_edges, face_of = edge_of.ravel(), len(unique), np.repeat(np.arange(faces), 4)
    face_point = _incidence(face_of, quads.ravel(), (faces, count)) * 0.25
    ends = _incidence(np.repeat(np.arange(n_edges), 2), unique.ravel(), (n_edges, count))
    edge_faces = _incidence(edge_of, face_of, (n_edges, faces))
    border = uses != 2
    edge_point = sp.diags(np.where(border, 0.5, 0.25)) @ ends + sp.diags((~border) * 0.25) @ (edge_faces @ face_point)
    valence = np.maximum(np.asarray(ends.sum(0)).ravel(), 1)
    vertex_faces = _incidence(quads.ravel(), face_of, (count, faces))
    n_faces = np.maximum(np.asarray(vertex_faces.sum(1)).ravel(), 1)
    inner = (
        sp.diags(1 / valence / n_faces) @ (vertex_faces @ face_point)
        + sp.diags(2 / valence**2) @ (ends.T @ (ends * 0.5))
        + sp.diags((valence - 3) / valence)
    )
    rim = ends[border]
    n_rim = np.maximum(np.asarray(rim.T.sum(1)).ravel(), 1)
    outer = sp.diags(0.5 / n_rim) @ (rim.T @ (rim * 0.5)) + 0.5 * sp.identity(count)
    on_rim = np.zeros(count, bool)
    on_rim[unique[border].ravel()] = True
    moved = sp.diags((~on_rim).astype(float)) @ inner + sp.diags(on_rim.astype(float)) @ outer
    used = np.unique(quads)
    renumber = np.full(count, -1)
    renumber[used] = np.arange(len(used))
    stencil = sp.vstack([moved.tocsr()[used], face_point, edge_point]).tocsr()
    stencil.eliminate_zeros()
    first_face, first_edge = len(used), len(used) + faces
    e, f, v = (first_edge + edge_of).reshape(faces, 4), first_face + np.arange(faces), renumber[quads]
    fine = np.concatenate([np.stack([v[:, k], e[:, k], f, e[:, (k + 3) % 4]], 1) for k in range(4)])
    return stencil.astype(np.float32), fine, np.tile(np.arange(faces), 4)
