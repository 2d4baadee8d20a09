"""A network that grows starts as what it was: the weights of a narrower one in a wider one, which then does the same."""

import torch
from torch import Tensor, nn


@torch.no_grad()
def grow_into(module: nn.Module, state: dict[str, Tensor]) -> list[str]:
    """Load `state` of the same network with fewer channels into `module`; returns the names of the tensors that grew.

    Old values take the leading corner of each tensor. Old outputs do not listen to new inputs (zero weights), new outputs keep
    what `module` was built with. What `state` lacks stays as built. Raises ValueError where a tensor would have to shrink or
    `state` holds what `module` has not.
    """
    own, trained = module.state_dict(), dict(module.named_parameters())
    unknown = sorted(set(state) - set(own))
    if unknown:
        raise ValueError(f"no place for {', '.join(unknown[:5])}")
    grown = []
    for name, value in state.items():
        wide = own[name]
        if wide.shape == value.shape:
            wide.copy_(value)
            continue
        if wide.ndim != value.ndim or any(new < old for new, old in zip(wide.shape, value.shape)):
            raise ValueError(f"{name}: {tuple(value.shape)} does not fit into {tuple(wide.shape)}")
        if wide.ndim > 1 and name in trained:
            wide[: value.shape[0]] = 0
        wide[tuple(slice(side) for side in value.shape)] = value
        grown.append(name)
    return grown
