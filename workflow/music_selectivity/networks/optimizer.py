"""The optimiser AdamW, without the seconds that torch's class takes to start."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.adamw import adamw


class AdamW:
    """AdamW whose rate and first beta are given in each step.

    The update and the other constants are torch's. ``torch.optim.AdamW`` imports
    torch's compilers in its first step, which takes about two seconds, and does not use
    them.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], weight_decay: float) -> None:
        self.parameters = list(parameters)
        self.weight_decay = weight_decay
        self.means = [torch.zeros_like(x) for x in self.parameters]
        self.squares = [torch.zeros_like(x) for x in self.parameters]
        self.steps = [x.new_zeros(()) for x in self.means]

    @torch.no_grad()
    def step(self, rate: float, beta: float) -> None:
        """Update the parameters from their gradients."""
        adamw(
            self.parameters,
            [parameter.grad for parameter in self.parameters],
            self.means,
            self.squares,
            [],
            self.steps,
            fused=True,
            amsgrad=False,
            maximize=False,
            lr=rate,
            beta1=beta,
            beta2=0.999,
            weight_decay=self.weight_decay,
            eps=1e-8,
        )

    def state_dict(self) -> dict[str, list[torch.Tensor]]:
        """What changes in training: not copies, but the tensors themselves."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: dict[str, list[torch.Tensor]]) -> None:
        """Continue from a saved state of the same parameters."""
        for name, own in self.state_dict().items():
            for tensor, saved in zip(own, state[name], strict=True):
                tensor.copy_(saved)
