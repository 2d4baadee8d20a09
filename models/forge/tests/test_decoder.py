"""Pictures of two sizes, the decoder's teachers, and distillation's arithmetic."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from forge.data.align import align_faces, align_tensor, to_tensor
from forge.data.scaling import halve_foreground, shrunk
from forge.nets.autoencoder import Autoencoder
from forge.nets.sampling import SHIFT, shift_sigma
from forge.nets.config import POCKET
from forge.nets.face_encoder import FaceEncoder
from forge.train.adversary import Adversary, face_distance
from forge.train.batches import Told
from forge.train.distil import Grid, own_latents, teach
from forge.train.parallel import Context
from forge.train.picture_losses import cosine_bands, cut_patches, energy_loss, texture_loss

CPU = Context(0, 1, torch.device("cpu"))


def test_halving_averages_and_weighs_colour_by_opacity() -> None:
    picture = np.zeros((1, 2, 4, 3), np.uint8)
    picture[0, 0, 0] = 200
    assert shrunk(picture, 2)[0, 0].tolist() == [[50] * 3, [0] * 3]
    foreground = np.zeros((1, 2, 2, 4), np.uint8)
    foreground[0, 0, 0] = (200, 100, 0, 255)
    foreground[0, 0, 1] = (90, 90, 90, 0)  # invisible: its colour must not leak into the edge
    assert halve_foreground(foreground)[0, 0, 0].tolist() == [200, 100, 0, 64]


def test_linear_path_of_the_large_decoder_starts_at_the_principal_components() -> None:
    draw = torch.Generator().manual_seed(0)
    smooth = nn.functional.interpolate(torch.randn(6, 3, 10, 8, generator=draw), (640, 512), mode="bilinear")
    pictures = smooth.mul(0.4).clamp(-1, 1)
    model = Autoencoder(POCKET)
    small = nn.functional.avg_pool2d(pictures, POCKET.pool)
    model.set_components(cut_patches(small, 16))
    with torch.no_grad():
        output, mask = model.decode(model.encode(pictures))
    assert output.shape == (6, 3, 640, 512) and mask.shape == (6, 1, 640, 512)
    flat = pictures - pictures.mean((2, 3), keepdim=True)
    assert (output - pictures).pow(2).mean() < 0.6 * flat.pow(2).mean()


def test_aligned_tensors_are_the_aligned_pictures() -> None:
    random = np.random.default_rng(0)
    pictures = random.integers(0, 255, (2, 60, 50, 3), dtype=np.uint8)
    points = np.array([[[15, 20], [32, 22], [24, 30], [17, 40], [30, 41]]] * 2, np.float32)
    expected = to_tensor(align_faces(pictures, points, 112))
    assert torch.allclose(align_tensor(to_tensor(pictures), points, 112), expected, atol=1 / 127.5)


def test_discriminator_learns_and_its_word_is_weighted(tmp_path: Path) -> None:
    torch.manual_seed(0)
    adversary = Adversary(tmp_path, CPU)
    sharp, flat = torch.randn(4, 3, 64, 64).clamp(-1, 1), torch.zeros(4, 3, 64, 64)
    told = [adversary.learn(flat, sharp) for _ in range(12)]
    assert told[-1] < 0.6 * told[0]
    layer = nn.Parameter(torch.full((1, 3, 1, 1), 0.5))
    output = sharp * layer
    error = (output - sharp).abs().mean()
    adversarial = adversary.loss(output, sharp, error, layer, 0.5)
    gradients = [torch.autograd.grad(loss, layer, retain_graph=True)[0].norm() for loss in (error, adversarial)]
    assert torch.isclose(gradients[1], 0.5 * gradients[0], rtol=0.02)
    adversary.save()
    again = Adversary(tmp_path, CPU)
    assert torch.equal(again.network(sharp), adversary.network(sharp)) and again.weight == adversary.weight


def test_face_distance_is_none_to_itself() -> None:
    torch.manual_seed(0)
    encoder = FaceEncoder(POCKET).eval()
    first, second = torch.randn(2, 3, 112, 112), torch.randn(2, 3, 112, 112)
    assert face_distance(encoder, first, first) < 1e-3 < face_distance(encoder, first, second)


def test_energy_loss_wants_texture_not_its_place() -> None:
    draw = torch.Generator().manual_seed(0)
    texture, other = (torch.rand(1, 3, 64, 64, generator=draw) for _ in range(2))
    assert energy_loss(other, texture) < 0.3 * energy_loss(torch.full_like(texture, 0.5), texture)


def test_texture_loss_wants_as_much_of_every_band_and_lack_costs_more() -> None:
    draw = torch.Generator().manual_seed(0)
    texture, other = (torch.randn(1, 3, 64, 64, generator=draw) for _ in range(2))
    flat = torch.zeros_like(texture)
    assert texture_loss(other, texture) < 0.4 * texture_loss(flat, texture)
    soft, hard = 0.5 * texture, 1.5 * texture
    assert torch.isclose(texture_loss(soft, texture, 0.75), 3 * texture_loss(hard, texture, 0.75), rtol=0.05)
    # A lattice of as much energy is no texture.
    every = torch.arange(64).remainder(4)
    lattice = ((every[:, None] == 0) & (every == 0)).float().expand_as(texture)
    lattice = (lattice - lattice.mean()) * texture.mean(1).std() / lattice.std()
    assert texture_loss(lattice, texture, 0.5) > 2 * texture_loss(other, texture, 0.5)
    output = torch.full_like(texture, 0.5, requires_grad=True)
    texture_loss(output, texture).backward()
    assert output.grad is not None and bool(output.grad.isfinite().all())


def test_bands_are_orthonormal_and_leave_out_what_is_coarse() -> None:
    bands = cosine_bands().flatten(1)
    assert torch.allclose(bands @ bands.T, torch.eye(len(bands)), atol=1e-5) and len(bands) == 60
    assert bands.sum(1).abs().max() < 1e-5  # grey itself is in none


class Falling(nn.Module):
    """Velocity 1 everywhere when told, 0 when nothing is told."""

    def forward(self, latents, timestep, direction, embedding, scale, composition) -> torch.Tensor:
        told = (direction[:, 0] != 9).float().view(-1, 1, 1, 1)
        return torch.ones_like(latents) * told


def told_batch(count: int) -> Told:
    embedding = nn.functional.normalize(torch.randn(count, 256), dim=1)
    return Told(
        torch.randn(count, POCKET.latent_channels, 20, 16), torch.ones(count, 1, 20, 16), torch.zeros(count, 6, dtype=torch.int32), embedding,
        torch.arange(count), torch.ones(count), torch.rand(count, 12),
        torch.zeros(count, dtype=torch.int64),
    )


def test_teacher_guides_and_students_start_from_what_they_made() -> None:
    told, one = told_batch(3), torch.ones(3)
    grid = Grid.of(8, torch.device("cpu"))
    assert torch.equal(grid.sigmas, shift_sigma(torch.linspace(1, 0, 9), SHIFT)) and grid.steps == 8
    velocity = teach(Falling(), told.latents, 0.9 * one, 0.7 * one, told, one, 2.0)
    assert torch.allclose(velocity, torch.full_like(velocity, 2.0), atol=1e-5)
    torch.manual_seed(1)
    noise = torch.randn_like(told.latents)
    torch.manual_seed(1)
    made = own_latents(Falling(), grid, 3, told, one)
    assert torch.allclose(made, noise + (grid.sigmas[3] - 1), atol=1e-5)
