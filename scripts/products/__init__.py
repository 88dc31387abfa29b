"""What two versions of maligeo make of the same inputs: made, taken apart and compared."""
