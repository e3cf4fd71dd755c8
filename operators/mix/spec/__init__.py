"""What a mix asks for: axes, weights, bounds, phases."""
