"""Several tables that name each other's rows: their order, what a row is learnt from, drawing."""
