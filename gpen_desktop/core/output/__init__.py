"""What results are called, where they are, and what they take: names, patterns, the journal, sizes."""
