"""The learner's own library: check, progress, hints, submitting, and what a notebook imports."""
