"""Networks, weights and devices. Never imports Qt."""

import os

# PyTorch on Linux then asks the kernel for huge pages for its big tensors. Without, a quarter of GPEN-512's time goes
# into page faults (1.05 s against 0.77 s in float32 when this was tried). Read once, at PyTorch's first big allocation.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
