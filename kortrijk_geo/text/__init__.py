"""Text: numbers, dates and lists as a Dutch reader expects them, and texts that are safe wherever they go."""
