"""How fair the autograder is: right answers in every style, known wrong ones, and systematic small mistakes."""
