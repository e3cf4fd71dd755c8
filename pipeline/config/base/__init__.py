"""The ground of config: source positions, messages, addresses, secrets."""
