"""``python -m autograder``: the command ``weightlab``, where its program is not on the path."""

from .cli.main import main

if __name__ == "__main__":
    main(prog_name="weightlab")
