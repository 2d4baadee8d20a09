"""Command line of the forge. Each step lives in its own module with `add_arguments(parser)` and `run(args)`."""

import argparse
import importlib

# step name -> (module, one line of help). Modules are imported only when their step runs, so that
# `forge render` does not need torch and `forge export` does not need OpenGL.
STEPS = {
    "prepare": ("forge.render.prepare", "build the render assets from clones of the two public mesh repositories"),
    "render": ("forge.render.cli", "render training shards, reference photographs or a sheet to judge by eye"),
    "sitters": ("forge.render.sitters", "render the six sample sitters that ship with the app"),
    "options": ("forge.render.options", "render the 54 pictures of the options on the call sheet"),
    "faults": ("forge.render.faults", "render reference photographs with one fault each, for the app's quality remarks"),
    "heldout": ("forge.render.heldout", "render sitters never trained on, photographed and as directed portraits, for `npm run sitter:eval` and `pocket:eval`"),
    "train-ae": ("forge.train.autoencoder", "train the latent autoencoder"),
    "train-decoder": ("forge.train.decoder", "tune the decoder on what the denoiser makes, against a discriminator"),
    "train-face": ("forge.train.face", "train the face encoder that conditions the denoiser"),
    "encode": ("forge.train.encode", "cache latents and reference embeddings for the denoiser"),
    "train-critic": ("forge.train.critic", "train the network that judges predicted latents while the denoiser trains"),
    "train": ("forge.train.denoiser", "train the denoiser with decoupled identity cross-attention"),
    "distil": ("forge.train.distil", "distil the trained denoiser to few evaluations without guidance"),
    "train-judges": ("forge.train.judges", "train the embedding and the axis probe that only `forge eval` uses"),
    "pack-judges": ("forge.pack.judge_files", "the judges as small files, for measuring later packs by the same judges"),
    "unpack-judges": ("forge.pack.judge_unpack", "checkpoints from the packed judges, so that they learn a changed renderer"),
    "export": ("forge.pack.export", "export the checkpoints to a quantised ONNX pack and verify it"),
    "unpack": ("forge.pack.unpack", "checkpoints from a shipped pack, so that its training can go on"),
    "likeness": ("forge.pack.likeness", "put the likeness scale that the app measured into a pack's manifest"),
    "micro": ("forge.pack.micro", "write the tiny random-weight pack that browser tests use, with goldens"),
    "large": ("forge.large.write", "write a Large Format pack of random weights with its recipe, checkpoints and goldens"),
    "fake-hub": ("forge.large.hub", "write checkpoints of random weights in the published layout, and serve them like the hub"),
    "ship-large": ("forge.large.ship", "from a written Large Format pack to the one that the app brings"),
    "parity": ("forge.large.parity", "compare an assembled Large Format pack with what diffusers calculated"),
    "score": ("forge.pack.score", "measure portraits that the app made: the second half of `npm run pocket:eval`"),
    "assembly-fixtures": ("forge.pack.assembly_fixtures", "write the checkpoints and numbers that tests of workers/assembly use"),
    "eval": ("forge.pack.evaluate", "measure a pack on identities and seeds never trained on"),
}


def main() -> None:
    """Parse the step and its arguments, import the step's module and run it."""
    parser = argparse.ArgumentParser(prog="forge", description=__doc__)
    parser.add_argument("step", choices=STEPS, help="; ".join(f"{k}: {v[1]}" for k, v in STEPS.items()))
    step, rest = parser.parse_known_args()
    module = importlib.import_module(STEPS[step.step][0])
    own = argparse.ArgumentParser(prog=f"forge {step.step}", description=STEPS[step.step][1])
    module.add_arguments(own)
    module.run(own.parse_args(rest))


if __name__ == "__main__":
    main()
