"""What runs beside the student's code: standard library and NumPy only, no answer and no test."""
