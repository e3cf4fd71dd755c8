"""Where things run and lie: Ray, storage, queues. Knows no operator."""
