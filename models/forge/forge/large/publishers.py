"""Where the real files are, and what is known of them. Nothing was downloaded: sizes and hashes are from public lists that pin them (at least two
that agree, unless said otherwise), commits from those that load them. The sizes of the safetensors files are, to the byte, those of the layout
that this forge writes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Licence:
    """What a person may do with a file, in one plain line."""

    name: str
    url: str
    summary: str
    non_commercial: bool


@dataclass(frozen=True)
class Publication:
    """One file on the hub at a commit, with its length in bytes and its sha256."""

    repository: str
    revision: str
    path: str
    bytes: int
    sha256: str
    title: str
    licence: Licence


OPENRAIL = Licence(
    "CreativeML OpenRAIL-M", "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
    "Use the pictures for anything but harm: no impersonation, no abuse, none of the uses its annex forbids.", False,
)
OPENRAIL_PLUS = Licence(
    "CreativeML OpenRAIL++-M", "https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0/blob/main/LICENSE.md",
    "As OpenRAIL-M: anything but harm.", False,
)
MIT = Licence("MIT", "https://opensource.org/license/mit", "Use it for anything; its notice stays with it.", False)
APACHE = Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0", "Use it for anything, business too.", False)
RESEARCH = Licence(
    "InsightFace, research only", "https://github.com/deepinsight/insightface#license",
    "For research that is not commercial: you may not sell these pictures or use them for a business.", True,
)
BASE, BASE_COMMIT = "stable-diffusion-v1-5/stable-diffusion-v1-5", "451f4fe16113bff5a5d2269ed5ad43b0592e9a14"
ADAPTER, ADAPTER_COMMIT = "h94/IP-Adapter", "018e402774aeeddd60609b4ecdb7e298259dc729"

PUBLICATIONS = {
    "text-encoder": Publication(
        BASE, BASE_COMMIT, "text_encoder/model.fp16.safetensors", 246144864,
        "77795e2023adcf39bc29a884661950380bd093cf0750a966d473d1718dc9ef4e", "Text encoder", OPENRAIL,
    ),
    "unet": Publication(
        BASE, BASE_COMMIT, "unet/diffusion_pytorch_model.fp16.safetensors", 1719125304,
        "c83908253f9a64d08c25fc90874c9c8aef9a329ce1ca5fb909d73b0c83d1ea21", "Image model", OPENRAIL,
    ),
    "few-steps": Publication(
        "latent-consistency/lcm-lora-sdv1-5", "cf2fced511dbe7e26c8d1d397e728fbab875db4b", "pytorch_lora_weights.safetensors", 134621556,
        "8f90d840e075ff588a58e22c6586e2ae9a6f7922996ee6649a7f01072333afe4", "Few-steps adapter", OPENRAIL_PLUS,
    ),
    "vae": Publication(
        "stabilityai/sd-vae-ft-mse", "31f26fdeee1355a5c34592e401dd41e45d25a493", "diffusion_pytorch_model.safetensors", 334643276,
        "a1d993488569e928462932c8c38a0760b874d166399b14414135bd9c42df5815", "Decoder", MIT,
    ),
    "preview": Publication(
        "madebyollin/taesd", "614f76814bbe30edbe2e627ace1c2234c81a2c0e", "diffusion_pytorch_model.safetensors", 9793292,
        "db169d69145ec4ff064e49d99c95fa05d3eb04ee453de35824a6d0f325513549", "Preview decoder", MIT,
    ),
    # The commit is the one that others pin for its neighbours; one list states the size.
    "identity": Publication(
        "h94/IP-Adapter-FaceID", "43907e6f44d079bf1a9102d9a6e56aef7a219bae", "ip-adapter-faceid-portrait-v11_sd15.bin", 64586623,
        "a48cb4f89ed18e02c6000f65aa9efec452e87eaed4a1bc9fcf4a460c8d0e3bc6", "Identity adapter", RESEARCH,
    ),
    "face": Publication(
        "public-data/insightface", "33c1063c49c785b7652d3fd529f86fa4f149392b", "models/buffalo_l/w600k_r50.onnx", 174383860,
        "4c06341c33c2ca1f86781dab0e829f88ad5b64be9fba56e56bc9ebdefc619e43", "Face encoder", RESEARCH,
    ),
    "plus": Publication(
        ADAPTER, ADAPTER_COMMIT, "models/ip-adapter-plus-face_sd15.safetensors", 98183288,
        "1c9edc21af6f737dc1d6e0e734190e976cfacf802d6b024b77aa3be922f7569b", "Identity adapter", APACHE,
    ),
    "vision": Publication(
        ADAPTER, ADAPTER_COMMIT, "models/image_encoder/model.safetensors", 2528373448,
        "6ca9667da1ca9e0b0f75e46bb030f7e011f44f86cbfb8d5a36590fcd7507b030", "Face encoder", APACHE,
    ),
}
