"""Makes the validation dataset of held-out documents."""
