"""The desk: where a grant officer takes in an application, sees the advice, decides, and can prove it years later."""
