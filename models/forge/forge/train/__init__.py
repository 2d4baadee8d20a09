"""Training steps. All are resumable, run the same on CPU and CUDA, and stop cleanly within `--budget`."""
