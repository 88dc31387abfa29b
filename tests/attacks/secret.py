"""What is secret in planted files, and must be found nowhere else."""

SECRET = "zqxvault"  # in every text that nobody may have
PARTNERS = "zqxpartner"  # in every text that the policy lets partners read
NUMBERS = (791_839, 626_317)  # killed and injured in one incident that stands alone
