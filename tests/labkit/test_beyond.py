"""Does chapter 11 show its real programs and outputs, and are names cut into the right examples?"""

import json

import numpy as np
import pytest

from autograder.paths import SOLUTIONS
from labkit import beyond, data

SHIPPED = json.loads((data.FILES / "beyond.json").read_text(encoding="utf-8"))


def test_a_name_gives_one_example_for_each_letter_and_one_for_its_end():
    before, following = beyond.windows(["ada", "bo"])
    shown = [
        "".join(beyond.LETTERS[k] for k in [*three, after]) for three, after in zip(before, following, strict=True)
    ]
    assert shown == ["...a", "..ad", ".ada", "ada.", "...b", "..bo", ".bo."]
    assert before.shape == (7, 3) and following.shape == (7,)


def test_names_are_those_of_the_census_in_lower_case():
    first, surnames = data.names()
    assert (len(first), len(surnames)) == (5163, 3000)
    assert len(set(first)) == 5163 and len(set(surnames)) == 3000
    assert set("".join(first + surnames)) == set(beyond.LETTERS[1:])
    assert {"mary", "james"} <= set(first) and {"smith", "johnson"} <= set(surnames)
    assert first != sorted(first) and data.names().first == first


@pytest.mark.parametrize("name", ["pytorch_lines", "peft_lora"])
def test_a_shipped_program_is_the_one_that_stands_in_the_solutions(name):
    program = (SOLUTIONS / "beyond" / f"{name}.py").read_text(encoding="utf-8")
    assert SHIPPED[name]["program"] == program, "run solutions/data/make_beyond.py again"
    assert SHIPPED[name]["versions"] and len(SHIPPED[name]["output"].splitlines()) >= 4


def test_the_pytorch_program_still_prints_what_is_shipped(capsys):
    pytest.importorskip("torch", reason="PyTorch is not installed, so its lines were not run again")
    exec(compile(SHIPPED["pytorch_lines"]["program"], "pytorch_lines.py", "exec"), {})
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == [line.split()[0] for line in SHIPPED["pytorch_lines"]["output"].splitlines()]
    assert {"momentum_step", "lora_dense", "backward"} <= set(names)


def test_with_its_adapter_off_the_transformer_is_as_before():
    lines = SHIPPED["peft_lora"]["output"].splitlines()
    numbers = [[float(word.strip(",")) for word in line.split() if word.strip(",").count(".") == 1] for line in lines]
    before, on, off = numbers[0], numbers[-2], numbers[-1]
    assert off == before
    assert on[1] < before[1] and on[0] > before[0]


def test_a_program_is_shown_with_its_versions_and_its_output(capsys):
    beyond.show_program("peft_lora")
    shown = capsys.readouterr().out
    assert "peft 0." in shown and "adapter off" in shown and "LoraConfig" in shown
    beyond.show_program("peft_lora", whole=False)
    assert "LoraConfig" not in capsys.readouterr().out


def test_the_figure_names_the_likeliest_letters(capsys):
    from labkit.figures.beyond import next_letters

    probabilities = np.full(27, 0.5 / 26)
    probabilities[1] = 0.5
    next_letters({"ad": probabilities})
    assert "after ad: a 50%" in capsys.readouterr().out
