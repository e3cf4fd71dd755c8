"""The line rules of RefinedWeb: as plain functions, and as a kernel."""
