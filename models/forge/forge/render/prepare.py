"""`forge prepare`: packs the CC0 meshes that the renderer needs into one npz.

Reads data files (never code) from bare clones of the two public mesh repositories: base mesh, skin weights, morph
targets, hair, brows, lashes, teeth and clothes. The body is cut at mid-thigh; everything below is dropped.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from .mesh_formats import GitData, parse_binding, parse_obj, parse_target
from .proxy_packing import CUT, cut_proxy, pack_proxy, proxy_paths, used_vertices
from .subdivision import catmull_clark

DATA = "makehuman/data"
JOINTS = {
    "head": "head",
    "neck03": "neck03",
    "neck02": "neck02",
    "neck01": "neck01",
    "upperarm01.L": "armL",
    "upperarm01.R": "armR",
    "shoulder01.L": "clavL",
    "shoulder01.R": "clavR",
}
FACE_FOLDERS = ("head", "nose", "eyes", "mouth", "chin", "cheek", "ears", "forehead", "eyebrows", "neck")
MASKS = {
    "m_lip": ("mouth/mouth-upperlip-volume-incr", "mouth/mouth-lowerlip-volume-incr"),
    "m_cheek": ("cheek/l-cheek-volume-incr", "cheek/r-cheek-volume-incr"),
    "m_nose": ("nose/nose-point-up",),
    "m_ear": ("ears/l-ear-scale-incr", "ears/r-ear-scale-incr"),
    "m_lid": ("expr/eye-left-closure", "expr/eye-right-closure"),
    "m_brow": ("expr/eyebrows-left-up", "expr/eyebrows-right-up"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options of `forge prepare`."""
    parser.add_argument("meshes", help="bare clone (git directory) of the repository with the base mesh and targets")
    parser.add_argument("clothes", help="bare clone of the repository with hair, clothes and other proxies")
    parser.add_argument("--out", default="synth_assets.npz", help="npz to write")


def run(args: argparse.Namespace) -> None:
    """Builds the npz; about twenty seconds."""
    arrays = pack(GitData(args.meshes), GitData(args.clothes))
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, **arrays)
    print(
        f"{args.out}: {Path(args.out).stat().st_size / 1e6:.1f} MB, {len(arrays['V'])} base vertices, {len(arrays['t_name'])} targets, {len(arrays['proxies'])} proxies"
    )


def pack(meshes: GitData, clothes: GitData) -> dict[str, np.ndarray]:
    """All arrays of the npz."""
    base = parse_obj(meshes.text(f"{DATA}/3dobjs/base.obj"))
    body = np.array([f for f, g in zip(base.faces, base.groups) if g == "body" and len(f) == 4])
    body = body[base.vertices[body][:, :, 1].max(1) > CUT]
    proxies = {
        name: cut_proxy(
            parse_obj(clothes.text(path + ".obj")), parse_binding(clothes.text(path + ".mhclo")), base.vertices, name
        )
        for name, path in proxy_paths().items()
    }
    weights, joints = _skeleton(meshes, len(base.vertices))
    eyes = {"eyeL": base.group("helper-l-eye"), "eyeR": base.group("helper-r-eye")}
    needed = np.unique(
        np.concatenate([body.ravel(), *joints, *eyes.values(), *(used_vertices(o, b) for o, b in proxies.values())])
    )
    renumber = np.full(len(base.vertices), -1)
    renumber[needed] = np.arange(len(needed))
    out = {
        "V": base.vertices[needed].astype(np.float32),
        "SW": weights[needed].astype(np.float16),
        **{k: renumber[v] for k, v in eyes.items()},
    }
    out |= {
        "jidx": np.concatenate([renumber[j] for j in joints]),
        "joff": np.cumsum([0] + [len(j) for j in joints]),
        "jname": np.array(list(JOINTS.values())),
    }
    out |= _targets(meshes, renumber)
    quads = renumber[body]
    stencil, fine, source = catmull_clark(quads, len(needed))
    out |= {
        "S_data": stencil.data.astype(np.float16),
        "S_idx": stencil.indices.astype(np.uint16),
        "S_ptr": stencil.indptr.astype(np.int32),
        "NQ": fine.astype(np.int32),
        "Q": quads.astype(np.int32),
        "qsrc": source.astype(np.int32),
    }
    out["proxies"] = np.array(list(proxies))
    centres = {k: out["V"][out[k]].mean(0).astype(float) for k in ("eyeL", "eyeR")}
    for name, (obj, binding) in proxies.items():
        for key, value in pack_proxy(name, obj, binding, renumber, needed, out["V"].astype(float), centres).items():
            out[f"p/{name}/{key}"] = value
    return out | _masks(out, len(needed))


