"""Faults of machines, of the store and of disks, each beside a run that nothing happened to: `make faults`."""
