"""The window. Imports Qt; nothing outside imports it but __main__."""
