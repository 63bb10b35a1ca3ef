"""Travel times by public transport: every departure minute of a window, exact, in whole seconds."""
