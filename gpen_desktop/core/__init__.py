"""Photos, faces, composition: everything between a file and a restored file. Never imports Qt."""
