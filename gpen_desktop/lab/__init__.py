"""Training, evaluation, benchmarks: what the product does not need to restore photos."""
