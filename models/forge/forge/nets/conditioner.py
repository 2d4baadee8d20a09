"""What the denoiser listens to: direction tokens from six option indices, identity tokens from a face embedding."""

import torch
from torch import Tensor, nn

from forge.nets.config import AXES, OPTIONS, PocketConfig


class DirectionEncoder(nn.Module):
    """direction_ids int32 [B, 6] (0..8, 9 = unset) -> encoder_hidden_states [B, 12, 192]."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        self.shape = (config.direction_tokens, config.context)
        self.table = nn.Embedding(len(AXES) * (OPTIONS + 1), config.tokens_per_axis * config.context)
        nn.init.normal_(self.table.weight, 0, 0.7)
        self.register_buffer("offsets", torch.arange(len(AXES), dtype=torch.int32) * (OPTIONS + 1), persistent=False)

    def forward(self, direction_ids: Tensor) -> Tensor:
        """See the class."""
        return self.table(direction_ids + self.offsets).reshape(direction_ids.shape[0], *self.shape)


class IdentityProjector(nn.Module):
    """embedding [B, 256] of unit length -> identity_hidden_states [B, 8, 192]."""

    def __init__(self, config: PocketConfig) -> None:
        super().__init__()
        self.shape = (config.identity_tokens, config.context)
        hidden = 2 * config.context
        self.layers = nn.Sequential(
            nn.Linear(config.embedding, hidden), nn.SiLU(), nn.Linear(hidden, config.identity_tokens * config.context)
        )
        self.norm = nn.LayerNorm(config.context)
        # Unit-length embeddings have entries of about 1/16; bring them to unit variance before the first layer.
        self.gain = config.embedding**0.5

    def forward(self, embedding: Tensor) -> Tensor:
        """See the class."""
        return self.norm(self.layers(embedding * self.gain).reshape(embedding.shape[0], *self.shape))
