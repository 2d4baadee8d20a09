"""Large Format: recipes by machine, graphs without weights, agreement with diffusers and transformers."""

import argparse
import hashlib
import json
import math
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

pytest.importorskip("diffusers", reason="needs the extra `large`")

from diffusers import DDIMScheduler, UNet2DConditionModel

from forge.large.checkpoints import published
from forge.large.config import SD15, SD15_PLUS, TINY, TINY_PLUS
from forge.large.describe import NEGATIVE, SCHEDULER
from forge.large.encode import cosine
from forge.large.expansion import write_expanded
from forge.large.goldens import PROMPT, reference_unet, set_scale, tokenise
from forge.large.hub import run as run_hub
from forge.large.graphs import build_graphs, export
from forge.large.lora import draw_adapters
from forge.large.models import Denoiser, IdentityKeys, IdentityProjector, TextEncoder, bare_models, build_models
from forge.large.parity import compare, tensors
from forge.large.recipe import empty_graph, index_tensors, require_all_used
from forge.large.ship import ship
from forge.large.vision import FaceFeatures, nobody
from forge.large.words import write_words
from forge.large.write import folder_of, write_large

FIXTURE = Path(__file__).parents[3] / "tests/fixtures/packs/micro-clip"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("large")
    return folder, write_large(TINY, folder, 7, ["float32", "float16", "mixed", "int8"])


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def without_hashes(path: Path) -> dict:
    """recipe.json without what depends on the random numbers, whose last digits differ between processors."""
    recipe = json.loads(path.read_text())
    for entry in (*recipe["sources"], *recipe["files"]):
        del entry["sha256"]
    return recipe


def test_the_fixture_is_what_the_forge_writes(written: tuple[Path, dict]) -> None:
    folder, _ = written
    for pack in ("pack", "pack-mixed"):
        for path in (folder / pack).iterdir():
            if path.name not in ("manifest.json", "recipe.json"):
                assert digest(path) == digest(FIXTURE / pack / path.name), path
        assert without_hashes(folder / pack / "recipe.json") == without_hashes(FIXTURE / pack / "recipe.json")


def test_no_weight_is_left_in_a_graph(written: tuple[Path, dict], tmp_path: Path) -> None:
    """Networks of another seed give the same graphs, byte for byte: what is in them does not depend on weights."""
    folder, _ = written
    write_large(TINY, tmp_path, 8, ["float32", "mixed"])
    for pack in ("pack", "pack-mixed"):
        graphs = sorted((folder / pack).glob("*.onnx"))
        # Two for every size, and four that depend on it in two sizes. The face encoder is its publisher's own.
        assert len(graphs) == 2 + 2 * 4
        for path in graphs:
            assert digest(path) == digest(tmp_path / pack / path.name), path
    assert digest(folder / "hub/hub.json") != digest(tmp_path / "hub/hub.json")


def test_a_forgotten_tensor_is_an_error() -> None:
    models = build_models(TINY, 7)
    checkpoints = published(models)
    graph = build_graphs(models)[1]
    used = empty_graph(export(graph), graph.stem, index_tensors(checkpoints, models.adapters)).used
    assert used == {("identity", name) for checkpoint in checkpoints if checkpoint.id == "identity" for name in checkpoint.tensors}
    with pytest.raises(ValueError, match="left over"):
        require_all_used(checkpoints, used)


def test_a_weight_of_unknown_origin_is_an_error() -> None:
    models = build_models(TINY, 7)
    others = [checkpoint for checkpoint in published(models) if checkpoint.id != "text-encoder"]
    graph = next(graph for graph in build_graphs(models) if graph.name == "textEncoder")
    with pytest.raises(ValueError, match="nobody knows where"):
        empty_graph(export(graph), graph.stem, index_tensors(others, models.adapters))


def test_equal_tensors_are_an_error() -> None:
    models = build_models(TINY, 7)
    models.projector.norm.bias.copy_(models.projector.norm.weight)
    with pytest.raises(ValueError, match="cannot be told from"):
        index_tensors(published(models), models.adapters)


