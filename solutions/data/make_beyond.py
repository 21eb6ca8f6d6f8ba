"""Runs the programs of ``solutions/beyond`` and writes them, with what they print, for chapter 11.

    python solutions/data/make_beyond.py

They need torch, transformers and peft. Learners need none of these: the chapter shows what was printed here.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = {"pytorch_lines": ("torch",), "peft_lora": ("torch", "transformers", "peft")}
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


def main() -> None:
    """Run both and write the file."""
    made = {}
    for name, packages in PROGRAMS.items():
        made[name] = {
            "program": (ROOT / "solutions" / "beyond" / f"{name}.py").read_text(encoding="utf-8"),
            "output": run(name),
            "versions": {package: importlib.metadata.version(package) for package in packages},
        }
    TARGET.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
