"""The desk: where a grant officer decides a childcare premium."""
