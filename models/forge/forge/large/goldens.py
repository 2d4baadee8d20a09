"""What diffusers and transformers calculate from a pack's weights: their own tokenizer, text encoder, identity adapter, scheduler and decoder,
none of the code that the graphs were exported from. Layout of the two files: forge/pack/goldens.py."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from torch import Tensor
from torch.nn.functional import normalize
from transformers import CLIPTokenizer

from forge.large.checkpoints import nested, published
from forge.large.describe import NEGATIVE, SCHEDULER
from forge.large.graphs import build_graphs
from forge.large.models import LargeModels
from forge.pack.goldens import BYTE_TOLERANCE, Store
from forge.pack.manifest import write_json

TOLERANCE = 2e-3
STEPS = 4
PROMPT = "Portrait of the person, the light from a WINDOW; 3/4 profile — naïve"
CASES = ((1.0, 1.0), (2.0, 0.75))
# Prompts whose ids are compared: case, accents, digits, punctuation, nothing, more than 77 tokens.
PROMPTS = ("", PROMPT, "the the,the", "  two   spaces\tand\nlines ", "it's 1/125 s at f/2.8", "日本 ÄÖÜ ß", "the port " * 60)


@torch.no_grad()
def reference_unet(models: LargeModels) -> UNet2DConditionModel:
    """A UNet of diffusers' own with the identity adapter loaded as it loads one from the hub, and the low-rank ones added."""
    unet = UNet2DConditionModel(**models.config.unet)
    tensors = {checkpoint.id: checkpoint.tensors for checkpoint in published(models)}
    unet.load_state_dict({name: value.float() for name, value in tensors["unet"].items()})
    for layer, adapter in models.adapters.items():
        weight = unet.get_submodule(layer).weight
        weight += (adapter.alpha / adapter.up.shape[1] * (adapter.up.flatten(1) @ adapter.down.flatten(1))).reshape(weight.shape)
    unet._load_ip_adapter_weights([nested({name: value.detach().float() for name, value in tensors["plus" if models.config.plus else "identity"].items()})])
    return unet.eval()


@torch.no_grad()
def reference_vae(models: LargeModels) -> AutoencoderKL:
    """A VAE of diffusers' own, with its own attention."""
    vae = AutoencoderKL(**models.config.vae)
    vae.load_state_dict(models.vae.state_dict())
    return vae.eval()


def set_scale(unet: UNet2DConditionModel, scale: float) -> None:
    """Strength of the identity adapter."""
    for processor in unet.attn_processors.values():
        if hasattr(processor, "scale"):
            processor.scale = [scale]


def tokenise(tokenizer: CLIPTokenizer, prompt: str, length: int) -> Tensor:
    """ids [1, length]"""
    return tokenizer(prompt, padding="max_length", max_length=length, truncation=True, return_tensors="pt").input_ids


@torch.no_grad()
def denoise(unet: UNet2DConditionModel, noise: Tensor, text: tuple[Tensor, Tensor], faces: tuple[Tensor, Tensor], guidance: float) -> Tensor:
    """Noise [1, C, h, w] -> clean latents, by diffusers' DDIM. `text` and `faces`: told, untold; faces [1, photos, E]."""
    scheduler = DDIMScheduler(**SCHEDULER)
    scheduler.set_timesteps(STEPS)
    latents = noise * scheduler.init_noise_sigma
    for timestep in scheduler.timesteps:
        def predict(branch: int) -> Tensor:
            told = {"image_embeds": [faces[branch]]}
            return unet(latents, timestep, text[branch], added_cond_kwargs=told, return_dict=False)[0]

        predicted = predict(0)
        if guidance != 1:
            plain = predict(1)
            predicted = plain + guidance * (predicted - plain)
        latents = scheduler.step(predicted, timestep, latents).prev_sample
    return latents


@torch.no_grad()
def draw_faces(models: LargeModels, draw: torch.Generator) -> tuple[Tensor, tuple[Tensor, Tensor]]:
    """Two photographs: their embeddings as the browser keeps them [2, E], and what diffusers' adapter is given, with and without a face."""
    config = models.config
    if not config.plus:
        embeddings = normalize(torch.randn(2, config.embedding, generator=draw), dim=1)
        return embeddings, (embeddings[None], torch.zeros_like(embeddings)[None])
    pixels = torch.randn(2, 3, config.face_crop, config.face_crop, generator=draw)
    # As diffusers' prepare_ip_adapter_image_embeds does: the hidden states before the last layer, of zeros for nobody.
    seen, blank = (models.face(pixel_values, output_hidden_states=True).hidden_states[-2] for pixel_values in (pixels, torch.zeros_like(pixels)))
    return torch.cat([models.projector(hidden[None]) for hidden in seen]).flatten(1), (seen[None], blank[None])


@torch.no_grad()
def write_goldens(models: LargeModels, tokenizer: CLIPTokenizer, out: Path) -> None:
    """Write goldens.json and goldens.bin to `out`."""
    config, store = models.config, Store()
    graphs = []
    for graph in build_graphs(models, seed=1):
        key = graph.file.removesuffix(".onnx")
        inputs = {name: store.add(f"{key}.{name}.in", value) for name, value in graph.inputs.items()}
        result = graph.module(*graph.inputs.values())
        results = result if isinstance(result, tuple) else (result,)
        graphs.append({
            "graph": graph.name, "size": graph.size and list(graph.size), "inputs": inputs, "tolerance": 5e-4,
            "outputs": {name: store.add(f"{key}.{name}.out", value) for name, value in zip(graph.outputs, results)},
        })
    length = config.text["max_position_embeddings"]
    prompts = [
        {"prompt": prompt, "ids": store.add(f"prompt.{index}.ids", tokenise(tokenizer, prompt, length).int())}
        for index, prompt in enumerate(PROMPTS)
    ]
    text = tuple(models.text(tokenise(tokenizer, prompt, length)).last_hidden_state for prompt in (PROMPT, NEGATIVE))
    draw = torch.Generator().manual_seed(2)
    noise = torch.randn(1, config.latent_channels, config.height // 8, config.width // 8, generator=draw)
    embeddings, faces = draw_faces(models, draw)
    start = {"prompt": PROMPT, "initialLatents": store.add("shoot.initialLatents", noise), "embeddings": store.add("shoot.embeddings", embeddings)}
    unet, vae, shoots = reference_unet(models), reference_vae(models), []
    for guidance, strength in CASES:
        name = f"guidance-{guidance:g}"
        set_scale(unet, strength)
        latents = denoise(unet, noise, text, faces, guidance)
        sample = vae.decode(latents / vae.config.scaling_factor).sample
        shoots.append({
            "name": name, "steps": STEPS, "guidanceScale": guidance, "identityStrength": strength, **start,
            "latents": store.add(f"{name}.latents", latents), "sample": store.add(f"{name}.sample", sample),
            "tolerance": TOLERANCE, "pictureTolerance": TOLERANCE + BYTE_TOLERANCE,
        })
    (out / "goldens.bin").write_bytes(b"".join(store.parts))
    write_json(out / "goldens.json", {
        "formatVersion": 1, "tensors": store.entries, "graphs": graphs, "prompts": prompts, "shoots": shoots,
    })