def _skeleton(meshes: GitData, count: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Skin weights [V,J] summed onto the few joints the poses use, and the base vertices that mark each joint."""
    rig = json.loads(meshes.text(f"{DATA}/rigs/default.mhskel"))
    bone_weights = json.loads(meshes.text(f"{DATA}/rigs/default_weights.mhw"))["weights"]
    column = {bone: k for k, bone in enumerate(JOINTS)}
    weights, total = np.zeros((count, len(JOINTS)), np.float32), np.zeros(count)
    for bone, pairs in bone_weights.items():
        table = np.array(pairs, float).reshape(-1, 2)
        ids = table[:, 0].astype(int)
        np.add.at(total, ids, table[:, 1])
        ancestor = bone
        while ancestor and ancestor not in column:
            ancestor = rig["bones"][ancestor].get("parent")
        if ancestor:
            np.add.at(weights, (ids, column[ancestor]), table[:, 1])
    return weights / np.maximum(total, 1e-6)[:, None], [
        np.array(rig["joints"][rig["bones"][b]["head"]]) for b in JOINTS
    ]


def _target_paths(meshes: GitData) -> dict[str, str]:
    root = f"{DATA}/targets/"
    paths = {
        f"{r}-{g}-{a}": f"{root}macrodetails/{r}-{g}-{a}.target"
        for r in ("african", "asian", "caucasian")
        for g in ("male", "female")
        for a in ("young", "old")
    }
    levels = ("average", "max", "min")
    paths |= {
        f"u-{g}-{a}-{m}-{w}": f"{root}macrodetails/universal-{g}-{a}-{m}muscle-{w}weight.target"
        for g in ("male", "female")
        for a in ("young", "old")
        for m in levels
        for w in levels
    }
    for prefix, folder in (*((d, d) for d in FACE_FOLDERS), ("expr", "expression/units/caucasian")):
        paths |= {f"{prefix}/{Path(p).stem}": p for p in meshes.names(f"{root}{folder}/") if p.endswith(".target")}
    return paths


def _targets(meshes: GitData, renumber: np.ndarray) -> dict[str, np.ndarray]:
    index, delta, offset, names = [], [], [0], []
    for name, path in _target_paths(meshes).items():
        ids, moves = parse_target(meshes.text(path))
        ids = renumber[ids]
        keep = (ids >= 0) & (np.abs(moves).max(1, initial=0) > 1e-4)
        if keep.sum() < 3:  # a target of the dropped legs
            continue
        index.append(ids[keep].astype(np.uint16))
        delta.append(moves[keep].astype(np.float16))
        offset.append(offset[-1] + int(keep.sum()))
        names.append(name)
    return {
        "t_idx": np.concatenate(index),
        "t_d": np.concatenate(delta),
        "t_off": np.array(offset),
        "t_name": np.array(names),
    }


def _masks(out: dict[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Soft regions of the face, from how far chosen targets move each vertex."""
    names, masks = list(out["t_name"]), {}
    for mask, targets in MASKS.items():
        value = np.zeros(count)
        for target in targets:
            k = names.index(target)
            span = slice(out["t_off"][k], out["t_off"][k + 1])
            moved = np.zeros(count)
            moved[out["t_idx"][span]] = np.linalg.norm(out["t_d"][span].astype(float), axis=1)
            value = np.maximum(value, moved / moved.max())
        masks[mask] = value.astype(np.float16)
    return masks
