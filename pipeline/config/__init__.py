"""From a job file to a frozen JobSpec."""
