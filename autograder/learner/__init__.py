"""One's own library: check, progress, hints, handing in, and what a notebook imports."""
