"""Named, versioned presets of steps: one YAML file each."""
