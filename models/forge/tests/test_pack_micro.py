"""Export: quantisation, agreement with PyTorch, manifest, reproducibility."""

import hashlib
import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from forge.nets.bundle import Bundle
from forge.nets.config import MICRO
from forge.pack import likeness
from forge.pack.export import BORROWED_FILES
from forge.pack.goldens import BYTE_TOLERANCE
from forge.pack.manifest import list_licences
from forge.pack.micro import MICRO_THRESHOLD, enliven, write_micro
from forge.pack.quantise import dequantise_array, quantise_array, round_to_grid
from forge.pack.runner import PackRunner
from forge.pack.unpack import read_bundle
from forge.pack.write import default_settings, write_pack

ALLOWED = {
    "Add", "Cast", "Clip", "Concat", "Conv", "Cos", "DepthToSpace", "Div", "Exp", "Expand", "Flatten", "Gather", "Gemm",
    "InstanceNormalization", "LayerNormalization", "Less", "Log", "MatMul", "Mul", "Neg", "ReduceL2", "Relu", "Reshape", "Sigmoid",
    "Sin", "Slice", "Softmax", "Sub", "Tanh", "Transpose", "Unsqueeze", "Where",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("micro")
    write_micro(path, 7)
    return path


def test_two_runs_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_micro(tmp_path, 7)
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_another_seed_writes_other_weights(folder: Path, tmp_path: Path) -> None:
    write_micro(tmp_path, 8)
    assert (folder / "denoiser.onnx").read_bytes() != (tmp_path / "denoiser.onnx").read_bytes()


def test_size_and_operators(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 500_000
    for path in folder.glob("*.onnx"):
        model = onnx.load(path)
        assert {node.op_type for node in model.graph.node} <= ALLOWED, path.name
        assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 18)]
        assert not any(node.doc_string or node.metadata_props for node in model.graph.node)


def test_later_passes_are_said_only_where_they_are_wanted() -> None:
    assert "faceDetail" not in default_settings(8, 1.0)
    assert default_settings(8, 1.0, [0.2, 0.5])["faceDetail"] == {"below": 0.2, "strength": 0.5}
    both = default_settings(8, 1.0, [0.2, 0.5], [0.6, 0.4])["faceDetail"]
    assert both == {"below": 0.2, "strength": 0.5, "closer": {"below": 0.6, "strength": 0.4}}
    with pytest.raises(ValueError, match="--face-detail"):
        default_settings(8, 1.0, None, [0.6, 0.4])
    clothed = default_settings(8, 1.0, clothes_detail=[0.28, 0.6])
    assert clothed["clothesDetail"] == {"below": 0.28, "strength": 0.6} and "faceDetail" not in clothed


def test_skin_is_matched_only_where_it_is_wanted() -> None:
    assert "skinMatch" not in default_settings(8, 1.0)
    assert default_settings(8, 1.0, skin_match=12)["skinMatch"] == 12


def test_borrowed_weights_come_under_their_own_licence() -> None:
    files = ["face-encoder.onnx", "denoiser.onnx"]
    own, theirs = list_licences(files, BORROWED_FILES)
    assert (own["name"], own["files"]) == ("CC0-1.0", ["denoiser.onnx"])
    assert (theirs["name"], theirs["files"], theirs["nonCommercial"]) == ("Apache-2.0", ["face-encoder.onnx"], False)
    # Random weights are nobody's.
    assert [licence["files"] for licence in list_licences(files, frozenset())] == [files]


