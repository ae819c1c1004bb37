"""New cards and changed ones: how a card is written, what a change does, and how two rulebooks differ."""
