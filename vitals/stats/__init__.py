"""Pure statistics on arrays and summaries."""
