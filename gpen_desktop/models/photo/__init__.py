"""Networks for the whole photo: cleaning, finding and filling damage, enlarging."""