@torch.no_grad()
def test_the_denoiser_is_diffusers_with_its_own_adapter() -> None:
    models = build_models(TINY, 7)
    unet = reference_unet(models)
    draw = torch.Generator().manual_seed(3)
    latents, text = torch.randn(1, 4, 10, 8, generator=draw), torch.randn(1, 77, TINY.context, generator=draw)
    faces = torch.nn.functional.normalize(torch.randn(3, TINY.embedding, generator=draw), dim=1)
    tokens = torch.cat([models.projector(face[None]) for face in faces], 1)
    told = (*models.denoiser.of_text()(text), *models.denoiser.of_identity()(tokens))
    answers = []
    for strength in (0.0, 0.4, 1.0):
        set_scale(unet, strength)
        expected = unet(latents, 300, text, added_cond_kwargs={"image_embeds": [faces[None]]}, return_dict=False)[0]
        actual = models.denoiser(latents, torch.tensor([300.0]), *told, torch.tensor([strength]))
        assert (actual - expected).abs().max() < 1e-4
        answers.append(expected)
    assert (answers[0] - answers[2]).abs().max() > 0.01


@pytest.mark.parametrize(("variant", "least"), [("float32", 1.0), ("float16", 0.9999), ("int8", 0.999), ("mixed", 0.98)])
def test_assembled_weights_give_what_pytorch_gives(written: tuple[Path, dict], tmp_path: Path, variant: str, least: float) -> None:
    """float32 in numbers, what is rounded by the cosine of its answers."""
    folder, shards = written
    for graph in build_graphs(build_models(TINY, 7), seed=5):
        if graph.copied:
            continue
        (tmp_path / graph.file).write_bytes((folder_of(folder, variant) / graph.file).read_bytes())
        for name, data in shards[variant][graph.name].files().items():
            (tmp_path / name).write_bytes(data)
        expanded = f"{graph.stem}-expanded.json"
        if (folder_of(folder, variant) / expanded).exists():
            (tmp_path / expanded).write_bytes((folder_of(folder, variant) / expanded).read_bytes())
            write_expanded(tmp_path, expanded)
        session = onnxruntime.InferenceSession(tmp_path / graph.file, providers=["CPUExecutionProvider"])
        with torch.no_grad():
            result = graph.module(*graph.inputs.values())
        results = result if isinstance(result, tuple) else (result,)
        for actual, value in zip(session.run(None, {name: value.numpy() for name, value in graph.inputs.items()}), results, strict=True):
            expected = value.numpy()
            assert cosine(actual, expected) >= min(least, 1 - 1e-6), graph.file
            if variant == "float32":
                assert np.abs(actual - expected).max() < 5e-4, graph.file


def test_parity_finds_the_assembled_pack_equal_and_a_damaged_one_not(written: tuple[Path, dict], tmp_path: Path) -> None:
    folder, shards = written
    for path in (folder / "pack").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    for part in shards["float32"].values():
        for name, data in part.files().items():
            (tmp_path / name).write_bytes(data)
    (tmp_path / "face-encoder.onnx").write_bytes((folder / "hub/public-data/insightface/models/buffalo_l/w600k_r50.onnx").read_bytes())
    report = compare(tmp_path, folder, None)
    assert report[-1]["graph"] == "diffusers"
    assert len(report) == 3 + 2 * 4 + 1 and all(entry["difference"] < 5e-4 and entry["cosine"] > 0.99999 for entry in report)
    weights = tmp_path / "denoiser.weights"
    weights.write_bytes(weights.read_bytes()[::-1])
    assert all(not entry["cosine"] > 0.99 for entry in compare(tmp_path, folder, ["denoiser"]))


def test_the_face_encoder_is_taken_whole(written: tuple[Path, dict]) -> None:
    recipe = json.loads((written[0] / "pack/recipe.json").read_text())
    assert recipe["copies"] == [{"source": "face", "file": "face-encoder.onnx"}]
    manifest = json.loads((written[0] / "pack/manifest.json").read_text())
    (variant,) = manifest["graphs"]["faceEncoder"]["variants"]
    assert [(value["name"], value["as"]) for value in (*variant["inputs"], *variant["outputs"])] == [("input.1", "crop"), ("683", "embedding")]


def test_sizes_share_their_weights(written: tuple[Path, dict]) -> None:
    manifest = json.loads((written[0] / "pack/manifest.json").read_text())
    for name in ("denoiser", "vaeEncoder", "vaeDecoder", "previewDecoder"):
        variants = manifest["graphs"][name]["variants"]
        assert [variant["size"] for variant in variants] == [{"width": 64, "height": 80}, {"width": 80, "height": 64}]
        assert variants[0]["externalData"] == variants[1]["externalData"] and variants[0]["file"] != variants[1]["file"]


