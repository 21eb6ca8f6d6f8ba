"""biases."""
