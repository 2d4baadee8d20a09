"""A code that widens: what was there stays, what is new is found."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from forge.data.composition import flip_composition
from forge.data.shards import Portraits
from forge.nets.autoencoder import Autoencoder
from forge.nets.bundle import Bundle
from forge.nets.config import MICRO, POCKET, PocketConfig
from forge.nets.face_encoder import FaceEncoder
from forge.nets.grow import grow_into
from forge.pack import unpack
from forge.pack.graphs import build_graphs, export_onnx
from forge.pack.micro import enliven
from forge.pack.quantise import DEFAULT_THRESHOLD
from forge.train.autoencoder import measure_statistics
from forge.train.encode import encode_shard, with_mirrored

WIDE = replace(MICRO, latent_channels=12, detail_channels=4, detail_encoder_channels=(8, 8, 12))


def portraits(count: int, width: int = 512, height: int = 640) -> Portraits:
    random = np.random.default_rng(0)
    points = random.random((count, 5, 2)).astype(np.float32) * 90 + 60
    return Portraits(
        random.integers(0, 255, (count, height, width, 4), dtype=np.uint8), random.integers(0, 9, (count, 6), dtype=np.uint8),
        np.arange(count, dtype=np.int32), points, np.arange(count) % 2 == 0, np.arange(count),
        random.random((count, 12)).astype(np.float32),
    )


@torch.no_grad()
def test_grown_networks_do_what_they_did_whatever_the_new_channels_say() -> None:
    small, wide = enliven(Bundle(MICRO), 3), Bundle(WIDE).eval()
    grown = grow_into(wide, small.state_dict())
    assert "conditioned.denoiser.stem.weight" in grown and "autoencoder.mean" in grown
    draw = torch.Generator().manual_seed(0)
    latents, more = torch.randn(2, 8, 5, 4, generator=draw), torch.randn(2, 4, 5, 4, generator=draw)
    both = torch.cat([latents, more], 1)
    for part, other in zip(small.autoencoder.decode(latents), wide.autoencoder.decode(both)):
        assert torch.allclose(part, other, atol=1e-5)
    told = (
        torch.full((2,), 500.0), torch.zeros(2, 6, dtype=torch.int32), torch.ones(2, 32) / 32**0.5, torch.ones(2),
        torch.rand(2, 12, generator=draw),
    )
    before, after = small.conditioned(latents, *told), wide.conditioned(both, *told)
    assert torch.allclose(before, after[:, :8], atol=1e-5) and before.abs().max() > 0.01
    picture = torch.rand(1, 3, 80, 64, generator=draw) * 2 - 1
    code = wide.autoencoder.encode(picture)
    assert torch.allclose(small.autoencoder.encode(picture), code[:, :8], atol=1e-5)
    assert code[:, 8:].std() > 0.001  # the new channels see the picture


@torch.no_grad()
def test_a_decoder_with_wider_levels_decodes_as_before() -> None:
    small = enliven(Bundle(MICRO), 3).autoencoder
    wide = Autoencoder(replace(MICRO, decoder_channels=(16, 12, 20, 12))).eval()
    assert any(name.startswith("decoder.") for name in grow_into(wide, small.state_dict()))
    latents = torch.randn(2, 8, 5, 4, generator=torch.Generator().manual_seed(0))
    for part, other in zip(small.decode(latents), wide.decode(latents)):
        assert torch.allclose(part, other, atol=1e-5)


def test_nothing_shrinks_and_nothing_is_lost() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        grow_into(Bundle(MICRO), {k: v for k, v in Bundle(WIDE).state_dict().items() if ".detail." not in k})
    with pytest.raises(ValueError, match="no place for autoencoder.detail"):
        grow_into(Bundle(MICRO), Bundle(WIDE).state_dict())


def write_decoder(folder: Path, config: PocketConfig) -> None:
    """The decoder's file of a pack, as `forge export` writes it: its larger weights in eight bits."""
    torch.manual_seed(0)
    decoder = next(graph for graph in build_graphs(Bundle(config).eval()) if graph.name == "vaeDecoder")
    (folder / decoder.file).write_bytes(export_onnx(decoder, DEFAULT_THRESHOLD)[0])


def test_an_older_pack_is_read_as_what_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = replace(POCKET, decoder_channels=(160, 96, 48, 24, 16))
    assert older.decoder_channels != POCKET.decoder_channels
    write_decoder(tmp_path, older)
    (tmp_path / "manifest.json").write_text('{"latents": {"channels": 12}}')
    config = unpack.config_of(tmp_path)
    assert (config.latent_channels, config.detail_channels, config.decoder_channels) == (12, 0, older.decoder_channels)
    write_decoder(tmp_path, POCKET)
    (tmp_path / "manifest.json").write_text(f'{{"latents": {{"channels": {POCKET.latent_channels}}}}}')
    assert unpack.config_of(tmp_path) == POCKET
    monkeypatch.setattr(unpack, "config_of", lambda pack: config)
    monkeypatch.setattr(unpack, "read_bundle", lambda pack, config: Bundle(config))
    unpack.run(argparse.Namespace(pack=tmp_path, work=tmp_path / "work", teacher=None))
    state = torch.load(tmp_path / "work" / "autoencoder.pt", weights_only=True)["ema"]
    Autoencoder(POCKET).load_state_dict(state)
    assert torch.equal(state["deviation"], torch.ones(1, POCKET.latent_channels, 1, 1))


def test_statistics_of_kept_channels_are_kept(tmp_path: Path) -> None:
    (tmp_path / "large").mkdir()
    shard = portraits(6, 64, 80)
    np.save(tmp_path / "large" / "00000.npy", shard.image)
    names = ("direction", "identity", "points", "visible", "record", "composition")
    np.savez(tmp_path / "large" / "00000.npz", **{name: getattr(shard, name) for name in names})
    torch.manual_seed(0)
    model = Autoencoder(WIDE)
    model.set_statistics(torch.full((12,), 0.5), torch.full((12,), 3.0))
    measure_statistics(model, tmp_path, torch.device("cpu"), 8)
    assert torch.equal(model.mean.flatten()[:8], torch.full((8,), 0.5)) and model.deviation.flatten()[7] == 3
    assert (model.deviation.flatten()[8:] < 1).all() and (model.mean.flatten()[8:] != 0.5).all()


def test_every_portrait_is_also_taught_mirrored() -> None:
    shard = portraits(2, 200, 250)
    both = with_mirrored(shard)
    assert np.array_equal(both.image[2:], shard.image[:, :, ::-1]) and np.array_equal(both.record, [0, 1, 0, 1])
    assert np.allclose(both.points[2, 0, 0], 200 - shard.points[0, 1, 0])
    assert np.allclose(both.composition[2:], flip_composition(shard.composition))


def test_encoding_keeps_each_portraits_own_face() -> None:
    torch.manual_seed(0)
    arrays = encode_shard(portraits(2), Autoencoder(POCKET).eval(), FaceEncoder(POCKET).eval())
    assert arrays["latents"].shape == (2, POCKET.latent_channels, *POCKET.latent_size)
    assert arrays["weights"].shape == (2, *POCKET.latent_size) and arrays["weights"][0].max() > 2
    assert np.ptp(arrays["weights"][1].astype(float)) < 0.01  # its face is not seen
    assert arrays["zoom"].tolist() == [0, 0]
    assert np.linalg.norm(arrays["embedding"][0].astype(float)) > 0.9 and not arrays["embedding"][1].any()
