"""Networks: shapes, and that each input acts where it should and nowhere else."""

import numpy as np
import pytest
import torch

from forge.data.composition import fill_bank, flip_composition
from forge.nets.bundle import Bundle, sample_latents
from forge.nets.composition import Composer, CompositionMaps
from forge.nets.config import MICRO, POCKET, PocketConfig
from forge.pack.micro import enliven


@pytest.fixture(scope="module")
def micro() -> Bundle:
    return enliven(Bundle(MICRO), 3)


def conditions(config: PocketConfig, batch: int) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    embedding = torch.randn(batch, config.embedding, generator=draw)
    return {
        "latents": torch.randn(batch, config.latent_channels, *config.latent_size, generator=draw),
        "timestep": torch.full((batch,), 600.0),
        "direction_ids": torch.randint(0, 9, (batch, 6), generator=draw, dtype=torch.int32),
        "embedding": torch.nn.functional.normalize(embedding, dim=1),
        "identity_scale": torch.ones(batch),
        "composition": torch.rand(batch, 12, generator=draw),
    }


@pytest.mark.parametrize("config", [MICRO, POCKET])
@torch.no_grad()
def test_shapes(config: PocketConfig) -> None:
    bundle = Bundle(config).eval()
    picture = torch.zeros(2, 3, config.image_height, config.image_width)
    latents = bundle.autoencoder.encode(picture)
    assert latents.shape == (2, config.latent_channels, *config.latent_size)
    sample, mask = bundle.autoencoder.decode(latents)
    assert sample.shape == picture.shape and mask.shape == (2, 1, *picture.shape[2:])
    assert bundle.face_encoder(torch.rand(2, 3, 112, 112)).norm(dim=1) == pytest.approx(torch.ones(2), abs=1e-5)
    assert bundle.conditioned(**conditions(config, 2)).shape == latents.shape


@torch.no_grad()
def test_identity_scale_zero_switches_identity_off(micro: Bundle) -> None:
    inputs = conditions(MICRO, 1)
    other = {**inputs, "embedding": -inputs["embedding"]}
    off = torch.zeros(1)
    with_identity = micro.conditioned(**inputs)
    assert (with_identity - micro.conditioned(**other)).abs().max() > 0.01
    plain = micro.conditioned(**{**inputs, "identity_scale": off})
    assert torch.equal(plain, micro.conditioned(**{**other, "identity_scale": off}))
    assert (plain - with_identity).abs().max() > 0.01


@torch.no_grad()
def test_every_axis_and_the_seed_change_the_picture(micro: Bundle) -> None:
    inputs = conditions(MICRO, 1)

    def shoot(noise: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        latents = sample_latents(micro.conditioned, noise, ids, inputs["embedding"], inputs["composition"], 4)
        return micro.autoencoder.decode(latents)[0]

    reference = shoot(inputs["latents"], inputs["direction_ids"])
    assert 0.2 < reference.std() < 0.9
    for axis in range(6):
        ids = inputs["direction_ids"].clone()
        ids[0, axis] = (ids[0, axis] + 4) % 9
        assert (shoot(inputs["latents"], ids) - reference).pow(2).mean().sqrt() > 0.02
    assert (shoot(-inputs["latents"], inputs["direction_ids"]) - reference).pow(2).mean().sqrt() > 0.1


@torch.no_grad()
def test_composition_acts_and_its_maps_follow_the_face(micro: Bundle) -> None:
    inputs = conditions(MICRO, 1)
    moved = {**inputs, "composition": inputs["composition"] + 0.2}
    assert (micro.conditioned(**inputs) - micro.conditioned(**moved)).abs().max() > 0.01
    maps = CompositionMaps(11, POCKET)
    maps.to_stem.weight.zero_()
    maps.to_stem.weight[torch.arange(11), torch.arange(11), 1, 1] = 1  # shows the maps as they are
    face = torch.tensor([[0.4, 0.3, 0.6, 0.3, 0.5, 0.4, 0.44, 0.5, 0.56, 0.5, 0, 1.0]])
    seen, _ = maps(face)
    for spot, (x, y) in enumerate(face[0, :10].reshape(5, 2).tolist()):
        row, column = divmod(int(seen[0, 6 + spot].argmax()), 16)
        assert abs((column + 0.5) / 16 - x) <= 0.5 / 16 + 1e-6 and abs((row + 0.5) / 20 - y) <= 0.5 / 20 + 1e-6
    # The face's own axis is negative to one side of the face and positive to the other, and mirrors with it.
    mirrored, _ = maps(torch.from_numpy(flip_composition(face.numpy())))
    assert torch.allclose(seen[:, 0], -mirrored[:, 0].flip(-1), atol=1e-5)
    assert torch.allclose(seen[:, 1], mirrored[:, 1].flip(-1), atol=1e-5)


def test_composer_finds_the_cell_and_settles_what_is_open() -> None:
    composer = Composer(MICRO)
    composer.bank.copy_(torch.arange(162.0)[:, None].expand(-1, 12))
    ids = torch.tensor([[3, 0, 0, 0, 5, 0], [9, 0, 0, 0, 5, 0], [3, 0, 0, 0, 9, 0]], dtype=torch.int32)
    choice = torch.tensor([[0.6, 0.5, 0.99], [0.4, 0.5, 0.99], [0.4, 0.5, 0.99]])
    assert composer(ids, choice)[:, 0].tolist() == [(3 * 9 + 5) * 2 + 1, (4 * 9 + 5) * 2, (3 * 9 + 8) * 2]


def test_bank_holds_every_framing_and_pose() -> None:
    direction = np.stack([np.repeat(np.arange(9), 9), *[np.zeros(81, int)] * 3, np.tile(np.arange(9), 9), np.zeros(81, int)], 1)
    composition = np.arange(81, dtype=np.float32)[:, None].repeat(12, 1)
    bank = fill_bank(composition, direction, 9, 2)
    assert bank[:, 0].tolist() == np.repeat(np.arange(81), 2).tolist()
    with pytest.raises(ValueError, match="framing 8 with pose 8"):
        fill_bank(composition[:80], direction[:80], 9, 2)


@torch.no_grad()
def test_samples_in_a_batch_do_not_mix(micro: Bundle) -> None:
    inputs = conditions(MICRO, 3)
    together = micro.conditioned(**inputs)
    alone = micro.conditioned(**{key: value[1:2] for key, value in inputs.items()})
    assert torch.allclose(together[1:2], alone, atol=1e-5)


@torch.no_grad()
def test_guidance_of_one_needs_no_second_branch(micro: Bundle) -> None:
    inputs = conditions(MICRO, 1)
    run = lambda scale: sample_latents(  # noqa: E731
        micro.conditioned, *(inputs[key] for key in ("latents", "direction_ids", "embedding", "composition")), 3, scale
    )
    assert torch.allclose(run(1.0), run(1.000001), atol=1e-3)
    assert not torch.allclose(run(1.0), run(2.0), atol=1e-2)


def test_config_survives_json() -> None:
    import json

    assert PocketConfig.from_dict(json.loads(json.dumps(POCKET.to_dict()))) == POCKET
