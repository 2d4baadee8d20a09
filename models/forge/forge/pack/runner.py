"""Runs a pack as the app does: the ONNX files of the manifest through ONNX Runtime, its scheduler in NumPy."""

import json
from pathlib import Path

import numpy as np

from forge.data.align import align_faces
from forge.nets.sampling import sample
from forge.pack.verify import open_session


class PackRunner:
    """An opened pack. Pictures are u8 [H, W, 3]; every method handles one item, as the graphs have batch 1."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        files = {name: graph["variants"][0]["file"] for name, graph in self.manifest["graphs"].items()}
        self.sessions = {name: open_session((folder / file).read_bytes(), threads) for name, file in files.items()}
        self.evaluations = 0

    def call(self, graph: str, **inputs: np.ndarray) -> list[np.ndarray]:
        """Run one graph by its manifest name."""
        return self.sessions[graph].run(None, inputs)

    def identify(self, pictures: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Reference pictures u8 [N, H, W, 3] with landmarks [N, 5, 2] -> their mean embedding [1, D] of unit length."""
        crops = align_faces(pictures, points, self.manifest["identity"]["cropSize"])
        planes = crops.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
        mean = np.mean([self.call("faceEncoder", crop=plane[None])[0] for plane in planes], 0)
        return mean / np.linalg.norm(mean)

    def denoise(
        self, noise: np.ndarray, direction_ids: np.ndarray, embedding: np.ndarray, composition: np.ndarray,
        steps: int, guidance_scale: float, identity_strength: float,
    ) -> np.ndarray:
        """noise [1, C, 20, 16], direction_ids int32 [1, 6], composition [1, 12] -> clean latents. A guidance scale other than 1 doubles the
        number of evaluations (counted in `evaluations`)."""
        unset = np.full_like(direction_ids, self.manifest["conditioning"]["unset"])
        direction = self.call("directionEncoder", direction_ids=direction_ids)[0]
        empty = self.call("directionEncoder", direction_ids=unset)[0]
        identity = self.call("identityProjector", embedding=embedding)[0]

        def ask(latents: np.ndarray, timestep: float, states: np.ndarray, scale: float) -> np.ndarray:
            self.evaluations += 1
            return self.call(
                "denoiser", latents=latents, timestep=np.array([timestep], np.float32),
                encoder_hidden_states=states, identity_hidden_states=identity,
                identity_scale=np.array([scale], np.float32), composition=composition,
            )[0]

        def velocity(latents: np.ndarray, timestep: float) -> np.ndarray:
            latents = latents.astype(np.float32)
            answer = ask(latents, timestep, direction, identity_strength)
            if guidance_scale == 1:
                return answer
            plain = ask(latents, timestep, empty, 0.0)
            return plain + np.float32(guidance_scale) * (answer - plain)

        kind, config = (self.manifest["scheduler"][key] for key in ("kind", "config"))
        shift = config["shift"] if kind == "flow-match-euler" else config["flow_shift"]
        return sample(kind, velocity, noise, steps, shift).astype(np.float32)

    def shoot(
        self, seed: int, direction: np.ndarray, embedding: np.ndarray, steps: int | None = None,
        guidance_scale: float | None = None, identity_strength: float = 1.0,
    ) -> np.ndarray:
        """One portrait with the defaults of the pack where nothing else is asked for."""
        defaults, latents = self.manifest["defaults"], self.manifest["latents"]
        image = self.manifest["image"]
        rows, columns = image["height"] // latents["factor"], image["width"] // latents["factor"]
        noise = np.random.default_rng(seed).standard_normal((1, latents["channels"], rows, columns)).astype(np.float32)
        ids = np.asarray(direction, np.int32)[None]
        scale = defaults["guidanceScale"] if guidance_scale is None else guidance_scale
        choice = np.random.default_rng([seed, 1]).random((1, 3), np.float32)
        composition = self.call("composer", direction_ids=ids, choice=choice)[0]
        clean = self.denoise(noise, ids, embedding, composition, steps or defaults["steps"], scale, identity_strength)
        sample = self.call("vaeDecoder", latents=clean)[0][0]
        return np.rint((sample.transpose(1, 2, 0) + 1) * 127.5).astype(np.uint8)
