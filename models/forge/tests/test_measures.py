"""What a measurement rests on: one size for judges, sharpness, variety, cost, rounding, and the table's bars."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from forge.data.align import flip_points
from forge.pack.cost import gigaflops
from forge.pack.fidelity import detail, variety
from forge.pack.judging import embed_twice, in_frame
from forge.pack.pictures import judged_size
from forge.pack.rounding import floats, peak_signal
from forge.pack.score import kept_back, sitter_and_direction
from forge.pack.table import build_table
from forge.pack.verify import open_session

FIXTURE = Path(__file__).resolve().parents[3] / "tests" / "fixtures" / "heldout"


def test_pictures_of_every_multiple_are_averaged_down() -> None:
    small = np.random.default_rng(0).integers(0, 255, (2, 320, 256, 3), np.uint8)
    assert np.array_equal(judged_size(small), small)
    for factor in (2, 3):
        large = small.repeat(factor, 1).repeat(factor, 2)
        assert np.array_equal(judged_size(large), small)
    chequers = np.zeros((1, 640, 512, 3), np.uint8)
    chequers[:, ::2, ::2] = 200  # one pixel of four
    assert (judged_size(chequers) == 50).all()


@pytest.mark.parametrize("size", [(480, 384), (160, 128), (640, 500), (224, 224)])
def test_other_sizes_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be judged"):
        judged_size(np.zeros((1, *size, 3), np.uint8))


def test_detail_sees_noise_and_no_flat_border() -> None:
    assert detail(np.full((1, 40, 32, 3), 200, np.uint8)) == 0
    draw = np.random.default_rng(0)
    fine, coarse = (np.clip(128 + draw.normal(0, amount, (1, 320, 256, 1)), 0, 255).repeat(3, 3).astype(np.uint8) for amount in (20, 5))
    # The blur of 25 independent values keeps a 25th of their variance, and takes its share of the middle one away.
    assert detail(fine) == pytest.approx(20 * np.sqrt(24 / 25), rel=0.02) and detail(coarse) < 0.3 * detail(fine)


def test_variety_is_within_groups_alone_and_blind_to_size() -> None:
    seen = np.array([[1.0, 0], [0, 1], [5, 0], [0, 7]])
    assert variety(seen, np.array([0, 0, 1, 1])) == pytest.approx(np.sqrt(2))
    assert variety(np.array([[1.0, 0], [3, 0], [0, 1], [0, 2]]), np.array([0, 0, 1, 1])) == 0
    with pytest.raises(ValueError, match="two pictures"):
        variety(seen, np.array([0, 0, 0, 1]))
    label = lambda sitter, *options: {"sitter": sitter, "options": options}  # noqa: E731
    groups = sitter_and_direction([label(7, 1, 2), label(8, 1, 2), label(7, 1, 3), label(7, 1, 2)])
    assert groups[0] == groups[3] and len(set(groups.tolist())) == 3


def graph_of(nodes: list, inputs: dict[str, list[int]], weights: dict[str, np.ndarray], output: str) -> onnx.ModelProto:
    """A small graph with float inputs of fixed shapes."""
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()]
    result = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    stored = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "small", values, [result], stored)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])


def test_cost_is_counted_by_hand() -> None:
    weight = lambda *shape: np.zeros(shape, np.float32)  # noqa: E731
    nodes = [
        helper.make_node("Conv", ["picture", "first"], ["half"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["half", "deep"], ["deeper"], group=4, pads=[1, 1, 1, 1]),
        helper.make_node("Reshape", ["deeper", "shape"], ["rows"]),
        helper.make_node("MatMul", ["rows", "table"], ["product"]),
        helper.make_node("Gemm", ["product", "last"], ["out"], transB=1),
    ]
    weights = {"first": weight(4, 3, 3, 3), "deep": weight(4, 1, 3, 3), "shape": np.array([16, 4]), "table": weight(4, 6), "last": weight(5, 6)}
    model = graph_of(nodes, {"picture": [1, 3, 8, 8]}, weights, "out")
    by_hand = 16 * 4 * 27 + 16 * 4 * 9 + 16 * 6 * 4 + 16 * 5 * 6
    assert gigaflops(model) == pytest.approx(2 * by_hand / 1e9)
    foreign = graph_of([helper.make_node("Einsum", ["a", "a"], ["out"], equation="ij,jk->ik")], {"a": [2, 2]}, {}, "out")
    with pytest.raises(ValueError, match="not counted"):
        gigaflops(foreign)


def test_moved_weights_stay_within_their_rounding() -> None:
    random = np.random.default_rng(0)
    codes, scale = random.integers(-127, 128, (64, 8), np.int8), random.uniform(0.01, 0.1, (1, 8)).astype(np.float32)
    nodes = [
        helper.make_node("Cast", ["w.int8"], ["v0"], to=1), helper.make_node("Mul", ["v0", "w.scale"], ["v1"]),
        helper.make_node("MatMul", ["x", "v1"], ["out"]),
    ]
    # Names as a shipped pack has them: the expansion's own are forgotten.
    moved = floats(graph_of(nodes, {"x": [1, 64]}, {"w.int8": codes, "w.scale": scale}, "out"), random)
    assert [node.op_type for node in moved.graph.node] == ["MatMul"]
    open_session(moved.SerializeToString())
    value = {tensor.name: numpy_helper.to_array(tensor) for tensor in moved.graph.initializer}["v1"]
    error = value / scale - codes
    assert np.abs(error).max() <= 0.5 + 1e-4 and error.std() == pytest.approx(np.sqrt(1 / 12), rel=0.1)
    black = np.zeros((4, 4, 3), np.uint8)
    assert peak_signal(black, black) == 99 and peak_signal(black, black + 255) == pytest.approx(0)


def axes(value: float) -> dict:
    return {axis: value for axis in ("framing", "setting", "styling", "mood", "pose", "look")}


def measured(top1: float = 0.9, axis: float = 0.95, sitters: int = 64, **other: object) -> dict:
    """What a good pack measures."""
    group = lambda found: {"top1": found, "cosine": found, "axes": axes(axis)}  # noqa: E731
    tone = {"portraits": 20, "medianDegrees": 4.0}
    return {
        "sitters": sitters, "renders": {"directed": group(0.97), "headshot": group(0.98), "editorial": group(0.98)},
        "groups": {"strength-0": group(0.02), "strength-0.5": group(0.5), "strength-1": group(top1), "direction-off": group(top1),
                   "headshot": group(top1), "editorial": group(top1)},
        "skinDrift": {name: tone for name in ("all", "light", "middle", "dark")}, "adapterOffSkinDrift": None, "renderSkinDrift": None,
        "fidelity": {"portraits": 0.1, "floor": 0.0, "adapterOff": 0.2}, "sharpness": {"atOwnSize": 0.9, "at256": 1.0}, "variety": {"ratio": 0.8},
        "rounding": {"medianDecibels": 40.0}, "cost": {"denoiser": 4.0, "decoder": 9.0}, **other,
    }


def met(**other: object) -> dict:
    return {name: row["met"] for name, row in build_table(measured(**other)).items()}


def test_a_good_pack_meets_every_bar_that_names_a_number() -> None:
    assert met() == {name: name != "fidelity" or None for name in met()} and len(met()) == 10
    table = build_table(measured())
    assert table["identity"]["baselines"] == {"adapterOff": 0.02, "directionOff": 0.9, "renders": 0.97, "chance": 0.0156}
    assert table["fidelity"]["figure"] == {"portraits": 0.1, "floor": 0.0}
    assert table["fidelity"]["baselines"] == {"adapterOff": 0.2, "directionOff": None, "renders": 0.0}
    json.dumps(table)


def test_what_a_frame_hides_is_counted_apart() -> None:
    told = np.array([[2, 4, 4, 0, 0, 0], [0, 4, 4, 0, 0, 0], [1, 4, 4, 0, 0, 0]])
    read = told.copy()
    read[0, 1:3], read[1, 2], read[:, 5] = 7, 7, 7
    assert in_frame(read, told) == {"setting": 1.0, "styling": 0.5}
    assert in_frame(read[:1], told[:1]) == {}
    hidden = {"setting": 0.97, "styling": 0.96}
    groups = measured(axis=0.89)["groups"]
    groups["strength-1"]["axesInFrame"] = hidden
    row = build_table(measured(groups=groups))["axes"]
    # Beside the row, not instead of it.
    assert row["baselines"]["inFrame"] == {"portraits": hidden, "renders": None} and row["met"] is False


def test_every_bar_can_be_missed() -> None:
    assert met(top1=0.79)["identity"] is False and met(top1=0.79, sitters=16)["identity"] is False
    assert met(top1=0.89)["intents"] is False and met(axis=0.89)["axes"] is False and met(axis=0.89)["intents"] is False
    assert met(top1=0.4)["strength"] is False
    tone = lambda degrees: {"portraits": 9, "medianDegrees": degrees}  # noqa: E731
    assert met(skinDrift={"all": tone(5.1)})["skin"] is False
    uneven = {"all": tone(3), "light": tone(3), "middle": tone(3), "dark": tone(4)}
    assert met(skinDrift=uneven)["skin"] is False
    assert met(sharpness={"atOwnSize": 0.79, "at256": 1.0})["sharpness"] is False and met(variety={"ratio": 0.69})["variety"] is False
    assert met(rounding={"medianDecibels": 29.0})["rounding"] is False and met(cost={"denoiser": 5.1, "decoder": 1.0})["cost"] is False


def test_what_cannot_be_said_is_null_and_says_why() -> None:
    table = build_table(measured(sitters=16, renders={}, skinDrift={}, fidelity=None, sharpness=None, variety=None, rounding=None, cost=None))
    unknown = {"identity", "skin", "fidelity", "sharpness", "variety", "rounding", "cost"}
    assert {name for name, row in table.items() if row["met"] is None} == unknown
    assert all(table[name]["note"] for name in unknown)
    few = {"all": {"portraits": 9, "medianDegrees": 3.0}, "light": {"portraits": 9, "medianDegrees": 3.0}}
    assert met(skinDrift=few)["skin"] is None


def test_photographs_that_the_app_was_given_do_not_judge() -> None:
    references = kept_back(FIXTURE, [1000101, 1000100], 3)
    assert references.identity.tolist() == [0] * 5 + [1] * 5 and references.points.shape == (10, 5, 2)


def test_a_mirrored_face_is_the_same_face() -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 9, 9), torch.nn.Flatten(), torch.nn.LazyLinear(16)).eval()
    pictures = np.random.default_rng(0).integers(0, 255, (2, 160, 128, 3), np.uint8)
    points = np.array([[[50, 70], [74, 68], [62, 80], [54, 93], [72, 92]]] * 2, np.float32)
    mirrored, flipped = np.ascontiguousarray(pictures[:, :, ::-1]), flip_points(points, 128)
    first, second = embed_twice(network, pictures, points), embed_twice(network, mirrored, flipped)
    assert np.allclose(first, second, atol=2e-3) and not np.allclose(first[0], first[1], atol=2e-3)
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
