"""Runs the programs of ``solutions/beyond`` and writes what they print, and what chapter 11 shows of them.

    python -m solutions.data.make_beyond

They need torch, transformers and peft. Learners need none of these: the chapter shows what was printed here.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

from solutions.beyond.pytorch_lines import LINES

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "labkit" / "data_files" / "beyond.json"


def run(name: str) -> str:
    """Return what a program prints."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    settings = {"HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1"}
    environment = os.environ | settings | {"PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, ROOT / "solutions" / "beyond" / f"{name}.py"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def versions(*packages: str) -> dict[str, str]:
    """Return the installed version of each package."""
    return {package: importlib.metadata.version(package) for package in packages}


def main() -> None:
    """Run both programs and write the file."""
    compared = json.loads(run("compare_lines"))
    lines = {
        chapter: {
            name: {
                "yours": line.yours,
                "pytorch": line.pytorch,
                "remark": line.remark,
                "compared": compared[chapter][name],
            }
            for name, line in rows.items()
        }
        for chapter, rows in LINES.items()
    }
    program = (ROOT / "solutions" / "beyond" / "peft_lora.py").read_text(encoding="utf-8")
    peft = {"program": program, "output": run("peft_lora"), "versions": versions("torch", "transformers", "peft")}
    made = {"pytorch_lines": {"lines": lines, "versions": versions("torch")}, "peft_lora": peft}
    TARGET.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
