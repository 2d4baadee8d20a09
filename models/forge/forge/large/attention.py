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
    """What the identity branches of one evaluation read; the denoiser puts it here, since processors get no inputs of their own."""

    def __init__(self) -> None:
        self.identity: Tensor | None = None
        self.scale: Tensor | None = None


class SelfAttention(nn.Module):
    """Processor of the layers in which the picture attends to itself."""

    def __call__(self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: object) -> Tensor:
        """[B, L, C] -> [B, L, C]"""
        told = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        q, k, v = attn.to_q(hidden_states), attn.to_k(told), attn.to_v(told)
        return attn.to_out[0](MultiHeadAttention.apply(q, k, v, attn.heads))


class DecoupledAttention(nn.Module):
    """Processor of the layers that read text: identity tokens have keys and values of their own, with the same queries (IP-Adapter,
    Ye et al. 2023)."""

    def __init__(self, width: int, context: int, told: Told) -> None:
        super().__init__()
        self.to_k_ip = nn.Linear(context, width, bias=False)
        self.to_v_ip = nn.Linear(context, width, bias=False)
        self.told = told

    def __call__(self, attn: Attention, hidden_states: Tensor, encoder_hidden_states: Tensor | None = None, **_: object) -> Tensor:
        """hidden_states [B, L, C], encoder_hidden_states [B, 77, W] -> [B, L, C]"""
        q, identity = attn.to_q(hidden_states), self.told.identity
        text = MultiHeadAttention.apply(q, attn.to_k(encoder_hidden_states), attn.to_v(encoder_hidden_states), attn.heads)
        face = MultiHeadAttention.apply(q, self.to_k_ip(identity), self.to_v_ip(identity), attn.heads)
        return attn.to_out[0](text + self.told.scale * face)
