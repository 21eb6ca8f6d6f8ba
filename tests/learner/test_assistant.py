"""Does an assistant get everything that helps, and nothing that is an answer?"""

from __future__ import annotations

import ast
import asyncio
import os
import shutil
import sys

import pytest

from autograder import card
from autograder.exercises import CHAPTERS, EXERCISES
from autograder.judging import reference
from autograder.learner import assistant, check, tutor
from autograder.paths import LIBRARY, ROOT, SOLUTIONS
from autograder.refusal import Refusal

PRYING = [
    "../../solutions/weightlab/weights",
    "solutions.weightlab.weights",
    "reveal",
    "labkit.reveal('dense', sure=True)",
    "dense\n### BEGIN SOLUTION",
    "__import__('os').environ",
    "02_biases",
    "why_random",
    "",
]


@pytest.fixture
def library(tmp_path, monkeypatch, state):
    folder = tmp_path / "weightlab"
    shutil.copytree(LIBRARY, folder)
    for module in (assistant, check):
        monkeypatch.setattr(module, "LIBRARY", folder)
    monkeypatch.setattr(check.check_exercise, "__defaults__", (folder,))
    return folder


def test_it_says_what_is_asked_where_and_what_may_be_used(library):
    shown = assistant.show_exercise("dense")
    assert shown["chapter"] == "02_biases" and shown["file"].endswith("biases.py")
    assert shown["points"] == dict(EXERCISES["dense"].aspects)
    assert shown["stub"].startswith("def dense(") and "NotImplementedError" in shown["stub"]
    assert assistant.next_exercise() == {"chapter": "01_weights", "exercise": "apply_weight"}
    rows = assistant.list_exercises()
    assert {row["exercise"] for row in rows} >= set(EXERCISES)


def test_it_reads_the_learners_own_code_as_it_is_saved(library):
    path = library / "weights.py"
    path.write_text(
        path.read_text().replace("raise NotImplementedError", "return 7  # mine\n    raise NotImplementedError")
    )
    assert "return 7  # mine" in assistant.read_code("apply_weight")
    path.write_text("def broken(:\n")
    assert assistant.read_code("apply_weight") == "def broken(:\n"


def test_a_check_says_what_the_card_says_and_no_more(library):
    text = (library / "weights.py").read_text()
    start = text.index("def apply_weight")
    (library / "weights.py").write_text(
        text[:start] + "def apply_weight(signal, weight):\n    return signal + weight\n"
    )
    verdict = check.check_exercise(EXERCISES["apply_weight"], library)
    said = assistant.run_check("apply_weight")
    assert said.splitlines()[1:] == card.plain(verdict).splitlines()[1:]
    assert "apply_weight · " in said.splitlines()[0]


def test_a_hint_counts_as_if_the_learner_had_asked(library):
    first, second = assistant.next_hint("dense"), assistant.next_hint("dense")
    assert first.startswith("Hint 1 of 3") and second.startswith("Hint 2 of 3")
    assert tutor.hint("dense")[0] == "Hint 3 of 3 for dense"


def test_terms_come_from_the_glossary(library):
    assert assistant.define_term("Accuracy").startswith("accuracy: ")
    assert "The glossary has no entry" in assistant.define_term("zymurgy")


def answer_lines():
    """Return every line of the reference's answers that a learner could paste, without whitespace."""
    lines = set()
    for path in (SOLUTIONS / "weightlab").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name in EXERCISES:
                lines |= {"".join(ast.unparse(part).split()) for part in node.body[1:]}
    return {line for line in lines if len(line) > 12}


def everything_it_says(names):
    said = [assistant.INSTRUCTIONS, *(prompt(name) for prompt in assistant.PROMPTS for name in names)]
    for name in names:
        for tool in (assistant.show_exercise, assistant.read_code, assistant.run_check, assistant.define_term):
            try:
                said.append(str(tool(name)))
            except (Refusal, ValueError) as error:
                said.append(str(error))
    return "\n".join([*said, str(assistant.list_exercises()), str(assistant.next_exercise())])


def test_whatever_it_is_asked_it_serves_no_answer(library):
    said = "".join(everything_it_says([*EXERCISES, *PRYING]).split())
    answers = answer_lines()
    assert len(answers) > 60
    assert [line for line in answers if line in said] == []
    for name, exercise in EXERCISES.items():
        if exercise.why:
            assert "".join(exercise.why.split()) not in said, name


def test_it_never_imports_the_reference(library, monkeypatch):
    def refuse(*_):
        raise AssertionError("the reference was asked for")

    monkeypatch.setattr(reference, "_import", refuse)
    assert "not written yet" in everything_it_says([*CHAPTERS["01_weights"].exercises, *PRYING])


def test_every_prompt_makes_the_assistant_ask_before_it_tells():
    assert "ask what they tried" in assistant.INSTRUCTIONS and "Never write the function" in assistant.INSTRUCTIONS
    for prompt in assistant.PROMPTS:
        assert "ask me" in prompt("dense") and "dense" in prompt("dense")


def test_the_page_lists_every_tool_that_sends_something():
    page = (ROOT / "docs" / "assistant.md").read_text(encoding="utf-8")
    assert [tool.__name__ for tool in assistant.TOOLS if f"`{tool.__name__}`" not in page] == []


def test_a_check_passes_on_what_the_answers_show(library):
    text = (library / "biases.py").read_text(encoding="utf-8").replace("def dense(", "def other_dense(")
    source = "\ndef dense(x, weights, bias):\n    return (x @ weights + bias).T\n"
    (library / "biases.py").write_text(text + source, encoding="utf-8")
    assert "In every case tried, your result is what was expected, transposed." in assistant.run_check("dense")


def test_a_question_is_left_to_the_notebook(library):
    name = next(iter(CHAPTERS["01_weights"].questions))
    for tool in (assistant.show_exercise, assistant.read_code, assistant.run_check, assistant.next_hint):
        with pytest.raises(ValueError, match="a cell of the notebook checks it"):
            tool(name)


def test_a_real_client_over_stdio_lists_calls_and_is_told_of_a_wrong_name():
    mcp = pytest.importorskip("mcp", reason="mcp is not installed, so no client was tried")
    command = [sys.executable, "-m", "autograder", "mcp"]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"}
    parameters = mcp.StdioServerParameters(command=command[0], args=command[1:], env=environment, cwd=str(ROOT))

    async def talk():
        async with mcp.Client(parameters) as client:
            tools = {tool.name for tool in (await client.list_tools()).tools}
            prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
            shown = await client.call_tool("show_exercise", {"name": "dense"})
            wrong = await client.call_tool("show_exercise", {"name": "dens"})
            return tools, prompts, shown, wrong

    tools, prompts, shown, wrong = asyncio.run(asyncio.wait_for(talk(), 60))
    assert tools == {tool.__name__ for tool in assistant.TOOLS}
    assert prompts == {prompt.__name__ for prompt in assistant.PROMPTS}
    assert "02_biases" in shown.content[0].text and not shown.is_error
    assert "Did you mean dense" in wrong.content[0].text and wrong.is_error
