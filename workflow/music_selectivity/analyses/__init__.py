"""What is measured in each network, one module for each rule that measures it."""
