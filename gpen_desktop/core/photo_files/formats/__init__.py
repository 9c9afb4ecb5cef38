"""The files photos come in, byte by byte: what each holds beside its pixels, and how that is put into a new one."""
