"""What waits for a curator: the sections of the queue, their order and filters."""
