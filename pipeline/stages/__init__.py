"""One folder per stage: stage.py names the units, unit.py does the work of one."""
