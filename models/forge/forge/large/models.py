"""The networks of a Large Format pack with random weights, and as the modules that its graphs are exported from."""

import math
from dataclasses import dataclass, field

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPVisionConfig, CLIPVisionModelWithProjection

from forge.large.attention import DecoupledAttention, PictureAttention, SelfAttention, Told
from forge.large.config import LargeConfig
from forge.large.face import IResNet
from forge.large.lora import LowRank, draw_adapters, fuse
from forge.large.vision import Resampler


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


class KeysAndValues(nn.Module):
    """Context [1, N, W] -> keys and values of all layers that read it, one layer after the other: each [1, N, sum of widths]."""

    def __init__(self, keys: list[nn.Linear], values: list[nn.Linear]) -> None:
        super().__init__()
        self.keys, self.values = nn.ModuleList(keys), nn.ModuleList(values)

    def forward(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        return tuple(torch.cat([layer(context) for layer in layers], 2) for layers in (self.keys, self.values))


class Denoiser(nn.Module):
    """A UNet whose cross-attention reads text and, decoupled from it, identity tokens: keys and values of both, made once a shoot."""

    def __init__(self, unet: UNet2DConditionModel) -> None:
        super().__init__()
        self.told = Told()
        context = unet.config.cross_attention_dim
        # diffusers' order, which is the order that adapters number their layers in.
        processors: dict[str, nn.Module] = {}
        self.reading: list[nn.Module] = []
        start = 0
        for name in unet.attn_processors:
            layer = unet.get_submodule(name.removesuffix(".processor"))
            if not name.endswith("attn2.processor"):
                processors[name] = SelfAttention()
                continue
            width = layer.to_q.out_features
            processors[name] = DecoupledAttention(width, context, self.told, start)
            self.reading.append(layer)
            start += width
        unet.set_attn_processor(dict(processors))
        self.unet = unet
        self.width = start
        self.decoupled = [p for p in processors.values() if isinstance(p, DecoupledAttention)]

    def of_text(self) -> KeysAndValues:
        """Keys and values of the text."""
        return KeysAndValues([layer.to_k for layer in self.reading], [layer.to_v for layer in self.reading])

    def of_identity(self) -> KeysAndValues:
        """Keys and values of the sitter."""
        return KeysAndValues([layer.to_k_ip for layer in self.decoupled], [layer.to_v_ip for layer in self.decoupled])

    def forward(
        self, latents: Tensor, timestep: Tensor, encoder_keys: Tensor, encoder_values: Tensor,
        identity_keys: Tensor, identity_values: Tensor, identity_scale: Tensor,
    ) -> Tensor:
        """latents [1, C, h, w], timestep [1], keys and values [1, 77 or N, K], scale [1] -> predicted noise [1, C, h, w]"""
        told = self.told
        told.encoder_keys, told.encoder_values = encoder_keys, encoder_values
        told.identity_keys, told.identity_values, told.scale = identity_keys, identity_values, identity_scale
        return self.unet(latents, timestep, None, return_dict=False)[0]


class IdentityKeys(nn.Module):
    """A face embedding [1, E] -> its tokens' keys and values, each [1, T, K]."""

    def __init__(self, projector: nn.Module, layers: KeysAndValues) -> None:
        super().__init__()
        self.projector, self.layers = projector, layers

    def forward(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """See the class."""
        return self.layers(self.projector(embedding))


class TextEncoder(nn.Module):
    """CLIP's text transformer, written out (transformers builds its causal mask in ways that do not export), and what the denoiser reads of it."""

    def __init__(self, model: CLIPTextModel, layers: KeysAndValues) -> None:
        super().__init__()
        self.model = model
        self.layers = layers
        length = model.config.max_position_embeddings
        mask = torch.full((length, length), -1e4).triu(1)
        self.register_buffer("mask", mask, persistent=False)
        self.register_buffer("places", torch.arange(length)[None], persistent=False)

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        """ids [1, 77] -> keys and values, each [1, 77, K]."""
        return self.layers(self.hidden_states(input_ids))

    def hidden_states(self, input_ids: Tensor) -> Tensor:
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
    """The decoder of AutoencoderKL: latents [1, C, h, w] as the denoiser sees them -> picture [1, 3, H, W], about [-1, 1]."""

    def __init__(self, vae: AutoencoderKL) -> None:
        super().__init__()
        vae.decoder.mid_block.attentions[0].set_processor(PictureAttention())
        self.scale = vae.config.scaling_factor
        self.post_quant_conv, self.decoder = vae.post_quant_conv, vae.decoder

    def forward(self, latents: Tensor) -> Tensor:
        """See the class."""
        return self.decoder(self.post_quant_conv(latents / self.scale))


@dataclass
class LargeModels:
    """All networks of one pack, in eval mode. The UNet has its adapters in it; `base` is how it is published."""

    config: LargeConfig
    text: CLIPTextModel
    unet: UNet2DConditionModel
    denoiser: Denoiser
    vae: AutoencoderKL
    preview: AutoencoderTiny
    projector: IdentityProjector | Resampler
    face: IResNet | CLIPVisionModelWithProjection
    base: dict[str, Tensor] = field(default_factory=dict)
    adapters: dict[str, LowRank] = field(default_factory=dict)

    def modules(self) -> list[nn.Module]:
        """Every network once; the denoiser holds the UNet."""
        return [self.text, self.denoiser, self.vae, self.preview, self.projector, self.face]


def build_models(config: LargeConfig, seed: int) -> LargeModels:
    """Networks in the published layout, every parameter drawn from `seed`, biases, norms and running statistics too: two equal
    tensors could not be told apart afterwards."""
    models = bare_models(config)
    unet = models.unet
    draw = torch.Generator().manual_seed(seed)
    for model in models.modules():
        enliven(model, draw)
    # Or most of the picture would be beyond black and white.
    for last, bias in ((models.preview.decoder.layers[-1], 0.5), (models.vae.decoder.conv_out, 0.0)):
        last.weight.mul_(0.1)
        last.bias.add_(bias)
    halve(models)
    half = "unet" in config.half
    models.base = {name: value.half() if half else value.clone() for name, value in unet.state_dict().items() if ".processor." not in name}
    models.adapters = draw_adapters(unet, config.rank, draw, "few-steps" in config.half)
    for layer, adapter in models.adapters.items():
        weight = unet.get_submodule(layer).weight
        weight.copy_(fuse(weight, adapter))
    return models


def bare_models(config: LargeConfig) -> LargeModels:
    """The networks as they are made, without adapters."""
    unet = UNet2DConditionModel(**config.unet)
    return LargeModels(
        config=config,
        text=CLIPTextModel(CLIPTextConfig(**config.text)),
        unet=unet,
        denoiser=Denoiser(unet),
        vae=AutoencoderKL(**config.vae),
        preview=AutoencoderTiny(**config.preview),
        **build_identity(config),
    )


def build_identity(config: LargeConfig) -> dict[str, nn.Module]:
    """What looks at a face, and what makes identity tokens of that."""
    if config.vision is None:
        return {
            "projector": IdentityProjector(config.embedding, config.projector_hidden, config.tokens, config.context),
            "face": IResNet(config.face_blocks, config.face_widths, config.face_crop, config.embedding),
        }
    inputs = config.vision["hidden_size"]
    return {
        "projector": Resampler(config.tokens, config.context, inputs, config.resampler_heads),
        "face": CLIPVisionModelWithProjection(CLIPVisionConfig(**config.vision)),
    }


@torch.no_grad()
def halve(models: LargeModels) -> None:
    """Round what is published in half precision to it."""
    identity = "plus" if models.config.plus else "identity"
    parts = {"unet": models.unet, "text-encoder": models.text, "vae": models.vae, "preview": models.preview, identity: models.projector}
    adapters = {id(value) for layer in models.denoiser.decoupled for value in layer.parameters()}
    for id_, module in parts.items():
        for value in module.parameters():
            owner = identity if id(value) in adapters else id_
            if owner in models.config.half:
                value.copy_(value.half())


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
