"""Identity from a picture of the face through CLIP's image encoder: IP-Adapter plus-face (Ye et al. 2023), with the parameter names of its files."""

import torch
from torch import Tensor, nn
from transformers import CLIPVisionModelWithProjection

from forge.large.attention import MultiHeadAttention

# CLIP's own, in shares of full brightness.
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


class PerceiverAttention(nn.Module):
    """Latents look at a picture's places, and at themselves."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.to_q = nn.Linear(width, width, bias=False)
        self.to_kv = nn.Linear(width, 2 * width, bias=False)
        self.to_out = nn.Linear(width, width, bias=False)

    def forward(self, x: Tensor, latents: Tensor) -> Tensor:
        """x [1, P, W], latents [1, T, W] -> [1, T, W]"""
        x, latents = self.norm1(x), self.norm2(latents)
        keys, values = self.to_kv(torch.cat([x, latents], 1)).chunk(2, -1)
        return self.to_out(MultiHeadAttention.apply(self.to_q(latents), keys, values, self.heads))


class Resampler(nn.Module):
    """Hidden states of an image encoder [1, P, V] -> identity tokens [1, T, W]."""

    def __init__(self, tokens: int, width: int, inputs: int, heads: int, depth: int = 4) -> None:
        super().__init__()
        self.latents = nn.Parameter(torch.empty(1, tokens, width))
        self.proj_in, self.proj_out = nn.Linear(inputs, width), nn.Linear(width, width)
        self.norm_out = nn.LayerNorm(width)

        def feed_forward() -> nn.Sequential:
            hidden = 4 * width
            return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, hidden, bias=False), nn.GELU(), nn.Linear(hidden, width, bias=False))

        self.layers = nn.ModuleList([nn.ModuleList([PerceiverAttention(width, heads), feed_forward()]) for _ in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        x, latents = self.proj_in(x), self.latents
        for attend, feed in self.layers:
            latents = attend(x, latents) + latents
            latents = feed(latents) + latents
        return self.norm_out(self.proj_out(latents))


class FaceFeatures(nn.Module):
    """A face crop [1, 3, S, S] in [-1, 1] -> its identity tokens in a row, [1, T * W]. CLIP's image transformer written out, to the layer before
    its last: that is what the adapter was trained on."""

    def __init__(self, model: CLIPVisionModelWithProjection, resampler: Resampler) -> None:
        super().__init__()
        self.model, self.resampler = model, resampler
        self.register_buffer("mean", torch.tensor(MEAN).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, crop: Tensor) -> Tensor:
        """See the class."""
        return self.resampler(self.hidden_states(crop)).flatten(1)

    def hidden_states(self, crop: Tensor) -> Tensor:
        """[1, 3, S, S] -> [1, places + 1, V]"""
        vision = self.model.vision_model
        embeddings = vision.embeddings
        patches = embeddings.patch_embedding(((crop + 1) / 2 - self.mean) / self.deviation).flatten(2).transpose(1, 2)
        x = torch.cat([embeddings.class_embedding.reshape(1, 1, -1), patches], 1) + embeddings.position_embedding.weight[None]
        x = vision.pre_layrnorm(x)
        for layer in vision.encoder.layers[:-1]:
            x = x + self.attend(layer.self_attn, layer.layer_norm1(x))
            x = x + layer.mlp.fc2(nn.functional.gelu(layer.mlp.fc1(layer.layer_norm2(x))))
        return x

    def attend(self, attention: nn.Module, x: Tensor) -> Tensor:
        """Self-attention."""
        q, k, v = attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)
        return attention.out_proj(MultiHeadAttention.apply(q, k, v, self.model.config.num_attention_heads))


def nobody() -> list[float]:
    """The colour of a crop that is zero once it is normalised, in [-1, 1]: what the adapter learned as no face at all."""
    return [2 * mean - 1 for mean in MEAN]

