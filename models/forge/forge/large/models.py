"""The networks of a Large Format pack with random weights, and as the modules that its graphs are exported from."""

import math
from dataclasses import dataclass, field

import torch
from diffusers import AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel

from forge.large.attention import DecoupledAttention, SelfAttention, Told
from forge.large.config import LargeConfig
from forge.large.face import IResNet
from forge.large.lora import LowRank, draw_adapters, fuse


class IdentityProjector(nn.Module):
    """A face embedding [1, E] -> identity tokens [1, T, W]: `image_proj` of IP-Adapter-FaceID."""

    def __init__(self, embedding: int, hidden: int, tokens: int, context: int) -> None:
        super().__init__()
        self.shape = (1, tokens, context)
        self.proj = nn.Sequential(nn.Linear(embedding, hidden), nn.GELU(), nn.Linear(hidden, tokens * context))
        self.norm = nn.LayerNorm(context)

    def forward(self, embedding: Tensor) -> Tensor:
        """See the class."""
        return self.norm(self.proj(embedding).reshape(self.shape))


class Denoiser(nn.Module):
    """A UNet whose cross-attention reads text and, decoupled from it, identity tokens."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.told = Told()
        context = unet.config.cross_attention_dim
        # diffusers' order, which is the order that adapters number their layers in.
        processors: dict[str, nn.Module] = {}
        for name in unet.attn_processors:
            layer = unet.get_submodule(name.removesuffix(".processor"))
            text = name.endswith("attn2.processor")
            processors[name] = DecoupledAttention(layer.to_q.out_features, context, self.told) if text else SelfAttention()
        unet.set_attn_processor(dict(processors))
        self.unet = unet
        self.decoupled = [p for p in processors.values() if isinstance(p, DecoupledAttention)]

    def forward(
        self, latents: Tensor, timestep: Tensor, encoder_hidden_states: Tensor, identity_hidden_states: Tensor, identity_scale: Tensor
    ) -> Tensor:
        """latents [1, C, h, w], timestep [1], text [1, 77, W], identity [1, N, W], scale [1] -> predicted noise [1, C, h, w]"""
        self.told.identity, self.told.scale = identity_hidden_states, identity_scale
        return self.unet(latents, timestep, encoder_hidden_states, return_dict=False)[0]


class TextEncoder(nn.Module):
    """CLIP's text transformer, written out: transformers builds its causal mask in ways that do not export."""

    def __init__(self, model: CLIPTextModel) -> None:
        super().__init__()
        self.model = model
        length = model.config.max_position_embeddings
        mask = torch.full((length, length), -1e4).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        self.register_buffer("places", torch.arange(length)[None], persistent=False)

    def forward(self, input_ids: Tensor) -> Tensor:
        """ids [1, 77] -> hidden states [1, 77, W] after the last norm."""
        text = getattr(self.model, "text_model", self.model)
        x = text.embeddings.token_embedding(input_ids) + text.embeddings.position_embedding(self.places)
        for layer in text.encoder.layers:
            x = x + self.attend(layer.self_attn, layer.layer_norm1(x))
            hidden = layer.mlp.fc1(layer.layer_norm2(x))
            x = x + layer.mlp.fc2(hidden * torch.sigmoid(1.702 * hidden))
        return text.final_layer_norm(x)

    def attend(self, attention: nn.Module, x: Tensor) -> Tensor:
        """Causal self-attention."""
        heads, length = self.model.config.num_attention_heads, self.model.config.max_position_embeddings
        width = self.model.config.hidden_size // heads

        def split(y: Tensor) -> Tensor:
            return y.reshape(1, length, heads, width).transpose(1, 2)

        q, k, v = split(attention.q_proj(x)), split(attention.k_proj(x)), split(attention.v_proj(x))
        scores = q @ k.transpose(2, 3) / math.sqrt(width) + self.mask
        return attention.out_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(1, length, heads * width))


class PictureDecoder(nn.Module):
    """TAESD: latents [1, C, h, w] as the denoiser sees them -> picture [1, 3, H, W], about [-1, 1]."""

    def __init__(self, vae: AutoencoderTiny) -> None:
        super().__init__()
        self.decoder = vae.decoder

    def forward(self, latents: Tensor) -> Tensor:
        """See the class."""
        return self.decoder(latents)


class PictureEncoder(nn.Module):
    """TAESD: picture [1, 3, H, W] in [-1, 1] -> latents [1, C, h, w]."""

    def __init__(self, vae: AutoencoderTiny) -> None:
        super().__init__()
        self.encoder = vae.encoder

    def forward(self, sample: Tensor) -> Tensor:
        """See the class."""
        return self.encoder(sample)


@dataclass
class LargeModels:
    """All networks of one pack, in eval mode. The UNet has its adapters in it; `base` is how it is published."""

    config: LargeConfig
    text: CLIPTextModel
    unet: UNet2DConditionModel
    denoiser: Denoiser
    vae: AutoencoderTiny
    projector: IdentityProjector
    face: IResNet
    base: dict[str, Tensor] = field(default_factory=dict)
    adapters: dict[str, LowRank] = field(default_factory=dict)

    def modules(self) -> list[nn.Module]:
        """Every network once; the denoiser holds the UNet."""
        return [self.text, self.denoiser, self.vae, self.projector, self.face]


def build_models(config: LargeConfig, seed: int) -> LargeModels:
    """Networks in the published layout, every parameter drawn from `seed`, biases, norms and running statistics too: two equal
    tensors could not be told apart afterwards."""
    unet = UNet2DConditionModel(**config.unet)
    models = LargeModels(
        config=config,
        text=CLIPTextModel(CLIPTextConfig(**config.text)),
        unet=unet,
        denoiser=Denoiser(unet),
        vae=AutoencoderTiny(**config.vae),
        projector=IdentityProjector(config.embedding, config.projector_hidden, config.tokens, config.context),
        face=IResNet(config.face_blocks, config.face_widths, config.face_crop, config.embedding),
    )
    draw = torch.Generator().manual_seed(seed)
    for model in models.modules():
        enliven(model, draw)
    # Or most of the picture would be beyond black and white.
    last = models.vae.decoder.layers[-1]
    last.weight.mul_(0.1)
    last.bias.add_(0.5)
    models.base = {name: value.clone() for name, value in unet.state_dict().items() if ".processor." not in name}
    models.adapters = draw_adapters(unet, config.rank, draw)
    for layer, adapter in models.adapters.items():
        weight = unet.get_submodule(layer).weight
        weight.copy_(fuse(weight, adapter))
    return models


@torch.no_grad()
def enliven(model: nn.Module, draw: torch.Generator) -> None:
    """Random weights of a size that keeps activations finite and pictures full of contrast."""
    for name, value in [*model.named_parameters(), *model.named_buffers()]:
        if not value.is_floating_point() or name.endswith(("mask", "places")):
            continue
        noise = torch.randn(value.shape, generator=draw)
        if name.endswith("running_var"):
            value.copy_(0.5 + noise.abs())
        elif value.dim() > 1:
            gain = 1.0 if "embedding" in name else 1.2 / math.sqrt(value[0].numel())
            value.copy_(noise * gain)
        elif name.endswith("weight"):
            value.copy_(1 + 0.2 * noise)
        else:
            value.copy_(0.1 * noise)
    model.eval().requires_grad_(False)
