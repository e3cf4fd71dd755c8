"""What there is to mix: tokens by group."""