def test_manifest_is_complete(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest) == {
        "formatVersion", "id", "title", "version", "licences", "totalBytes", "image", "latents", "conditioning",
        "identity", "scheduler", "defaults", "graphs", "requirements", "files",
    }
    listed = {entry["path"]: entry for entry in manifest["files"]}
    assert set(listed) == {path.name for path in folder.glob("*.onnx")} == set(manifest["licences"][0]["files"])
    for name, entry in listed.items():
        data = (folder / name).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
        assert len(entry["chunks"]) == -(-len(data) // (8 << 20))
    assert manifest["totalBytes"] == sum(entry["bytes"] for entry in manifest["files"])
    assert set(manifest["graphs"]) == {
        "faceEncoder", "identityProjector", "directionEncoder", "composer", "denoiser", "vaeEncoder", "vaeDecoder"
    }
    denoiser = manifest["graphs"]["denoiser"]["variants"][0]
    assert [entry["name"] for entry in denoiser["inputs"]] == [
        "latents", "timestep", "encoder_hidden_states", "identity_hidden_states", "identity_scale", "composition"
    ]
    assert denoiser["inputs"][0]["shape"] == [1, 8, 5, 4]
    assert manifest["graphs"]["directionEncoder"]["variants"][0]["inputs"][0]["dtype"] == "int32"


def read(folder: Path, index: dict, name: str) -> np.ndarray:
    entry = index["tensors"][name]
    raw = (folder / "goldens.bin").read_bytes()
    codes = np.frombuffer(raw, np.dtype(entry["dtype"]), entry["length"], entry["offset"]).reshape(entry["shape"])
    if entry["dtype"] == "uint8":
        return (codes * entry["scale"] + entry["shift"]).astype(np.float32)
    return codes


def test_onnx_reproduces_the_goldens(folder: Path) -> None:
    index = json.loads((folder / "goldens.json").read_text())
    pack = PackRunner(folder)
    assert len(index["graphs"]) == 7
    for case in index["graphs"]:
        outputs = pack.call(case["graph"], **{k: read(folder, index, v) for k, v in case["inputs"].items()})
        for got, name in zip(outputs, case["outputs"].values()):
            assert np.abs(got - read(folder, index, name)).max() <= case["tolerance"], name
    for shoot in index["shoots"]:
        start = [read(folder, index, shoot[k]) for k in ("initialLatents", "directionIds", "embedding", "composition")]
        latents = pack.denoise(*start, shoot["steps"], shoot["guidanceScale"], shoot["identityStrength"])
        assert np.abs(latents - read(folder, index, shoot["latents"])).max() <= shoot["tolerance"]
        sample = pack.call("vaeDecoder", latents=latents)[0]
        assert np.abs(sample - read(folder, index, shoot["sample"])).max() <= shoot["pictureTolerance"]
    assert BYTE_TOLERANCE < 0.005


def test_int8_stays_close_to_float(tmp_path: Path) -> None:
    bundle = enliven(Bundle(MICRO), 5)
    about = {"id": "micro", "title": "Micro", "version": "0.0.1"}
    shipped, report = write_pack(bundle, tmp_path, about, default_settings(4, 1.0), MICRO_THRESHOLD)
    for name, agreement in report.items():
        assert agreement.rounding <= 1e-4, name
        assert agreement.psnr >= 30 and agreement.cosine >= 0.99, (name, agreement)
    before, after = bundle.conditioned.denoiser.enter.conv_in.weight, shipped.conditioned.denoiser.enter.conv_in.weight
    assert 0 < (before - after).abs().max() <= before.abs().max() / 127


def test_a_wrong_graph_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import forge.pack.write as write

    def corrupt(graph, threshold):  # noqa: ANN001, ANN202
        data, names = original(graph, threshold)
        model = onnx.load_from_string(data)
        for tensor in model.graph.initializer:
            if tensor.data_type == onnx.TensorProto.FLOAT and len(tensor.dims) == 1:
                values = onnx.numpy_helper.to_array(tensor) + 0.01
                tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
        return model.SerializeToString(), names

    original = write.export_onnx
    monkeypatch.setattr(write, "export_onnx", corrupt)
    with pytest.raises(ValueError, match="differs from PyTorch"):
        write_pack(enliven(Bundle(MICRO), 5), tmp_path, {}, default_settings(4, 1.0), MICRO_THRESHOLD)


def test_quantisation_is_idempotent_and_bounded() -> None:
    weight = np.random.default_rng(0).normal(size=(6, 5, 3, 3)).astype(np.float32)
    weight[2] = 0
    codes, scale = quantise_array(weight, 0)
    grid = dequantise_array(codes, scale, 0)
    assert np.abs(grid - weight).max() <= scale.max() / 2 + 1e-7
    again, _ = quantise_array(grid, 0)
    assert np.array_equal(again, codes)


def test_kept_modules_stay_float() -> None:
    model = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.Linear(32, 32))
    before = model[1].weight.clone()
    assert round_to_grid(model, 1, {"1"}) == ["0"]
    assert torch.equal(before, model[1].weight)


