"""A class: handing out, collecting, grading, the gradebook and feedback."""
