"""GPEN in the published layout: the network, and its fast forms on processor and GPU."""
