"""Sizes of a Large Format model: Stable Diffusion 1.5 as it is published, and a tiny one of the same layout for tests."""

from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class LargeConfig:
    """What differs between family members. `unet`, `text`, `vae` and `preview` are keyword arguments of diffusers' UNet2DConditionModel,
    transformers' CLIPTextConfig, and diffusers' AutoencoderKL and AutoencoderTiny."""

    id: str
    title: str
    width: int
    height: int
    unet: dict
    text: dict
    vae: dict
    preview: dict
    # IResNet: blocks of each of the four stages, and their widths.
    face_blocks: tuple[int, int, int, int]
    face_widths: tuple[int, int, int, int]
    face_crop: int
    embedding: int
    # Identity projector: hidden width, and tokens of one photograph.
    projector_hidden: int
    tokens: int
    # Of the low-rank adapter that makes few steps enough.
    rank: int
    # Default number of denoising steps.
    steps: int
    photos: int = 5
    # Weights with fewer values stay float32.
    threshold: int = 4096
    # CLIPVisionConfig of an image encoder that takes the place of the face encoder: the identity of IP-Adapter plus-face. None: FaceID.
    vision: dict | None = None
    resampler_heads: int = 12
    # Whether goldens hold whole shoots: at full size they take minutes.
    shoots: bool = True
    # Further sizes (width, height).
    others: tuple[tuple[int, int], ...] = ()
    # Checkpoints whose publishers give them out in half precision.
    half: frozenset[str] = frozenset()
    latent_channels: int = field(default=4)

    @property
    def context(self) -> int:
        """Width of the hidden states that cross-attention reads."""
        return self.text["hidden_size"]

    @property
    def plus(self) -> bool:
        """Whether identity comes from a picture of the face, not from a point on a sphere of faces."""
        return self.vision is not None

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Every size of picture (width, height), the native one first."""
        return ((self.width, self.height), *self.others)


SD15 = LargeConfig(
    id="large-format", title="Large Format", width=512, height=640,
    unet={"sample_size": 64, "cross_attention_dim": 768},
    text={
        "vocab_size": 49408, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
        "max_position_embeddings": 77, "hidden_act": "quick_gelu", "bos_token_id": 49406, "eos_token_id": 49407,
    },
    vae={
        "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4,
        "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
    },
    preview={},
    face_blocks=(3, 4, 14, 3), face_widths=(64, 128, 256, 512), face_crop=112, embedding=512,
    projector_hidden=1024, tokens=16, rank=64, steps=25,
    others=((640, 512), (384, 480)), shoots=False, half=frozenset({"unet", "text-encoder", "few-steps", "identity"}),
)

TINY = LargeConfig(
    id="micro-clip", title="Micro, told by a prompt", width=64, height=80,
    unet={
        "sample_size": 8, "cross_attention_dim": 24, "block_out_channels": (16, 32), "layers_per_block": 1, "norm_num_groups": 4,
        "attention_head_dim": 2, "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
    },
    text={
        "vocab_size": 520, "hidden_size": 24, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 2,
        "max_position_embeddings": 77, "hidden_act": "quick_gelu", "bos_token_id": 518, "eos_token_id": 519,
    },
    vae={
        "block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "latent_channels": 4, "norm_num_groups": 4,
        "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
    },
    preview={
        "encoder_block_out_channels": (8, 8, 8, 8), "decoder_block_out_channels": (8, 8, 8, 8),
        "num_encoder_blocks": (1, 1, 1, 1), "num_decoder_blocks": (1, 1, 1, 1),
    },
    face_blocks=(1, 1, 1, 1), face_widths=(8, 8, 16, 16), face_crop=32, embedding=16,
    projector_hidden=32, tokens=2, rank=3, steps=4,
    # Low, so that so small a pack takes every path.
    threshold=256,
    others=((80, 64),), half=frozenset({"unet", "few-steps", "identity"}),
)

SD15_PLUS = replace(
    SD15, id="large-format-open", title="Large Format, open", face_crop=224, embedding=16 * 768, half=SD15.half - {"identity"} | {"plus"},
    vision={
        "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_attention_heads": 16, "image_size": 224, "patch_size": 14,
        "projection_dim": 1024, "hidden_act": "gelu",
    },
)

TINY_PLUS = replace(
    TINY, id="micro-plus", title="Micro, told by a picture of the face", embedding=2 * 64,
    # diffusers reads the adapter as four layers with heads of 64.
    unet={**TINY.unet, "cross_attention_dim": 64}, text={**TINY.text, "hidden_size": 64}, half=frozenset({"unet", "few-steps", "plus"}),
    vision={
        "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": 32, "patch_size": 8,
        "projection_dim": 16, "hidden_act": "gelu",
    },
    resampler_heads=1,
)

CONFIGS = {"tiny": TINY, "tiny-plus": TINY_PLUS, "sd15": SD15, "sd15-plus": SD15_PLUS}
