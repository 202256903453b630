"""Two records → what differs between them."""
