"""The pages of the desk: they ask the other rooms, and compute nothing themselves."""
