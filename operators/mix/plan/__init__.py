"""Makes, explains and checks the plan of a mix."""
