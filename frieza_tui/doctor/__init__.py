"""`frieza-tui doctor`: looks at everything a chat needs and says how it is. Changes nothing."""
