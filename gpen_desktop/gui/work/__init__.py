"""Work behind the window: jobs, the worker's thread, what belongs to each open photo."""