def test_unpacked_networks_compute_what_the_pack_computes(tmp_path: Path) -> None:
    lively = enliven(Bundle(MICRO), 7)
    with torch.no_grad():
        for parameter in lively.parameters():  # training leaves no two norms alike; fresh ones share an initializer
            if parameter.ndim == 1:
                parameter.add_(0.05 * torch.randn(parameter.shape))
    write_pack(lively, tmp_path, {"id": "micro", "title": "Micro", "version": "0.1.0"}, default_settings(4, 1.0), MICRO_THRESHOLD)
    bundle, pack = read_bundle(tmp_path, MICRO), PackRunner(tmp_path, 1)
    draw = np.random.default_rng(4)
    crop = draw.uniform(-1, 1, (1, 3, 112, 112)).astype(np.float32)
    latents = draw.normal(size=(1, *(MICRO.latent_channels, *MICRO.latent_size))).astype(np.float32)
    ids = np.array([[0, 3, 9, 8, 1, 2]], np.int32)
    with torch.no_grad():
        embedding = bundle.face_encoder(torch.from_numpy(crop)).numpy()
        tokens = bundle.conditioned.direction_encoder(torch.from_numpy(ids))
        people = bundle.conditioned.identity_projector(torch.from_numpy(embedding))
        inputs = (torch.from_numpy(latents), torch.tensor([600.0]), tokens, people, torch.tensor([0.7]), torch.rand(1, 12))
        velocity = bundle.conditioned.denoiser(*inputs).numpy()
        sample = bundle.autoencoder.decode(torch.from_numpy(latents))[0].numpy()
    assert np.allclose(pack.call("faceEncoder", crop=crop)[0], embedding, atol=1e-5)
    names = ("latents", "timestep", "encoder_hidden_states", "identity_hidden_states", "identity_scale", "composition")
    said = pack.call("denoiser", **{name: value.numpy() for name, value in zip(names, inputs)})[0]
    assert np.allclose(said, velocity, atol=1e-4 * np.abs(velocity).max())
    assert np.allclose(pack.call("vaeDecoder", latents=latents)[0], sample, atol=1e-4)


def test_a_pack_of_other_networks_cannot_be_unpacked(folder: Path) -> None:
    with pytest.raises((ValueError, KeyError)):
        read_bundle(folder, replace(MICRO, transformer_blocks=2))


def test_likeness_scale_goes_into_the_manifest_and_changes_nothing_else(folder: Path, tmp_path: Path) -> None:
    before = json.loads((folder / "manifest.json").read_text())
    assert "likeness" not in before["identity"]
    (tmp_path / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    scale = {"close": 0.9, "near": 0.8, "distant": 0.4, "stranger": 0.6}
    (tmp_path / "scale.json").write_text(json.dumps(scale))
    likeness.run(Namespace(pack=tmp_path, scale=tmp_path / "scale.json"))
    after = json.loads((tmp_path / "manifest.json").read_text())
    assert after["identity"].pop("likeness") == scale
    assert after == before


@pytest.mark.parametrize("wrong", [{"close": 0.9}, {"close": 0.5, "near": 0.8, "distant": 0.4, "stranger": 0.6}, {"close": 2, "near": 0.8, "distant": 0.4, "stranger": 0.6}])
def test_a_scale_the_app_would_refuse_is_refused(tmp_path: Path, wrong: dict) -> None:
    (tmp_path / "scale.json").write_text(json.dumps(wrong))
    with pytest.raises(ValueError, match="scale"):
        likeness.read_scale(tmp_path / "scale.json")