def test_half_precision_is_published_where_it_says_so() -> None:
    checkpoints = {checkpoint.id: checkpoint for checkpoint in published(build_models(TINY, 7))}
    for id_, checkpoint in checkpoints.items():
        floating = {value.dtype for name, value in checkpoint.tensors.items() if value.is_floating_point()}
        assert checkpoint.format == "whole" or floating == {torch.float16 if id_ in TINY.half else torch.float32}, id_


def test_rounding_is_true_to_the_weights(written: tuple[Path, dict]) -> None:
    folder, _ = written
    figures = {variant: json.loads(folder_of(folder, variant).with_suffix(".fidelity.json").read_text())["cosine"] for variant in written[1]}
    assert figures["float32"] == {"cast": pytest.approx(1, abs=1e-9)}
    assert figures["int8"]["int8"] > 0.999
    # Blocks of random numbers in sixteen steps.
    assert 0.99 < figures["mixed"]["int4"] < 0.999


def test_rounded_variants_are_smaller(written: tuple[Path, dict]) -> None:
    def size(variant: str) -> int:
        return sum(len(data) for part in written[1][variant].values() for data in part.files().values())

    # Of the smallest weights, kept in float32, the tiny pack has many: at full size the ratios are nearer to 4 and 7.
    assert size("mixed") < size("int8") < 0.5 * size("float32")


def test_the_real_size_has_the_published_layout() -> None:
    """Names and shapes that PACKS.md states of the real files. On the meta device, which holds shapes and no numbers."""
    with torch.device("meta"):
        denoiser = Denoiser(UNet2DConditionModel(**SD15.unet))
        projector = IdentityProjector(SD15.embedding, SD15.projector_hidden, SD15.tokens, SD15.context)
    assert len(denoiser.decoupled) == 16
    assert denoiser.width == 12480
    assert [layer.to_k_ip.out_features for layer in denoiser.decoupled] == [320] * 2 + [640] * 2 + [1280] * 2 + [1280] * 3 + [640] * 3 + [320] * 3 + [1280]
    assert len([name for name in denoiser.unet.state_dict() if ".processor." not in name]) == 686
    assert {name: tuple(value.shape) for name, value in projector.state_dict().items()} == {
        "proj.0.weight": (1024, 512), "proj.0.bias": (1024,), "proj.2.weight": (12288, 1024), "proj.2.bias": (12288,),
        "norm.weight": (768,), "norm.bias": (768,),
    }


def file_bytes(tensors: dict[str, tuple[str, tuple[int, ...]]], metadata: bool) -> int:
    """Length of a safetensors file with these names, types and shapes."""
    header: dict = {"__metadata__": {"format": "pt"}} if metadata else {}
    at, width = 0, {"F16": 2, "F32": 4, "I64": 8}
    # Wide numbers first, as the library writes them.
    for name, (dtype, shape) in sorted(tensors.items(), key=lambda item: (-width[item[1][0]], item[0])):
        end = at + width[dtype] * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    length = len(json.dumps(header, separators=(",", ":")))
    return 8 + length + -length % 8 + at


def test_published_files_are_as_long_as_this_layout_makes_them() -> None:
    """To the byte: names, types and shapes are those of the real files, as far as a length can tell. On the meta device, without numbers."""
    with torch.device("meta"):
        models = bare_models(SD15_PLUS)
        models.base = {name: value.half() for name, value in models.unet.state_dict().items() if ".processor." not in name}
        models.adapters = draw_adapters(models.unet, SD15_PLUS.rank, None, half=False)
        checkpoints = published(models)
    compared = 0
    for checkpoint in checkpoints:
        if checkpoint.format != "safetensors":
            continue
        kinds = {torch.float16: "F16", torch.float32: "F32", torch.int64: "I64"}
        described = {name: (kinds[value.dtype], tuple(value.shape)) for name, value in checkpoint.tensors.items()}
        assert file_bytes(described, metadata=checkpoint.id != "plus") == checkpoint.publication.bytes, checkpoint.id
        compared += 1
    assert compared == 7


