"""The only place with the outside world."""
