"""Is a visitor on Binder told, once, that nothing is kept there?"""

import os
import subprocess
import sys

from labkit import visit


def test_the_first_notebook_of_a_visit_says_it_and_no_other(state, capsys):
    visit.tell_visitor()
    said = capsys.readouterr().out
    assert "is deleted" in said and "labkit.take_home()" in said and "labkit.bring_back()" in said
    visit.tell_visitor()
    assert capsys.readouterr().out == ""


def test_binder_is_known_by_what_it_puts_into_the_environment():
    def asked(**environment):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BINDER_")}
        command = [sys.executable, "-c", "from labkit import place; print(place.ON_BINDER)"]
        return subprocess.check_output(command, env=kept | environment, text=True).strip()

    assert asked(BINDER_LAUNCH_HOST="https://mybinder.org/") == "True"
    assert asked() == "False"
