"""What passes between the custodian and its clients."""
