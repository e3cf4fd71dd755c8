"""Running a library that may never return, in a process that is ended when its time is up."""