def test_a_pack_of_another_length_is_not_shipped(written: tuple[Path, dict], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the same layout has"):
        ship(folder_of(written[0], "mixed"), tmp_path, SD15)


@pytest.fixture(scope="module")
def plus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plus")
    write_large(TINY_PLUS, folder, 7, ["float32"])
    return folder


@torch.no_grad()
def test_a_face_in_a_picture_steers_as_in_diffusers(plus: Path) -> None:
    """IP-Adapter plus-face: from stacked photographs and a prompt to latents, nobody's face under guidance included."""
    models = build_models(TINY_PLUS, 7)
    described, values = tensors(plus)
    features, text = FaceFeatures(models.face, models.projector), TextEncoder(models.text, models.denoiser.of_text())
    keys = IdentityKeys(torch.nn.Unflatten(1, (TINY_PLUS.tokens, TINY_PLUS.context)), models.denoiser.of_identity())
    blank = features(torch.tensor(nobody()).reshape(1, 3, 1, 1).expand(1, 3, TINY_PLUS.face_crop, TINY_PLUS.face_crop))
    tokenizer = write_words(plus, TINY_PLUS.text["vocab_size"])

    def tell(prompt: str, faces: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        stacked = (torch.cat(part, 1) for part in zip(*(keys(face) for face in faces)))
        return (*text(tokenise(tokenizer, prompt, 77).int()), *stacked)

    for shoot in described["shoots"]:
        embeddings = torch.from_numpy(values[shoot["embeddings"]].copy())
        told, untold = tell(PROMPT, [embeddings[:1], embeddings[1:]]), tell(NEGATIVE, [blank, blank])
        scheduler = DDIMScheduler(**SCHEDULER)
        scheduler.set_timesteps(shoot["steps"])
        latents, strength = torch.from_numpy(values[shoot["initialLatents"]].copy()), torch.tensor([shoot["identityStrength"]])
        for timestep in scheduler.timesteps:
            predicted = models.denoiser(latents, timestep[None].float(), *told, strength)
            if shoot["guidanceScale"] != 1:
                plain = models.denoiser(latents, timestep[None].float(), *untold, strength)
                predicted = plain + shoot["guidanceScale"] * (predicted - plain)
            latents = scheduler.step(predicted, timestep, latents).prev_sample
        assert np.abs(latents.numpy() - values[shoot["latents"]]).max() < 1e-4, shoot["name"]


def test_a_pack_of_features_says_so(plus: Path) -> None:
    identity = json.loads((plus / "pack/manifest.json").read_text())["identity"]
    assert identity["embedding"] == "features" and identity["embeddingLength"] == TINY_PLUS.tokens * TINY_PLUS.context
    assert identity["nobody"] == pytest.approx([-0.037, -0.084, -0.184], abs=1e-3)
    unused = {source["id"]: source["unused"] for source in json.loads((plus / "pack/recipe.json").read_text())["sources"]}
    assert all("layers.2." in name or "layernorm" in name or "projection" in name or "position_ids" in name for name in unused["vision"])


def test_the_fake_hub_is_written_once(tmp_path: Path) -> None:
    args = argparse.Namespace(config="tiny", out=tmp_path, seed=7, serve=None)
    run_hub(args)
    listed = json.loads((tmp_path / "hub.json").read_text())["files"]
    assert {entry["id"] for entry in listed} == {"text-encoder", "unet", "few-steps", "vae", "preview", "identity", "face"}
    for entry in listed:
        assert digest(tmp_path / entry["repository"] / entry["path"]) == entry["sha256"]
    (tmp_path / "hub.json").write_text("kept")
    run_hub(args)
    assert (tmp_path / "hub.json").read_text() == "kept"


def test_widened_weights_are_what_was_rounded(written: tuple[Path, dict], tmp_path: Path) -> None:
    """The float32 file that the app makes while a graph is opened, written out: each of its tensors comes from the stored ones and lies alone."""
    folder, shards = written
    for name, data in shards["int8"]["denoiser"].files().items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "denoiser-expanded.json").write_bytes((folder / "pack-int8/denoiser-expanded.json").read_bytes())
    described = json.loads((tmp_path / "denoiser-expanded.json").read_text())
    values = np.fromfile(write_expanded(tmp_path, "denoiser-expanded.json"), np.float32)
    assert values.nbytes == described["bytes"]
    end = 0
    for tensor in described["tensors"]:
        assert tensor["offset"] % 64 == 0 and end <= tensor["offset"] < end + 64
        end = tensor["offset"] + tensor["bytes"]
        part = values[tensor["offset"] // 4 : end // 4].reshape(tensor["shape"])
        if tensor["kind"] == "int8":
            levels = np.abs(np.moveaxis(part, tensor["axis"], 0)).reshape(tensor["shape"][tensor["axis"]], -1).max(1)
            scales = np.fromfile(tmp_path / tensor["scales"]["file"], np.float32, levels.size, offset=tensor["scales"]["offset"])
            assert np.allclose(levels, 127 * scales, rtol=1e-6)
    assert {tensor["kind"] for tensor in described["tensors"]} == {"int8", "float16"}
