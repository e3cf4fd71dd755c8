"""How the models that ship were made. Nothing here runs in a job."""
