"""LoRA with PEFT on a small transformer of names."""

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

from solutions.beyond.names_transformer import first, show_losses, surnames, train

torch.manual_seed(0)
size = {"n_positions": 16, "n_embd": 32, "n_layer": 2, "n_head": 4}
no_dropout = {"resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0}
letters = {"vocab_size": 27, "bos_token_id": 0, "eos_token_id": 0}
model = GPT2LMHeadModel(GPT2Config(**size, **no_dropout, **letters))
train(model, first[500:])
show_losses("before", model)

lora = LoraConfig(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True)
adapted = get_peft_model(model, lora)
adapted.print_trainable_parameters()
train(adapted, surnames[300:])
show_losses("adapter on", adapted)
with adapted.disable_adapter():
    show_losses("adapter off", adapted)
