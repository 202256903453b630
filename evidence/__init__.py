"""What a capture means and proves; needs no browser and makes no outgoing connection."""
