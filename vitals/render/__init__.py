"""One digest as text, as a page, as Slack blocks: pure functions of the neutral value."""
