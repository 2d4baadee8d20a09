"""Attention as one operator of ONNX Runtime's: decomposed, a 512 pixel picture needs score tensors above WebGPU's default
limit of one binding (128 MiB)."""

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn


class MultiHeadAttention(torch.autograd.Function):
    """softmax(q k^T / sqrt(d)) v for q [B, L, C], k and v [B, S, C], split into `heads`; in ONNX, com.microsoft::MultiHeadAttention."""

    @staticmethod
    def forward(ctx, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        """As PyTorch calculates it."""
        def split(x: Tensor) -> Tensor:
            return x.unflatten(2, (heads, -1)).transpose(1, 2)

        return nn.functional.scaled_dot_product_attention(split(q), split(k), split(v)).transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(graph, q, k, v, heads: int):
        """As the exporter writes it."""
        return graph.op("com.microsoft::MultiHeadAttention", q, k, v, num_heads_i=heads).setType(q.type())


class Told:
    """Keys and values of one evaluation, for all layers one after the other; the denoiser puts them here, since processors get no inputs
    of their own. Each [1, tokens, sum of widths]."""

    def __init__(self) -> None:
        self.encoder_keys: Tensor | None = None
        self.encoder_values: Tensor | None = None
        self.identity_keys: Tensor | None = None
        self.identity_values: Tensor | None = None
        self.scale: Tensor | None = None


class SelfAttention(nn.Module):
    """Processor of the layers in which the picture attends to itself."""

    def __call__(self, attn: Attention, hidden_states: Tensor, **_: object) -> Tensor:
        """[B, L, C] -> [B, L, C]"""
        q, k, v = attn.to_q(hidden_states), attn.to_k(hidden_states), attn.to_v(hidden_states)
        return attn.to_out[0](MultiHeadAttention.apply(q, k, v, attn.heads))


class DecoupledAttention(nn.Module):
    """Processor of the layers that read text: identity tokens have keys and values of their own, with the same queries (IP-Adapter,
    Ye et al. 2023). Neither depends on the step, so both come in ready; `start` is where this layer's begin."""

    def __init__(self, width: int, context: int, told: Told, start: int) -> None:
        super().__init__()
        self.to_k_ip = nn.Linear(context, width, bias=False)
        self.to_v_ip = nn.Linear(context, width, bias=False)
        self.told = told
        self.start = start
        self.end = start + width

    def __call__(self, attn: Attention, hidden_states: Tensor, **_: object) -> Tensor:
        """[B, L, C] -> [B, L, C]"""
        q, told = attn.to_q(hidden_states), self.told

        def attend(keys: Tensor, values: Tensor) -> Tensor:
            return MultiHeadAttention.apply(q, keys[:, :, self.start : self.end], values[:, :, self.start : self.end], attn.heads)

        text = attend(told.encoder_keys, told.encoder_values)
        return attn.to_out[0](text + told.scale * attend(told.identity_keys, told.identity_values))


class PictureAttention(nn.Module):
    """Processor of the one attention layer of a VAE: over the places of a picture, after a norm, with a shortcut. Written out: one head of 512 channels
    is more than ONNX Runtime's operator takes on WASM (integer overflow at 2,880 places, seen), and the scores of 512 x 640 pixels
    (5,120 places, 105 MB) fit one binding of WebGPU."""

    def __call__(self, attn: Attention, hidden_states: Tensor, temb: Tensor | None = None, **_: object) -> Tensor:
        """[B, C, h, w] -> [B, C, h, w]"""
        x = attn.group_norm(hidden_states.flatten(2)).transpose(1, 2)
        scores = attn.to_q(x) @ attn.to_k(x).transpose(1, 2) * attn.scale
        out = attn.to_out[0](scores.softmax(-1) @ attn.to_v(x))
        return (out.transpose(1, 2).reshape(hidden_states.shape) + hidden_states) / attn.rescale_output_factor
