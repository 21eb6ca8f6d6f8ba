"""A small transformer of names for ``peft_lora.py``: its training and its losses, in plain PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from labkit import data
from labkit.beyond import LETTERS

__all__ = ["first", "show_losses", "surnames", "train"]

first, surnames = data.names()


def batch(names: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return token numbers, a row for each name, padded; and the targets, -100 where none is counted."""
    rows = [torch.tensor([LETTERS.index(letter) for letter in f".{name}."]) for name in names]
    padded = torch.nn.utils.rnn.pad_sequence
    return padded(rows, batch_first=True), padded(rows, batch_first=True, padding_value=-100)


def train(model: torch.nn.Module, names: Sequence[str]) -> None:
    """Train the parameters that are not frozen for eight epochs."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=3e-3)
    for _ in range(8):
        for rows in torch.randperm(len(names)).split(64):
            tokens, targets = batch([names[row] for row in rows])
            optimizer.zero_grad()
            model(input_ids=tokens, labels=targets).loss.backward()
            optimizer.step()


@torch.no_grad()
def show_losses(when: str, model: torch.nn.Module) -> None:
    """Print the mean loss of the next letter, on names that were held out."""
    losses = []
    for names in (first[:500], surnames[:300]):
        tokens, targets = batch(names)
        losses.append(model(input_ids=tokens, labels=targets).loss.item())
    print(f"{when:<12} first names {losses[0]:.2f}, surnames {losses[1]:.2f}")
