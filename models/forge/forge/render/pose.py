"""Expressions (morph weights) and poses (joint rotations) of a figure."""

from dataclasses import dataclass

import numpy as np

from .assets import Assets
from .geometry import F32, about, rotation

EXPRESSIONS: dict[str, dict[str, float]] = {
    "neutral": {},
    "soft": {
        "expr/mouth-corner-puller": 0.24,
        "expr/mouth-retraction": 0.2,
        "expr/eye-left-slit": 0.12,
        "expr/eye-right-slit": 0.12,
        "cheek/l-cheek-volume-incr": 0.12,
        "cheek/r-cheek-volume-incr": 0.12,
    },
    # Corners up and back, upper lip drawn off the teeth, cheeks raised, lower lids up (Ekman's AU 6 + 12 + a little 25).
    "smile": {
        "expr/mouth-corner-puller": 0.54,
        "expr/mouth-upward-retraction": 0.2,
        "expr/mouth-retraction": 0.32,
        "expr/eye-left-slit": 0.22,
        "expr/eye-right-slit": 0.22,
        "cheek/l-cheek-volume-incr": 0.35,
        "cheek/r-cheek-volume-incr": 0.35,
        "cheek/l-cheek-trans-up": 0.3,
        "cheek/r-cheek-trans-up": 0.3,
        "expr/eyebrows-left-up": 0.12,
        "expr/eyebrows-right-up": 0.12,
    },
    "assured": {"expr/mouth-corner-puller": 0.12, "expr/eye-left-slit": 0.12, "expr/eye-right-slit": 0.12},
    "serious": {
        "expr/eyebrows-left-down": 0.4,
        "expr/eyebrows-right-down": 0.4,
        "expr/eye-left-slit": 0.2,
        "expr/eye-right-slit": 0.2,
    },
    "parted": {
        "expr/mouth-parling": 0.3,
        "expr/eyebrows-left-up": 0.2,
        "expr/eyebrows-right-up": 0.2,
        "expr/eye-left-slit": 0.12,
        "expr/eye-right-slit": 0.12,
    },
    "sad": {
        "expr/eyebrows-left-inner-up": 0.5,
        "expr/eyebrows-right-inner-up": 0.5,
        "expr/mouth-depression": 0.2,
        "expr/eye-left-slit": 0.3,
        "expr/eye-right-slit": 0.3,
    },
    # Only for faulty reference photographs.
    "closed": {"expr/eye-left-closure": 1.0, "expr/eye-right-closure": 1.0},
}
# The base mesh looks stern at rest; this relaxes every expression a little, equally on both sides.
RESTING = {
    "expr/eyebrows-left-inner-up": 0.35,
    "expr/eyebrows-right-inner-up": 0.35,
    "expr/eyebrows-left-up": 0.12,
    "expr/eyebrows-right-up": 0.12,
    "expr/mouth-corner-puller": 0.1,
}
# How the turn of the head is shared along the neck.
NECK_SHARE = {"neck01": 0.14, "neck02": 0.18, "neck03": 0.16, "head": 0.52}
WAIST, FEET = np.array([0.0, 1.8, 0.1]), np.array([0.0, 0.0, 0.2])
SHOULDER_DROP, ARM_DROP = 4.0, 32.0  # degrees from the base mesh's A-pose to hanging arms
ARM_BACK = 13.0  # degrees that the arms swing back, so that the mesh's bent forearms hang at the hips


@dataclass
class Pose:
    """Degrees. Body yaw, lean and tilt move everything; head angles are relative to the body; gaze to the head."""

    body_yaw: float = 0.0
    lean: float = 0.0
    tilt: float = 0.0
    head_yaw: float = 0.0
    head_pitch: float = 0.0
    head_roll: float = 0.0
    gaze: tuple = (0.0, 0.0)

    def gaze_rotation(self) -> np.ndarray:
        """3x3 rotation of the eyes in the head."""
        return rotation("y", self.gaze[0]) @ rotation("x", -self.gaze[1])


class Skeleton:
    """World transforms of the joints for a pose of the given base mesh [V,3]."""

    def __init__(self, assets: Assets, vertices: np.ndarray, pose: Pose):
        joint = {n: vertices[j].mean(0).astype(float) for n, j in zip(assets.joint_names, assets.joints)}
        turn = about(rotation("y", pose.body_yaw), FEET)
        self.root = turn @ about(rotation("x", pose.lean) @ rotation("z", pose.tilt), WAIST)
        current, world = self.root.copy(), {}
        for name, share in NECK_SHARE.items():
            bend = (
                rotation("y", pose.head_yaw * share)
                @ rotation("x", pose.head_pitch * share)
                @ rotation("z", pose.head_roll * share)
            )
            current = current @ about(bend, joint[name])
            world[name] = current.copy()
        for side, sign in (("L", -1), ("R", 1)):
            shoulder = self.root @ about(rotation("z", sign * SHOULDER_DROP), joint["clav" + side])
            world["clav" + side] = shoulder
            world["arm" + side] = shoulder @ about(
                rotation("x", ARM_BACK) @ rotation("z", sign * ARM_DROP), joint["arm" + side]
            )
        self.head = world["head"]
        self._joints = np.stack([world[n][:3].ravel() for n in assets.joint_names]).astype(F32)

    def skin(self, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Linear blend skinning of points [N,3] by weights [N,J]; the rest of the weight follows the root."""
        rest = (1 - weights.sum(1, keepdims=True)) * self.root[:3].ravel().astype(F32)
        t = (weights @ self._joints + rest).reshape(-1, 3, 4)
        return np.einsum("nij,nj->ni", t[:, :, :3], points) + t[:, :, 3]
