"""Plans, explains and runs one job."""
