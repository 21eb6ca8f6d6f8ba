"""capstone."""
