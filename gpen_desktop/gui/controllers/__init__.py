"""What ties the parts of the window to the work: a controller for each thing that the user does."""
