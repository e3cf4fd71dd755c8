"""What a job is, and how its stages run."""
