"""Does chapter 11 show its real programs and outputs, and are names cut into the right examples?"""

import html
import json

import numpy as np
import pytest

from autograder.exercises import CHAPTERS, EXERCISES
from autograder.paths import SOLUTIONS
from labkit import beyond, data
from solutions.beyond.pytorch_lines import LINES

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


def test_the_shipped_peft_program_is_the_one_in_the_solutions_and_short():
    program = (SOLUTIONS / "beyond" / "peft_lora.py").read_text(encoding="utf-8")
    assert SHIPPED["peft_lora"]["program"] == program, "run python -m solutions.data.make_beyond"
    assert len(program.splitlines()) < 25
    assert SHIPPED["peft_lora"]["versions"] and len(SHIPPED["peft_lora"]["output"].splitlines()) >= 4


def test_every_function_that_an_exercise_asks_for_has_a_line_in_pytorch():
    assert {chapter: list(rows) for chapter, rows in LINES.items()} == {
        name: list(chapter.exercises) for name, chapter in CHAPTERS.items()
    }
    for rows in LINES.values():
        for name, line in rows.items():
            assert f"{name}(" in line.yours


def test_the_shipped_lines_are_those_in_the_solutions():
    shipped = {
        chapter: {name: [row["yours"], row["pytorch"], row["remark"]] for name, row in rows.items()}
        for chapter, rows in SHIPPED["pytorch_lines"]["lines"].items()
    }
    assert shipped == {
        chapter: {name: [line.yours, line.pytorch, line.remark] for name, line in rows.items()}
        for chapter, rows in LINES.items()
    }, "run python -m solutions.data.make_beyond"


@pytest.mark.parametrize("name", EXERCISES)
def test_a_line_in_pytorch_gives_what_the_reference_gives(name):
    pytest.importorskip("torch", reason="PyTorch is not installed, so its lines were not run again")
    from solutions.beyond.compare_lines import compare

    line = LINES[EXERCISES[name].chapter][name]
    shipped = SHIPPED["pytorch_lines"]["lines"][EXERCISES[name].chapter][name]["compared"]
    said = compare(line)
    if line.as_drawn:
        assert said.split(";")[0] == shipped.split(";")[0]
    else:  # the last digits of a difference depend on the processor
        assert max(_difference(said), _difference(shipped)) <= line.tolerance


def _difference(words: str) -> float:
    return 0.0 if words == "equal" else float(words)


def test_a_wrong_line_in_pytorch_is_noticed():
    pytest.importorskip("torch", reason="PyTorch is not installed, so no wrong line was tried")
    from solutions.beyond.compare_lines import compare

    for chapter, name, wrong in [
        ("02_biases", "dense", "x @ weights"),
        ("03_initialization", "he_normal", "nn.init.kaiming_uniform_(torch.empty(300, 400))"),
        ("04_forward", "predict", "model(x)"),
        ("07_descent", "minibatches", "DataLoader(TensorDataset(x, y), batch_size=3, drop_last=True)"),
        ("07_descent", "momentum_step", LINES["07_descent"]["momentum_step"].pytorch.replace("0.9", "0.8")),
        ("08_freezing", "backward_unfrozen", "F.cross_entropy(model(x), y).backward()"),
    ]:
        with pytest.raises(AssertionError):
            compare(LINES[chapter][name]._replace(pytorch=wrong))


def test_with_its_adapter_off_the_transformer_is_as_before():
    lines = SHIPPED["peft_lora"]["output"].splitlines()
    numbers = [[float(word.strip(",")) for word in line.split() if word.strip(",").count(".") == 1] for line in lines]
    before, on, off = numbers[0], *numbers[-2:]
    assert off == before
    assert on[1] < before[1] and on[0] > before[0]


def test_the_peft_program_is_shown_with_its_versions_and_its_output(capsys):
    beyond.show_peft_program()
    shown = capsys.readouterr().out
    assert "peft 0." in shown and "adapter off" in shown and "LoraConfig" in shown


def test_all_lines_in_pytorch_are_shown_by_chapter(capsys, monkeypatch):
    beyond.show_pytorch_lines()
    text = capsys.readouterr().out
    assert "Run with torch 2." in text and "No counterpart" in text
    shown = []
    monkeypatch.setattr(beyond, "show_message", lambda page, text: shown.append(html.unescape(page)))
    beyond.show_pytorch_lines()
    assert shown[0].count("<details>") == len(CHAPTERS) and shown[0].count("<tr><td") == len(EXERCISES)
    for rows in LINES.values():
        for line in rows.values():
            assert f">{line.pytorch}</pre>" in shown[0] and f">{line.yours}</pre>" in shown[0]
            for part in [*line.yours.splitlines(), *line.pytorch.splitlines(), line.remark]:
                assert part in text


def test_the_figure_names_the_likeliest_letters(capsys):
    from labkit.figures.beyond import next_letters

    probabilities = np.full(27, 0.5 / 26)
    probabilities[1] = 0.5
    next_letters({"ad": probabilities})
    assert "after ad: a 50%" in capsys.readouterr().out
