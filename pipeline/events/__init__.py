"""Records what happens in a run, in its workspace, for others to watch."""
