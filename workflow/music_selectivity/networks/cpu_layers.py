"""Layers of torch that are trained faster on CPUs; elsewhere they are torch's own."""

import torch
from torch import nn
from torch.autograd import Function
from torch.nn.functional import conv2d, conv_transpose2d

PATCH_BYTES = 5 << 19
"""Memory of the patches that are multiplied at once, which should fit in a cache."""


class Convolution(nn.Conv2d):
    """Convolution with stride 1, without padding and bias.

    The gradient of the weights takes about 40 % less time than torch's on CPUs with
    AVX2, for channels last; the other products are torch's. A bias, which it gets when
    batch-norm is folded into it, leaves all of them to torch.
    """

    def __init__(self, n_in: int, n_out: int, kernel: int) -> None:
        super().__init__(n_in, n_out, kernel, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.device.type == "cpu" and torch.is_grad_enabled() and self.bias is None:
            return _Convolve.apply(x, self.weight)
        return super().forward(x)


class Dropout(nn.Dropout):
    """Dropout that takes 16 random bits per element, and so a quarter of the draws.

    The probability is rounded to a multiple of 2^-16. The expected output is exactly
    the input.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.device.type != "cpu" or not self.training:
            return super().forward(x)
        n_dropped = round(self.p * 2**16)
        draws = torch.empty(-(-x.numel() // 4), dtype=torch.int64)
        # From all integers of 64 bits, of which each gives four of 16.
        draws = draws.random_(-(2**63), None).view(torch.int16)[: x.numel()]
        factors = torch.empty_like(x)
        # In the order of memory, which is that of `x`.
        flat = factors.as_strided((x.numel(),), (1,))
        torch.ge(draws, n_dropped - 2**15, out=flat)
        return x * factors.mul_(2**16 / (2**16 - n_dropped))


class _Convolve(Function):
    @staticmethod
    def forward(ctx, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        return conv2d(x, weight)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x, weight = ctx.saved_tensors
        return (
            conv_transpose2d(gradient, weight),
            weight_gradient(x, gradient, tuple(weight.shape[2:])),
        )


def weight_gradient(
    x: torch.Tensor, gradient: torch.Tensor, kernel: tuple[int, int]
) -> torch.Tensor:
    """Gradient of a convolution's weights, as matrix products.

    Parameters
    ----------
    x
        The input, (clips, channels in, mels, frames).
    gradient
        Gradient of the output, (clips, channels out, mels, frames).
    kernel
        Mels and frames of the weights.

    Returns
    -------
    tensor, shape (channels out, channels in, *kernel)
    """
    height, width = kernel
    n_out, n_mels = gradient.shape[1:3]
    # (mels, clips, frames, channels), and for patches of frames (..., frames,
    # channels), which are contiguous in channels last.
    x, gradient = x.permute(2, 0, 3, 1), gradient.permute(2, 0, 3, 1)
    patches = x.unfold(2, width, 1).transpose(3, 4)
    size = patches.shape[3] * patches.shape[4]
    n_clips = max(1, PATCH_BYTES // (patches[:, 0].numel() * patches.element_size()))
    total = x.new_zeros(height, n_out, size)
    for rows, gradients in zip(
        patches.split(n_clips, 1), gradient.split(n_clips, 1), strict=True
    ):
        # One product for each mel of the weights; each view starts one mel later.
        rows = rows.contiguous()
        n_rows = rows.shape[1] * rows.shape[2]
        windows = rows.as_strided(
            (height, n_mels * n_rows, size), (n_rows * size, size, 1)
        )
        gradients = gradients.contiguous().view(-1, n_out).T
        total.baddbmm_(gradients.expand(height, -1, -1), windows)
    return total.view(height, n_out, width, -1).permute(1, 3, 0, 2)
