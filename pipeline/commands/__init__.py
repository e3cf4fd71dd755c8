"""Does what each command promises: one file per file in cli/."""
