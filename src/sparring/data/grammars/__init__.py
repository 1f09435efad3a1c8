"""What a grammar of strings is made of: parts, how they are learnt, and what was seen."""
