"""The code that runs in one process with the student's code; it imports only the standard library and NumPy."""
