"""Networks, weights and devices. Never imports Qt."""

import os

# PyTorch on Linux then asks the kernel for huge pages for its big tensors (read once, at its first big allocation).
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
