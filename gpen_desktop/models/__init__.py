"""Networks, weights and devices. Never imports Qt."""
