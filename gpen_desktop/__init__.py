"""GPEN Desktop: restores old and blurry photos of people, entirely on the user's own computer."""

import os

__version__ = "0.1.0"

# Read once, when PyTorch is loaded, so they are set before anything of ours can load it; what the user has set holds.
# Idle OpenMP threads sleep. By default they spin between two pieces of work, and beside other work spin against it
# (record 0005).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# On Linux PyTorch then asks the kernel for huge pages for its big tensors.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
