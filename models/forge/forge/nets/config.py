"""Sizes of the Pocket networks: one dataclass, two instances (the shipped model and the micro model for tests)."""

from dataclasses import asdict, dataclass

AXES = ("framing", "setting", "styling", "mood", "pose", "look")
OPTIONS = 9
UNSET = 9


@dataclass(frozen=True)
class PocketConfig:
    """Widths of all Pocket networks. Image sizes in pixels; the latent is `factor` times smaller on each side."""

    image_width: int = 512
    image_height: int = 640
    factor: int = 32
    # Of the channels, so many are the detail encoder's: what the first twelve, which are older, do not say.
    latent_channels: int = 32
    detail_channels: int = 20
    crop_size: int = 112
    embedding: int = 256
    context: int = 192
    tokens_per_axis: int = 2
    identity_tokens: int = 8
    # Compositions kept for every framing and pose.
    compositions: int = 32
    encoder_channels: tuple[int, int, int] = (32, 80, 160)
    detail_encoder_channels: tuple[int, ...] = (32, 64, 128, 192)
    decoder_channels: tuple[int, ...] = (160, 96, 48, 40, 24)
    decoder_blocks: tuple[int, ...] = (3, 3, 2, 2, 1)
    # Stem and inverted residuals of EfficientNet-Lite1 up to a sixteenth: kernel, stride, expansion, channels.
    face_stem: int = 32
    face_blocks: tuple[tuple[int, int, int, int], ...] = (
        (3, 1, 1, 16),
        *((3, 2, 6, 24), (3, 1, 6, 24), (3, 1, 6, 24)),
        *((5, 2, 6, 40), (5, 1, 6, 40), (5, 1, 6, 40)),
        *((3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80)),
        *((5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112)),
    )
    face_squeezed: int = 48
    denoiser_channels: tuple[int, int] = (96, 256)
    transformer_blocks: int = 3
    head_width: int = 32
    group_width: int = 16
    time_width: int = 256

    @property
    def latent_size(self) -> tuple[int, int]:
        """Latent rows and columns."""
        return self.image_height // self.factor, self.image_width // self.factor

    @property
    def pool(self) -> int:
        """How much smaller the coarse encoder sees a picture, which it then makes 16 times smaller: its latents were trained on
        pictures of half the size. The detail encoder and another level of the decoder came later."""
        return self.factor // 16

    @property
    def direction_tokens(self) -> int:
        """Number of direction tokens: every axis has the same number."""
        return len(AXES) * self.tokens_per_axis

    def to_dict(self) -> dict:
        """Plain values, for checkpoints."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> "PocketConfig":
        """Inverse of `to_dict`; lists (as JSON makes them) become tuples again, nested ones too."""

        def frozen(value: object) -> object:
            return tuple(map(frozen, value)) if isinstance(value, list) else value

        return PocketConfig(**{k: frozen(v) for k, v in values.items()})


POCKET = PocketConfig()

MICRO = PocketConfig(
    image_width=64,
    image_height=80,
    factor=16,
    latent_channels=8,
    detail_channels=0,
    embedding=32,
    context=16,
    identity_tokens=4,
    compositions=2,
    encoder_channels=(8, 12, 16),
    decoder_channels=(16, 12, 12, 8),
    decoder_blocks=(1, 1, 1, 1),
    face_stem=8,
    face_blocks=((3, 1, 1, 8), (3, 2, 2, 8), (5, 2, 2, 12), (3, 2, 2, 16), (3, 1, 2, 16)),
    face_squeezed=16,
    denoiser_channels=(16, 24),
    transformer_blocks=1,
    head_width=12,
    group_width=8,
    time_width=16,
)
