"""Counts the lines of code of each room of autograder/: without comments, docstrings and empty lines."""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def count_lines(path: Path) -> int:
    """Return how many lines of a module hold code."""
    source = path.read_text(encoding="utf-8")
    prose = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, node.end_lineno + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    code = {n for token in tokens if token.type not in _NO_CODE for n in range(token.start[0], token.end[0] + 1)}
    return len(code - prose)


def main() -> None:
    """Print the rooms, the largest module and the sum without exercises."""
    house = ROOT / "autograder"
    sizes = {path.relative_to(house): count_lines(path) for path in sorted(house.rglob("*.py"))}
    rooms: Counter[str] = Counter()
    for path, lines in sizes.items():
        rooms[path.parts[0] if len(path.parts) > 1 else "the ground"] += lines
    for room, lines in rooms.most_common():
        print(f"{lines:6,}  {room}")
    largest = max(sizes, key=sizes.__getitem__)
    print(f"{sum(rooms.values()) - rooms['exercises']:6,}  in all, without exercises")
    print(f"{sizes[largest]:6,}  in the largest module, {largest.as_posix()}")


if __name__ == "__main__":
    main()
