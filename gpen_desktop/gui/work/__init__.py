"""What ties the parts together: the workspace, its jobs and their thread, and a controller for each kind of action."""
