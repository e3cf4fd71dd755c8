"""The line rules of C4, shared by the signal that counts and the rewrite that removes."""
