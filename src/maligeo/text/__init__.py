"""What tables say in words: values, periods, legends, balances and notes, for page and paper."""
