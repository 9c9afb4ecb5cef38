"""GPEN Desktop: restores old and blurry photos of people, entirely on the user's own computer."""

import os

__version__ = "0.1.0"

# Read once, when PyTorch is loaded, so they are set before anything of ours can load it; what the user has set holds.
# Idle OpenMP threads sleep. By default they spin between two pieces of work, and beside other work spin against it; but
# GNU's library may look for work for a moment, as pauses between two layers are shorter than that (record 0005).
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# oneDNN keeps what it prepares for a layer and a size of picture: for detection some sixty things a size of photo.
# With its own 1024 places an album of a dozen sizes prepares all of them anew for each photo, for tens of milliseconds.
# Each takes some 60 kB, and an album may have as many sizes as photos: ten thousand would be half a gigabyte.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "2048")
# On Linux PyTorch then asks the kernel for huge pages for its big tensors.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
