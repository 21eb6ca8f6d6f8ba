"""LoRA with PEFT on a small transformer of names."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

from labkit import data

LETTERS = ".abcdefghijklmnopqrstuvwxyz"


def batch(names):
    """Return token numbers, a row for each name, padded; and the targets, -100 where none is counted."""
    rows = [torch.tensor([LETTERS.index(letter) for letter in f".{name}."]) for name in names]
    padded = torch.nn.utils.rnn.pad_sequence
    return padded(rows, batch_first=True), padded(rows, batch_first=True, padding_value=-100)


def train(model, names, epochs, rate):
    """Train whatever parameters are not frozen."""
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(len(names)).split(64):
            tokens, targets = batch([names[row] for row in rows])
            optimizer.zero_grad()
            model(input_ids=tokens, labels=targets).loss.backward()
            optimizer.step()


@torch.no_grad()
def loss(model, names):
    """Return the mean loss of the next letter."""
    model.eval()
    tokens, targets = batch(names)
    return model(input_ids=tokens, labels=targets).loss.item()


torch.manual_seed(0)
first, surnames = data.names()
config = GPT2Config(vocab_size=27, n_positions=16, n_embd=32, n_layer=2, n_head=4, resid_pdrop=0, embd_pdrop=0,
                    attn_pdrop=0, bos_token_id=0, eos_token_id=0)  # fmt: skip
model = GPT2LMHeadModel(config)
train(model, first[500:], epochs=8, rate=3e-3)
print(f"transformer, {model.num_parameters():,} parameters, held out: first names {loss(model, first[:500]):.2f}, "
      f"surnames {loss(model, surnames[:300]):.2f}")  # fmt: skip

adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True))
adapted.print_trainable_parameters()
train(adapted, surnames[300:], epochs=8, rate=3e-3)
print(f"adapter on:  first names {loss(adapted, first[:500]):.2f}, surnames {loss(adapted, surnames[:300]):.2f}")
with adapted.disable_adapter():
    print(f"adapter off: first names {loss(adapted, first[:500]):.2f}, surnames {loss(adapted, surnames[:300]):.2f}")
